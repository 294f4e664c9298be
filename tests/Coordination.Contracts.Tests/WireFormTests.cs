using System.Runtime.Loader;
using System.Text;
using System.Text.Json;
using Coordination.Contracts.Gate;

namespace Coordination.Contracts.Tests;

public sealed class WireFormTests
{
    public static TheoryData<string> Ids => [.. ContractCatalog.All.Select(contract => contract.Id)];

    [Theory, MemberData(nameof(Ids))]
    [Trait("req", "CTR-10")]
    public void A_message_is_written_exactly_as_it_was_published(string id)
    {
        var contract = ContractCatalog.Find(id)!;
        var published = new PublishedContracts(Repository.Path("src/Coordination.Contracts")).Samples();
        foreach (var (name, message) in SampleMessages.Of(contract.Type))
        {
            var golden = published.Single(sample => sample.Id == id && sample.Minor == contract.Minor && sample.Name == name);

            Encoding.UTF8.GetString(ContractJson.Serialize(message)).ShouldBe(golden.Body.ToJsonString(Unescaped));
        }
    }

    [Theory, MemberData(nameof(Ids))]
    public void A_message_reads_back_to_the_same_bytes(string id)
    {
        foreach (var (_, message) in SampleMessages.Of(ContractCatalog.Find(id)!.Type))
        {
            var body = ContractJson.Serialize(message);

            var reading = ContractReader.Read(id, "0", body, ContractLimits.Default);

            reading.Problems.ShouldBeEmpty();
            reading.Message.ShouldBeOfType(message.GetType());
            ContractJson.Serialize(reading.Message!).ShouldBe(body);
        }
    }

    [Fact]
    public void Both_target_frameworks_read_and_write_the_same_bytes()
    {
        var older = new AssemblyLoadContext("older").LoadFromAssemblyPath(
            Path.Combine(AppContext.BaseDirectory, "netstandard2.0", "Coordination.Contracts.dll")
        );
        older.ShouldNotBe(typeof(ContractJson).Assembly);
        var read = older.GetType("Coordination.Contracts.ContractReader")!.GetMethod("Read")!;
        var limits = older.GetType("Coordination.Contracts.ContractLimits")!.GetProperty("Default")!.GetValue(null);
        var write = older.GetType("Coordination.Contracts.ContractJson")!.GetMethod("Serialize", [typeof(object), typeof(Type)])!;

        foreach (var message in SampleMessages.All.SelectMany(pair => new[] { pair.Minimal, pair.Full }))
        {
            var body = ContractJson.Serialize(message);
            var reading = read.Invoke(null, [ContractCatalog.For(message.GetType()).Id, "0", new ReadOnlyMemory<byte>(body), limits])!;
            var copy = reading.GetType().GetProperty("Message")!.GetValue(reading);

            copy.ShouldNotBeNull();
            copy.GetType().Assembly.ShouldBe(older);
            write.Invoke(null, [copy, copy.GetType()]).ShouldBe(body);
        }
    }

    private static readonly JsonSerializerOptions Unescaped = new()
    {
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };
}
