using Coordination.Sagas.Runs;
using TicketTriage;
using TicketTriage.Agents;
using TicketTriage.Running;
using TicketTriage.Tickets;

namespace Coordination.TicketTriage.Tests;

public sealed class When_the_shipped_tickets_are_handled
{
    [Fact]
    public async Task All_of_them_are_good_and_every_ending_occurs()
    {
        var file = await ShippedAsync();
        file.BadLines.ShouldBeEmpty();
        file.Tickets.Count.ShouldBeGreaterThanOrEqualTo(200);

        using var desk = new Desk();
        var results = new List<(Ticket Ticket, DeskResult Result)>();
        foreach (var ticket in file.Tickets)
        {
            results.Add((ticket, await desk.HandleAsync(ticket)));
        }

        foreach (var ending in Enum.GetValues<TicketResult>())
        {
            results.Count(r => r.Result.Result == ending).ShouldBeGreaterThanOrEqualTo(5, ending.ToString());
        }

        results.Count(r => r.Result.FailedStep == "refund").ShouldBe(8);
        results.Count(r => r.Result.FailedStep == "reply").ShouldBe(5);
        results.ShouldAllBe(r => r.Result.FailedStep == null || r.Result.FailedStep == "refund" || r.Result.FailedStep == "reply");
        var audit = Audit.Of(desk.Data);
        audit.DuplicateRefunds.ShouldBe(0);
        audit.OpenHolds.ShouldBe(0);
        audit.Mails.ShouldBe(file.Tickets.Count - 13);
        var paid = results
            .Where(r => r.Result.FailedStep != "refund")
            .Sum(r => Desk.Read<RefundReceipt>(r.Result.Outputs["refund"]).AmountCents);
        audit.RefundedCents.ShouldBe(paid);
    }

    [Fact]
    public async Task Every_plan_passes_the_check_at_the_door()
    {
        foreach (var ticket in (await ShippedAsync()).Tickets)
        {
            PlanCheck.Check(TicketPlan.For(ticket), [.. Fleet.AgentTypes], new RunLimits()).ShouldBeEmpty();
        }
    }

    [Fact]
    public void The_largest_ticket_a_file_may_hold_still_makes_a_plan_within_limits()
    {
        var ticket = A.Ticket(
            new string('\u0001', TicketLine.MaxBodyLength),
            new string('\u0001', 500),
            new string('é', TicketLine.MaxIdLength)
        );
        PlanCheck.Check(TicketPlan.For(ticket), [.. Fleet.AgentTypes], new RunLimits()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_a_run_is_about_names_ticket_and_order_and_is_one_for_each_ticket()
    {
        var tickets = (await ShippedAsync()).Tickets;
        tickets.Select(ticket => ticket.About).ShouldBeUnique();
        tickets.ShouldAllBe(ticket => ticket.Order == null || ticket.About == $"{ticket.Id}, {ticket.Order.Id}");
    }

    [Fact]
    public void The_plan_fans_out_and_in_over_many_agent_types()
    {
        var steps = TicketPlan.For(A.Ticket()).Steps.ToDictionary(step => step.Id);
        steps.Values.Select(step => step.AgentType).Distinct().Count().ShouldBe(8);
        steps.Values.Count(step => step.DependsOn is ["triage"]).ShouldBe(3);
        steps["decide"].DependsOn.ShouldBe(["policy", "fraud", "mood"], ignoreOrder: true);
        steps["hold"].Compensation.ShouldNotBeNull();
        steps["refund"].Pivot.ShouldBe(true);
    }

    [Theory]
    [InlineData("hold")]
    [InlineData("refund")]
    [InlineData("decide")]
    [InlineData("policy")]
    public void Those_who_decide_and_act_never_see_the_customers_words(string step)
    {
        var plan = TicketPlan.For(A.Ticket("a very particular phrase", "a subject like no other"));
        var input = plan.Steps.Single(s => s.Id == step).Input!.Value.GetRawText();
        input.ShouldNotContain("phrase");
        input.ShouldNotContain("subject");
    }

    private static async Task<TicketFile> ShippedAsync()
    {
        await using var file = File.OpenRead(Path.Combine(AppContext.BaseDirectory, "tickets.jsonl"));
        return await TicketFile.ReadAsync(file, null, default);
    }
}
