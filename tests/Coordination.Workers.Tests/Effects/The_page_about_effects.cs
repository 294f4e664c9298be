using System.Text.RegularExpressions;
using Coordination.AgentFramework;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests.Effects;

/// <summary>The code of docs/concepts/effects.md, compiled and run; the page shows what stands here.</summary>
public sealed partial class The_page_about_effects
{
    public sealed record Order(string Id, string Customer, long Cents, string Currency);

    public sealed record Booking(string Number);

    public sealed record Claim(long Cents);

    public sealed class RefundAgent(Bank bank) : IAgent<Order, Receipt>
    {
        private static readonly EffectTool Refund = new("refund", EffectClass.Keyed) { Scope = ["order", "cents"] };

        public async Task<Receipt> ExecuteAsync(Order order, AgentContext context, CancellationToken cancellationToken)
        {
            var account = await context.Read("account", new { order.Customer }, token => bank.AccountAsync(order.Customer, token));
            return await context.Effect(
                Refund,
                new { order = order.Id, cents = order.Cents },
                (key, token) => bank.RefundAsync(key, account, order.Cents, token)
            );
        }
    }

    private static readonly EffectTool Courier = new("courier", EffectClass.Probed)
    {
        Scope = ["order"],
        SettleTime = TimeSpan.FromSeconds(30),
    };

    public static Task<Booking> BookAsync(Order order, Couriers couriers, AgentContext context) =>
        context.Effect(
            Courier,
            new { order = order.Id },
            (key, token) => couriers.BookAsync(order.Id, reference: key, token),
            async (key, token) =>
                await couriers.FindAsync(reference: key, token) is { } found
                    ? new ProbeAnswer<Booking>.Happened(found)
                    : new ProbeAnswer<Booking>.DidNotHappen()
        );

    private static readonly EffectTool Charge = new("charge", EffectClass.Keyed)
    {
        Scope = ["order", "cents"],
        OncePer = TimeSpan.FromDays(1),
        Backend = "bank",
    };

    public static async Task<string> QuoteAsync(Order order, Bank bank, AgentContext context)
    {
        try
        {
            var rate = await context.Read("rate", new { order.Currency }, token => bank.RateAsync(order.Currency, token));
            return $"{order.Cents * rate:0} cents";
        }
        catch (EffectFailure failure)
        {
            context.Missing("the amount in the customer's currency", failure);
            return $"{order.Cents} cents";
        }
    }

    public static async Task<Claim> ReadAsync(string letter, Order order, IChatClient model, AgentContext context) =>
        await context.Ask<Claim>(
            model,
            [new(ChatRole.System, "How much does the customer want back?"), new(ChatRole.User, letter)],
            claim => claim.Cents > order.Cents ? "It is more than was paid." : null,
            price: new ModelPrice(InputPerMillion: 3_000_000, OutputPerMillion: 15_000_000)
        );

    public static async Task<string> TalkAsync(string letter, Shop shop, IChatClient model, AgentContext context)
    {
        var find = context.Tool(AIFunctionFactory.Create(shop.FindAsync, "find"), new EffectTool("find", EffectClass.Pure));
        var charge = context.Tool(AIFunctionFactory.Create(shop.ChargeAsync, "charge"), Charge);
        using var client = context
            .Model(model)
            .AsBuilder()
            .UseFunctionInvocation(configure: c => c.MaximumConsecutiveErrorsPerRequest = 0)
            .Build();
        var answer = await client.GetResponseAsync(letter, new ChatOptions { Tools = [find, charge] });
        return answer.Text;
    }

    public sealed class Support(IChatClient model) : IAIAgentFactory
    {
        public AIAgent Create(AgentContext context) =>
            new ChatClientAgent(context.Model(model), instructions: "Be brief.", name: "support");
    }

    public static HttpClient Client() => new(new EffectHttpHandler(new SocketsHttpHandler()));

    private static void Register(IServiceCollection services)
    {
        services.AddAgent<RefundAgent>(
            "refund",
            agent =>
            {
                agent.Definition = "refund-2";
                agent.ContinuesFrom.Add("refund-1");
            }
        );
    }

    [Fact]
    public async Task A_second_attempt_pays_nothing()
    {
        var (bank, order) = (new Bank(), new Order("A-17", "eve", 4_200, "EUR"));
        var first = new TestAgentContext();
        var receipt = await new RefundAgent(bank).ExecuteAsync(order, first, default);

        var second = await first.NextAttemptAsync();
        (await new RefundAgent(bank).ExecuteAsync(order, second, default)).ShouldBe(receipt);
        bank.Refunds.ShouldBe(1);
    }

    [Fact]
    public async Task A_booking_is_made_once_and_found_again()
    {
        var couriers = new Couriers();
        var order = new Order("A-17", "eve", 4_200, "EUR");
        var first = new TestAgentContext();
        (await BookAsync(order, couriers, first)).ShouldBe(await BookAsync(order, couriers, await first.NextAttemptAsync()));
        couriers.Booked.ShouldBe(1);
    }

    [Fact]
    public async Task What_is_missing_is_said_and_a_quote_is_made_without_it()
    {
        var order = new Order("A-17", "eve", 4_200, "XXX");
        (await QuoteAsync(order, new Bank(), new TestAgentContext())).ShouldBe("4200 cents");
        (await QuoteAsync(order with { Currency = "EUR" }, new Bank(), new TestAgentContext())).ShouldBe("8400 cents");
    }

    [Fact]
    public async Task A_model_is_asked_and_talked_with()
    {
        var (context, order) = (new TestAgentContext(), new Order("A-17", "eve", 4_200, "EUR"));
        var says = new Models.ScriptedModel { Answer = (_, _) => new ChatMessage(ChatRole.Assistant, """{"cents":4200}""") };
        (await ReadAsync("All of it, please.", order, says, context)).Cents.ShouldBe(4_200);

        var shop = new Shop();
        var calls = new Models.ScriptedModel
        {
            Answer = (turn, _) =>
                turn switch
                {
                    1 => Models.ScriptedModel.Calls("find", "1", ("name", "tea")),
                    2 => Models.ScriptedModel.Calls("charge", "2", ("order", "A-17"), ("cents", 4_200)),
                    3 => Models.ScriptedModel.Calls("charge", "3", ("order", "A-17"), ("cents", 4_200)),
                    _ => new ChatMessage(ChatRole.Assistant, "Done."),
                },
        };
        (await TalkAsync("Tea!", shop, calls, context)).ShouldBe("Done.");
        shop.Charges.ShouldBe(1);
    }

    [Fact]
    public void An_agent_is_registered_with_its_definition()
    {
        var services = new ServiceCollection();
        Register(services);
        services.AddAIAgent<Support>("support");
        services.ShouldNotBeEmpty();
        Client().Dispose();
    }

    [Fact]
    public void Shows_the_code_that_stands_here()
    {
        static string Lines(string text) => string.Join('\n', text.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0));
        var code = Lines(File.ReadAllText(Repository.Path("tests/Coordination.Workers.Tests/Effects/The_page_about_effects.cs")));
        var page = File.ReadAllText(Repository.Path("docs/concepts/effects.md"));
        var blocks = CodeBlock().Matches(page).Select(match => match.Groups["code"].Value).ToList();
        blocks.Count.ShouldBeGreaterThan(7);
        foreach (var block in blocks)
        {
            code.ShouldContain(Lines(block), Case.Sensitive);
        }
    }

    [GeneratedRegex("```csharp\n(?<code>.*?)```", RegexOptions.Singleline | RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex CodeBlock();

    public sealed record Receipt(int Number);

    public sealed class Bank
    {
        private readonly Dictionary<string, decimal> rates = new(StringComparer.Ordinal) { ["EUR"] = 2m };
        private readonly Dictionary<string, string> accounts = new(StringComparer.Ordinal) { ["eve"] = "DE17" };

        public int Refunds { get; private set; }

        public Task<string> AccountAsync(string customer, CancellationToken cancellationToken) => Task.FromResult(accounts[customer]);

        public Task<Receipt> RefundAsync(string key, string account, long cents, CancellationToken cancellationToken) =>
            Task.FromResult(new Receipt(++Refunds));

        public Task<decimal> RateAsync(string currency, CancellationToken cancellationToken) =>
            rates.TryGetValue(currency, out var rate) ? Task.FromResult(rate) : throw new PermanentFailure($"No rate of {currency}.");
    }

    public sealed class Couriers
    {
        private readonly Dictionary<string, Booking> bookings = new(StringComparer.Ordinal);

        public int Booked => bookings.Count;

        public Task<Booking> BookAsync(string order, string reference, CancellationToken cancellationToken)
        {
            bookings.Add(reference, new Booking($"{order}-{bookings.Count}"));
            return Task.FromResult(bookings[reference]);
        }

        public Task<Booking?> FindAsync(string reference, CancellationToken cancellationToken) =>
            Task.FromResult(bookings.GetValueOrDefault(reference));
    }

    public sealed class Shop
    {
        private readonly Dictionary<string, long> prices = new(StringComparer.Ordinal) { ["tea"] = 4_200 };

        public int Charges { get; private set; }

        public Task<long> FindAsync(string name) => Task.FromResult(prices[name]);

        public Task<int> ChargeAsync(string order, long cents) => Task.FromResult(++Charges);
    }
}
