using Microsoft.Extensions.DependencyInjection;

namespace Coordination.Workers.Tests;

/// <summary>Mistakes in AddAgent stop the start with words that help.</summary>
public sealed class RegistrationTests
{
    [Fact]
    public void An_agent_type_is_added_once() =>
        Should
            .Throw<ArgumentException>(() => new ServiceCollection().AddAgent<Good>("a").AddAgent<Good>("a"))
            .Message.ShouldContain("added before");

    [Theory]
    [InlineData("Refund")]
    [InlineData("re fund")]
    [InlineData("")]
    public void A_name_that_cannot_be_a_queue_is_refused(string name) =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddAgent<Good>(name)).Message.ShouldContain("a-z 0-9");

    [Fact]
    public void A_class_that_is_no_agent_is_refused() =>
        Should.Throw<ArgumentException>(() => new ServiceCollection().AddAgent<string>("a")).Message.ShouldContain("IAgent");

    [Fact]
    public void A_concurrency_of_nothing_is_refused() =>
        Should
            .Throw<ArgumentException>(() => new ServiceCollection().AddAgent<Good>("a", o => o.Concurrency = 0))
            .Message.ShouldContain("Concurrency is 0");

    [Fact]
    public void Settings_out_of_range_are_named() =>
        new WorkerOptions { LeaseTtl = TimeSpan.Zero, MaxCrashes = 0 }
            .Problems()
            .Count()
            .ShouldBe(2);

    private sealed class Good : IAgent<string, string>
    {
        public Task<string> ExecuteAsync(string input, AgentContext context, CancellationToken cancellationToken) => Task.FromResult(input);
    }
}
