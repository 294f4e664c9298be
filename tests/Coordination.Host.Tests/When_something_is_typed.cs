using System.CommandLine;
using Coordination.Host.CommandLine;
using Coordination.Persistence;
using Coordination.Testing;

namespace Coordination.Host.Tests;

public sealed class When_something_is_typed
{
    public static TheoryData<string> EveryCommand()
    {
        var root = CoordinationCommand.Build(new Terminal(TextReader.Null, TextWriter.Null, TextWriter.Null));
        return [.. Below(root, "")];
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Every_command_has_help(string command)
    {
        var typed = await Typed.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        typed.ExitCode.ShouldBe(0);
        typed.Out.ShouldContain("Usage:");
        typed.Error.ShouldBeEmpty();
    }

    [Theory]
    [MemberData(nameof(EveryCommand))]
    public async Task Every_command_that_does_something_shows_examples(string command)
    {
        var typed = await Typed.RunAsync([.. command.Split(' ', StringSplitOptions.RemoveEmptyEntries), "--help"]);

        if (!typed.Out.Contains("Commands:", StringComparison.Ordinal))
            typed.Out.ShouldContain("Examples:\n  coordination " + command);
    }

    [Fact]
    public async Task The_help_is_the_approved_one()
    {
        var typed = await Typed.RunAsync("--help");

        SnapshotFile.ShouldMatch(typed.Out, "Approved/help.txt");
    }

    [Theory]
    [InlineData("bogus", "bogus")]
    [InlineData("runs bogus", "bogus")]
    [InlineData("runs list --limit 0", "--limit must be from 1 to 10000.")]
    [InlineData("runs list --limit many", "many")]
    [InlineData("runs list --status broken", "broken")]
    [InlineData("runs show no-uuid", "no-uuid")]
    [InlineData("runs show", "RUN")]
    [InlineData("submit", "FILE")]
    [InlineData("submit plan.json --timeout 0", "--timeout must be more than 0")]
    [InlineData("host --log-format xml", "xml")]
    [InlineData("pipeline --connect-timeout -1", "--connect-timeout must be from 0 to 86400 seconds.")]
    [InlineData("dead-letters retry seven", "seven")]
    [InlineData("dead-letters retry", "Say which")]
    [InlineData("dead-letters retry 17 --reason EXPIRED", "Say which")]
    [InlineData("dead-letters retry 17 --rate fast", "--rate must be a number")]
    [InlineData("dead-letters retry 17 --rate 0/s", "--rate must be a number")]
    [InlineData("dead-letters discard 17", "--because")]
    [InlineData("dead-letters edit 17", "--body")]
    [InlineData("effects list --status broken", "broken")]
    [InlineData("effects resolve 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 K7QX perhaps", "perhaps")]
    [InlineData("effects resolve 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 K7QX happened --result yes", "Text needs quotes")]
    [InlineData("effects resolve 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 K7QX did-not-happen --result 1", "--result goes with happened only.")]
    [InlineData("effects resolve 6f1c2f0e-9f5e-4c9a-8d1f-5b1f3a0f7b11 K7QX compensate --result 1", "--result goes with happened only.")]
    [InlineData("journal verify", "RUN")]
    [InlineData("ballots simulate", "FILE")]
    public async Task A_wrong_command_line_is_named_and_ends_with_2(string line, string named)
    {
        var typed = await Typed.RunAsync(line.Split(' '));

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain(named);
        typed.Out.ShouldNotContain("Usage:");
    }

    [Fact]
    public async Task Without_a_command_the_commands_are_listed()
    {
        var typed = await Typed.RunAsync();

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Out.ShouldContain("dead-letters");
    }

    [Fact]
    public async Task The_pipeline_is_printed_without_a_server()
    {
        var typed = await Typed.RunAsync("pipeline");

        typed.ExitCode.ShouldBe(0);
        SnapshotFile.ShouldMatch(typed.Out, "Approved/pipeline.txt");
    }

    [Fact]
    public async Task The_pipeline_is_one_json_document_for_machines()
    {
        var typed = await Typed.RunAsync("pipeline", "--json");

        typed.Json[0].EnumerateObject().Select(member => member.Name).ShouldBe(["name", "what"]);
        typed.Json.GetArrayLength().ShouldBe(EndpointPipeline.Steps.Count);
        typed.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Dropping_dead_letters_needs_a_yes_when_no_person_can_be_asked()
    {
        var typed = await Typed.RunAsync("dead-letters", "discard", "17", "--because", "x");

        typed.ExitCode.ShouldBe(ExitCode.Usage);
        typed.Error.ShouldContain("--yes");
    }

    private static IEnumerable<string> Below(Command command, string path)
    {
        yield return path;
        foreach (var child in command.Subcommands)
        {
            foreach (var each in Below(child, $"{path} {child.Name}".Trim()))
                yield return each;
        }
    }
}
