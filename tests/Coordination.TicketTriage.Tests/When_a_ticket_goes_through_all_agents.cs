using Coordination.Workers;
using TicketTriage.Agents;
using TicketTriage.Outside;
using TicketTriage.Running;

namespace Coordination.TicketTriage.Tests;

public sealed class When_a_ticket_goes_through_all_agents
{
    [Fact]
    public async Task A_refund_within_policy_is_paid_and_the_customer_is_told()
    {
        using var desk = new Desk();
        (await desk.HandleAsync(A.Ticket())).Result.ShouldBe(TicketResult.Refunded);
        Audit.Of(desk.Data).ShouldBe(new Audit(1, 49_90, 0, 0, 1));
        var mail = await File.ReadAllTextAsync(Directory.GetFiles(desk.Data.Mail).ShouldHaveSingleItem());
        mail.ShouldContain("To: ana@mail.example\nSubject: Re: Return\n");
        mail.ShouldContain("refunded 49.90");
    }

    [Fact]
    public async Task Handling_it_again_changes_nothing_outside()
    {
        using var desk = new Desk();
        for (var i = 0; i < 3; i++)
        {
            (await desk.HandleAsync(A.Ticket())).Result.ShouldBe(TicketResult.Refunded);
        }

        Audit.Of(desk.Data).ShouldBe(new Audit(1, 49_90, 0, 0, 1));
    }

    [Fact]
    public async Task A_second_attempt_asks_the_provider_no_more()
    {
        var path = A.FolderOf("refunds.jsonl");
        var input = new RefundInput("T-1", A.Order(), new HoldReceipt("H", 49_90, null));
        var first = new TestAgentContext();
        using (var ledger = new RefundLedger(path))
        {
            await new RefundAgent(new PaymentProvider(ledger)).ExecuteAsync(input, first, default);
        }

        // The provider has lost its books; the journal has not.
        File.Delete(path);
        using var empty = new RefundLedger(path);
        var receipt = await new RefundAgent(new PaymentProvider(empty)).ExecuteAsync(input, await first.NextAttemptAsync(), default);
        receipt.AmountCents.ShouldBe(49_90);
        File.Exists(path).ShouldBeFalse();
    }

    [Fact]
    public async Task A_second_ticket_about_the_same_order_is_not_paid()
    {
        using var desk = new Desk();
        await desk.HandleAsync(A.Ticket(id: "T-1"));
        (await desk.HandleAsync(A.Ticket(id: "T-2"))).Result.ShouldBe(TicketResult.RefundedElsewhere);
        Audit.Of(desk.Data).ShouldBe(new Audit(1, 49_90, 0, 0, 2));
    }

    [Fact]
    public async Task A_closed_card_account_fails_the_refund_and_releases_the_hold()
    {
        using var desk = new Desk();
        var result = await desk.HandleAsync(A.Ticket() with { Order = A.Order(id: PaymentProvider.ClosedAccountPrefix + "7") });
        result.FailedStep.ShouldBe("refund");
        File.ReadAllLines(desk.Data.Holds).Length.ShouldBe(2);
        Audit.Of(desk.Data).ShouldBe(new Audit(0, 0, 0, 0, 0));
    }

    [Fact]
    public async Task An_invalid_mail_address_fails_the_reply_alone()
    {
        using var desk = new Desk();
        (await desk.HandleAsync(A.Ticket() with { Customer = "ana@@mail.example" })).FailedStep.ShouldBe("reply");
        Audit.Of(desk.Data).ShouldBe(new Audit(1, 49_90, 0, 0, 0));
    }

    [Fact]
    public async Task A_subject_cannot_smuggle_in_a_mail_header()
    {
        using var desk = new Desk();
        await desk.HandleAsync(A.Ticket(subject: "Hi\r\nBcc: everybody@mail.example"));
        var mail = await File.ReadAllLinesAsync(Directory.GetFiles(desk.Data.Mail).ShouldHaveSingleItem());
        mail.ShouldNotContain(line => line.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase));
    }

    [Theory]
    [InlineData("ana@mail.example", "ana@mail.example")]
    [InlineData("C-17", "C-17@customers.example")]
    [InlineData("Ana López", "Ana%20L%C3%B3pez@customers.example")]
    [InlineData("ana@@mail.example", null)]
    [InlineData("@mail.example", null)]
    [InlineData("ana@", null)]
    [InlineData("Ana <ana@mail.example>", null)]
    [InlineData("ana@localhost", null)]
    public void A_customer_is_a_mail_address_or_a_number(string customer, string? address) =>
        MailFolder.AddressOf(customer).ShouldBe(address);
}
