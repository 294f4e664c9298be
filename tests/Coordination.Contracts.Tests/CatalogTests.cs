using System.Reflection;
using Coordination.Contracts.V1;

namespace Coordination.Contracts.Tests;

public sealed class CatalogTests
{
    [Fact]
    public void Every_type_that_carries_the_attribute_is_in_the_catalog()
    {
        var marked = typeof(ContractCatalog).Assembly.GetTypes().Where(type => type.GetCustomAttribute<ContractAttribute>() is not null);

        ContractCatalog.All.Select(contract => contract.Type).ShouldBe(marked, ignoreOrder: true);
    }

    [Fact]
    public void Every_contract_is_found_by_its_id_and_its_type()
    {
        foreach (var contract in ContractCatalog.All)
        {
            ContractCatalog.Find(contract.Id).ShouldBe(contract);
            ContractCatalog.For(contract.Type).ShouldBe(contract);
        }

        ContractCatalog.For<SubmitRun>().Id.ShouldBe("run.submit.v1");
        ContractCatalog.Find("run.submit.v2").ShouldBeNull();
    }

    [Fact]
    public void A_type_that_is_no_message_is_refused_with_the_way_to_mend_it() =>
        Should.Throw<ArgumentException>(() => ContractCatalog.For<string>()).Message.ShouldContain("a line in ContractCatalog");

    [Fact]
    public void The_closed_lists_hold_every_constant()
    {
        ReasonCode.All.ShouldBe(Constants(typeof(ReasonCode)), ignoreOrder: true);
        FailureClass.All.ShouldBe(Constants(typeof(FailureClass)), ignoreOrder: true);
    }

    internal static IReadOnlyList<string> Constants(Type type) =>
        [
            .. type.GetFields(BindingFlags.Public | BindingFlags.Static)
                .Where(field => field.IsLiteral)
                .Select(field => (string)field.GetRawConstantValue()!),
        ];
}
