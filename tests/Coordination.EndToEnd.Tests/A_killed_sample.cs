using Coordination.Testing;

namespace Coordination.EndToEnd.Tests;

/// <summary>The whole program in one process, killed and started again.</summary>
public sealed class A_killed_sample
{
    private const int Tickets = 60;
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(90);

    [Fact]
    [Trait("req", "WAL-04")]
    public async Task Embedded_sample_killed_in_mid_run_resumes()
    {
        using var undisturbed = new Desk(Tickets);
        using (var whole = Start(undisturbed))
        {
            await whole.EndAsync(Deadline);
            whole.ExitCode.ShouldBe(0, whole.Output);
        }

        var expected = undisturbed.Refunds();
        using var desk = new Desk(Tickets);
        int before;
        using (var first = Start(desk))
        {
            await Eventually.Until(
                () => desk.Refunds().Count >= expected.Count / 4 || first.HasEnded,
                Deadline,
                "a quarter of the refunds",
                TestContext.Current.CancellationToken
            );
            first.Kill();
            before = desk.Refunds().Count;
            before.ShouldBeInRange(1, expected.Count - 1, first.Output);
        }

        using var second = Start(desk);
        await second.EndAsync(Deadline);

        second.ExitCode.ShouldBe(0, second.Output);
        var summary = second.Summary;
        summary.Submitted.ShouldBe(Tickets);
        (summary.Completed + summary.Failed).ShouldBe(Tickets);
        summary.DuplicateEffects.ShouldBe(0);
        var refunds = desk.Refunds();
        refunds.ShouldHoldEveryRefundOnce();
        refunds.ShouldBe(expected, ignoreOrder: true);
        summary.Effects.ShouldBe(refunds.Count);
        TestContext.Current.TestOutputHelper!.WriteLine($"{before} of {refunds.Count} refunds before the kill; {summary}");
    }

    // The lease is short because what the dead process held is taken over only when it has run out.
    private static SampleProcess Start(Desk desk) =>
        SampleProcess.Start("sample", "--data", desk.Data, "--tickets", desk.Tickets, "--lease", "2");
}
