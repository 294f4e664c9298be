using System.Text;
using TicketTriage.Tickets;

namespace Coordination.TicketTriage.Tests;

public sealed class When_a_ticket_file_is_read
{
    private const string Good =
        """{"id":"T-1","customer":"a@b.example","subject":"s","body":"b","receivedAt":"2026-03-01T09:30:00Z","order":{"id":"A-1","amountCents":100,"deliveredAt":"2026-02-01T00:00:00+02:00"},"chargebacks":0}""";

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    public async Task Line_ends_byte_order_mark_and_empty_lines_do_not_matter(string end)
    {
        var file = await ReadAsync("\uFEFF" + Good + end + end + Good.Replace("T-1", "T-2"));
        file.BadLines.ShouldBeEmpty();
        file.Tickets.Select(ticket => ticket.Id).ShouldBe(["T-1", "T-2"]);
        file.Tickets[0].Order!.DeliveredAt.ShouldBe(new DateTimeOffset(2026, 1, 31, 22, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public async Task Bad_lines_are_reported_by_number_and_the_rest_is_processed()
    {
        var file = await ReadAsync(
            string.Join(
                '\n',
                Good,
                "{broken",
                Good.Replace("T-1", "T-2"),
                "[1]",
                new string('x', 200_000),
                Good,
                Good.Replace("T-1", "T-3")
            )
        );
        file.Tickets.Select(ticket => ticket.Id).ShouldBe(["T-1", "T-2", "T-3"]);
        file.BadLines.Select(line => line.Number).ShouldBe([2, 4, 5, 6]);
        file.BadLines[0].Fault.ShouldBe("the line is not JSON (near byte 2)");
        file.BadLines[1].Fault.ShouldBe("the line is not a JSON object");
        file.BadLines[2].Fault.ShouldBe("the line is longer than 65,536 bytes");
        file.BadLines[3].Fault.ShouldBe("ticket T-1 is on line 1 already");
    }

    [Theory]
    [InlineData("\"customer\":\"a@b.example\",", "", "\"customer\" is missing")]
    [InlineData("\"id\":\"T-1\"", "\"id\":17", "\"id\" must be a text")]
    [InlineData("\"id\":\"T-1\"", "\"id\":\" \"", "\"id\" is empty")]
    [InlineData("2026-03-01T09:30:00Z", "yesterday", "\"receivedAt\" must be a date and time such as 2026-03-01T09:30:00Z")]
    [InlineData("\"amountCents\":100", "\"amountCents\":-1", "\"order.amountCents\" must be a whole number from 0 to 10,000,000,000")]
    [InlineData("\"amountCents\":100", "\"amountCents\":1.5", "\"order.amountCents\" must be a whole number from 0 to 10,000,000,000")]
    [InlineData("\"chargebacks\":0", "\"chargebacks\":null", "\"chargebacks\" must be a whole number from 0 to 2,147,483,647")]
    [InlineData("\"order\":{", "\"ordr\":{", "\"order\" is missing")]
    [InlineData("\"subject\":\"s\"", "\"subject\":\"\\uD800\"", "a text is not valid Unicode")]
    public async Task A_fault_names_the_member_and_what_it_should_be(string replace, string with, string fault) =>
        (await ReadAsync(Good.Replace(replace, with))).BadLines.ShouldHaveSingleItem().Fault.ShouldBe(fault);

    [Fact]
    public async Task Unknown_members_and_missing_orders_are_fine()
    {
        var ticket = (
            await ReadAsync(
                """{"id":"T","customer":"c","subject":"","body":"","receivedAt":"2026-03-01","order":null,"chargebacks":0,"vip":true}"""
            )
        ).Tickets.ShouldHaveSingleItem();
        ticket.Order.ShouldBeNull();
    }

    [Fact]
    public async Task A_data_set_keeps_equal_ids_apart()
    {
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(Good));
        var ticket = (await TicketFile.ReadAsync(stream, "second", default)).Tickets.ShouldHaveSingleItem();
        (ticket.Id, ticket.Order!.Id).ShouldBe(("second/T-1", "A-1/second"));
    }

    [Fact]
    public void The_run_of_a_ticket_is_the_same_on_every_start()
    {
        RunIds.Of("TKT-1001").ShouldBe(RunIds.Of("TKT-1001"));
        RunIds.Of("TKT-1001").ShouldNotBe(RunIds.Of("TKT-1002"));
        RunIds.Of("TKT-1001").Version.ShouldBe(8);
        RunIds.Of("TKT-1001").Variant.ShouldBeInRange(8, 11);
    }

    private static async Task<TicketFile> ReadAsync(string text)
    {
        await using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        return await TicketFile.ReadAsync(stream, null, default);
    }
}
