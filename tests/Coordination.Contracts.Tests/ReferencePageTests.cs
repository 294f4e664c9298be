using System.Reflection;
using System.Text.RegularExpressions;

namespace Coordination.Contracts.Tests;

/// <summary>The page a client in another language is written from must not drift from the code.</summary>
public sealed partial class ReferencePageTests
{
    private static readonly string Page = File.ReadAllText(Repository.Path("docs/reference/contracts.md"));

    [Fact]
    public void The_page_names_every_header_contract_reason_and_class()
    {
        var words = CatalogTests
            .Constants(typeof(EnvelopeHeaders))
            .Concat(ReasonCode.All)
            .Concat(FailureClass.All)
            .Concat(ContractCatalog.All.Select(contract => contract.Id))
            .Concat(ContractCatalog.All.Select(contract => contract.Type.Name));

        words.Where(word => !Page.Contains($"`{word}`")).ShouldBeEmpty();
    }

    [Fact]
    public void The_page_names_no_reason_or_header_that_does_not_exist()
    {
        CodeOrHeader()
            .Matches(Page)
            .Select(match => match.Value.Trim('`'))
            .Except(ReasonCode.All)
            .Except(CatalogTests.Constants(typeof(EnvelopeHeaders)))
            .ShouldBeEmpty();
    }

    [Fact]
    public void The_page_names_every_bound()
    {
        var bounds = typeof(ContractReader)
            .Assembly.GetType("Coordination.Contracts.Bounds")!
            .GetFields(BindingFlags.Public | BindingFlags.Static);
        bounds.ShouldNotBeEmpty();

        bounds
            .Select(bound => Convert.ToInt64(bound.GetRawConstantValue()))
            .Append(ContractLimits.Default.MaxBodyBytes)
            .Append(ContractLimits.Default.MaxDepth)
            .Where(number => !Regex.IsMatch(Page, $@"(?<![\d,]){number:N0}(?![\d,]\d)", RegexOptions.None, TimeSpan.FromSeconds(1)))
            .ShouldBeEmpty();
    }

    [Fact]
    [Trait("req", "CTR-14")]
    public void The_message_shown_on_the_page_is_accepted()
    {
        var headers = Block("headers")
            .Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => line.Split(": ", 2))
            .ToDictionary(parts => parts[0], parts => parts[1]);

        EnvelopeHeaders.Read(headers.GetValueOrDefault, "0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a").Problems.ShouldBeEmpty();
        var reading = Bodies.Read(headers[EnvelopeHeaders.Contract], Block("json"), headers[EnvelopeHeaders.Minor]);
        reading.Problems.ShouldBeEmpty();
        reading.Message.ShouldBeOfType<V1.SubmitRun>().RunId.ToString().ShouldBe(headers[EnvelopeHeaders.RunId]);
    }

    private static string Block(string language)
    {
        var start = Page.IndexOf($"```{language}\n", StringComparison.Ordinal) + language.Length + 4;
        return Page[start..Page.IndexOf("```", start, StringComparison.Ordinal)];
    }

    [GeneratedRegex("`(?:[A-Z]+_[A-Z_]+|coord-[a-z-]+)`", RegexOptions.None, 1000)]
    private static partial Regex CodeOrHeader();
}
