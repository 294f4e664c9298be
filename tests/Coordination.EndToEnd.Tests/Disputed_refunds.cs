using System.Text.Json;

namespace Coordination.EndToEnd.Tests;

/// <summary>The sample's refund ballot as a user starts it: first the majority that pays, then the policy that does not.</summary>
public sealed class Disputed_refunds
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    [Fact]
    [Trait("req", "VOTE-07")]
    public async Task A_majority_pays_every_charge_back_pattern_and_the_policy_with_an_expert_pays_none()
    {
        using var desk = new Desk(tickets: 1);

        var majority = await RunAsync(desk, "--without-consensus");
        var consensus = await RunAsync(desk, "--refund-ballot");

        majority.ShouldBe((17, 17, 0));
        consensus.ShouldBe((17, 0, 17));
    }

    private static async Task<(int Disputed, int Paid, int Escalated)> RunAsync(Desk desk, string option)
    {
        using var sample = SampleProcess.Start("sample", "--data", desk.Data, option);
        await sample.EndAsync(Deadline);
        sample.ExitCode.ShouldBe(0, sample.Output);
        var line = sample.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        line.ShouldStartWith("summary ", customMessage: sample.Output);
        var summary = JsonDocument.Parse(line["summary ".Length..]).RootElement;
        return (
            summary.GetProperty("disputed").GetInt32(),
            summary.GetProperty("paid").GetInt32(),
            summary.GetProperty("escalated").GetInt32()
        );
    }
}
