using Coordination.Host.CommandLine;
using Coordination.Host.Startup;
using Coordination.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Coordination.Host.Tests;

public sealed class When_a_server_is_away
{
    private readonly FakeTimeProvider time = new() { AutoAdvanceAmount = TimeSpan.Zero };
    private readonly List<string> said = [];

    [Fact]
    public async Task It_is_waited_for_and_said_every_five_seconds()
    {
        var looks = 0;
        var waiting = new Patience(limit: null, time, said.Add).UntilAnswersAsync(
            "PostgreSQL",
            _ => Task.FromResult<Finding>(++looks <= 12 ? new Finding.Away("refused") : new Finding.Answers()),
            TestContext.Current.CancellationToken
        );
        await ElapseAsync(waiting);

        looks.ShouldBe(13);
        said.ShouldBe([
            "Waiting for PostgreSQL: refused (Ctrl+C ends this)",
            "Waiting for PostgreSQL: refused (Ctrl+C ends this)",
            "Waiting for PostgreSQL: refused (Ctrl+C ends this)",
            "PostgreSQL answers after 12 s.",
        ]);
    }

    [Fact]
    public async Task A_server_that_answers_at_once_is_not_mentioned()
    {
        await new Patience(limit: null, time, said.Add).UntilAnswersAsync(
            "PostgreSQL",
            _ => Task.FromResult<Finding>(new Finding.Answers()),
            TestContext.Current.CancellationToken
        );

        said.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_limit_ends_the_waiting_with_code_5()
    {
        var waiting = new Patience(TimeSpan.FromSeconds(2.5), time, said.Add).UntilAnswersAsync(
            "RabbitMQ",
            _ => Task.FromResult<Finding>(new Finding.Away("refused")),
            TestContext.Current.CancellationToken
        );
        await ElapseAsync(waiting);

        var failure = await Should.ThrowAsync<CommandFailure>(waiting);
        failure.Code.ShouldBe(ExitCode.Unreachable);
        failure.Message.ShouldBe("RabbitMQ did not answer within 2.5 s: refused");
    }

    [Fact]
    public async Task A_refusal_is_not_waited_out()
    {
        var refusal = new CommandFailure(ExitCode.WrongCredentials, "no");

        var failure = await Should.ThrowAsync<CommandFailure>(() =>
            new Patience(limit: null, time, said.Add).UntilAnswersAsync(
                "RabbitMQ",
                _ => Task.FromResult<Finding>(new Finding.Refused(refusal)),
                TestContext.Current.CancellationToken
            )
        );

        failure.ShouldBeSameAs(refusal);
    }

    [Theory]
    [InlineData("runs list")]
    [InlineData("migrate --check")]
    [InlineData("timers list")]
    [InlineData("agents list")]
    public async Task A_command_ends_with_5_when_nobody_listens(string command)
    {
        var typed = await Typed.RunAsync([
            .. command.Split(' '),
            "--connect-timeout",
            "0",
            "--database",
            $"Host=127.0.0.1;Port={FreePort.Next()};Username=me;Password=secret;Database=db",
        ]);

        typed.ExitCode.ShouldBe(ExitCode.Unreachable);
        typed.Error.ShouldContain("PostgreSQL at me@127.0.0.1:");
        typed.All.ShouldNotContain("secret");
    }

    [Fact]
    public async Task The_waiting_ends_when_the_process_is_asked_to_stop()
    {
        using var stop = new CancellationTokenSource(TimeSpan.FromSeconds(2));

        var typed = await Typed.RunAsync(
            [],
            ["migrate", "--database", $"Host=127.0.0.1;Port={FreePort.Next()};Username=me;Database=db"],
            cancellationToken: stop.Token
        );

        typed.ExitCode.ShouldBe(ExitCode.Interrupted);
        typed.Error.ShouldContain("Waiting for PostgreSQL at me@");
    }

    private async Task ElapseAsync(Task waiting)
    {
        for (var second = 0; second < 100 && !waiting.IsCompleted; second++)
        {
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Yield();
        }
        await waiting.ContinueWith(_ => { }, TestContext.Current.CancellationToken, TaskContinuationOptions.None, TaskScheduler.Default);
    }
}
