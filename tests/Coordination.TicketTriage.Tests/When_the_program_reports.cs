using Coordination.Workers;
using TicketTriage.Running;

namespace Coordination.TicketTriage.Tests;

public sealed class When_the_program_reports
{
    private static readonly Audit Outside = new(7, 700, 1, 0, 3);

    [Fact]
    public void The_summary_is_one_line_of_json_with_a_fixed_order()
    {
        RunInfo?[] runs = [Run("completed"), Run("completed"), Run("partial"), Run("failed"), Run("failed", "hold"), Run("running"), null];
        Summary
            .Of(7, runs, Outside)
            .ToLine()
            .ShouldBe("""summary {"submitted":7,"completed":2,"failed":3,"compensated":1,"effects":7,"duplicateEffects":1}""");
    }

    [Theory]
    [InlineData("--broker amqp://u:p@h", "--database is missing")]
    [InlineData("--database Host=h", "--broker is missing")]
    [InlineData("--broker http://h --database Host=h", "amqp://")]
    [InlineData("--role worker", "needs --broker and --database")]
    [InlineData("--agent refund", "--role worker")]
    [InlineData("--role worker --broker amqp://h --database Host=h --agent nobody", "--agent nobody does not exist")]
    [InlineData("--tickets /nowhere/at/all.jsonl", "does not exist")]
    [InlineData("--chat-endpoint http://localhost:1/v1", "--chat-model")]
    public void A_wrong_command_line_is_explained(string line, string fault) =>
        CommandLine.Create((_, _) => Task.FromResult(0)).Parse(line).Errors.ShouldContain(error => error.Message.Contains(fault));

    [Fact]
    public async Task A_worker_can_be_told_its_agent_types()
    {
        SampleOptions? seen = null;
        var line = "--role worker --agent refund --agent hold --broker amqp://h --database Host=h --data /tmp/x";
        var command = CommandLine.Create(
            (options, _) =>
            {
                seen = options;
                return Task.FromResult(0);
            }
        );
        (await command.Parse(line).InvokeAsync()).ShouldBe(0);
        seen.ShouldNotBeNull().Agents.ShouldBe(["refund", "hold"]);
        (seen.HostsAgents, seen.HostsRuns, seen.Submits).ShouldBe((true, false, false));
    }

    [Theory]
    [InlineData("Host=db;Database=x", "Host=db;Database=x")]
    [InlineData("postgres://ann:p%40ss@db:5433/tickets", "Host=db;Port=5433;Username=ann;Password=p@ss;Database=tickets")]
    [InlineData("postgresql://db/tickets", "Host=db;Port=5432;Database=tickets")]
    public void The_database_may_be_named_as_a_uri(string text, string connectionString) =>
        PostgresAddress.ToConnectionString(text).ShouldBe(connectionString);

    private static RunInfo Run(string status, params string[] compensated) =>
        new()
        {
            RunId = Guid.NewGuid(),
            Status = status,
            Compensated = compensated,
        };
}
