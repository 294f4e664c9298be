using System.Data.Common;
using System.Net;
using System.Text.Json;
using Coordination.Contracts;

namespace Coordination.Workers.Tests;

/// <summary>What a thrown exception means to the run.</summary>
[Trait("req", "RTY-03")]
public sealed class FailureClassifierTests
{
    public static TheoryData<Exception, string, string> Table =>
        new()
        {
            { new PermanentFailure("no such order"), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new PermanentFailure("no", ReasonCode.AdmissionDenied), FailureClass.Permanent, ReasonCode.AdmissionDenied },
            { new PermanentFailure("no", "MADE_UP"), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new TransientFailure("busy"), FailureClass.Transient, ReasonCode.Degraded },
            { new TransientFailure("busy", ReasonCode.RateLimited), FailureClass.Transient, ReasonCode.RateLimited },
            { new TimeoutException(), FailureClass.Transient, ReasonCode.Degraded },
            { new OperationCanceledException(), FailureClass.Transient, ReasonCode.Degraded },
            { new TaskCanceledException(), FailureClass.Transient, ReasonCode.Degraded },
            { new HttpRequestException("reset"), FailureClass.Transient, ReasonCode.Degraded },
            { new HttpRequestException("", null, HttpStatusCode.ServiceUnavailable), FailureClass.Transient, ReasonCode.Degraded },
            { new HttpRequestException("", null, HttpStatusCode.TooManyRequests), FailureClass.Transient, ReasonCode.Degraded },
            { new HttpRequestException("", null, HttpStatusCode.NotFound), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new IOException(), FailureClass.Transient, ReasonCode.Degraded },
            { new FileNotFoundException(), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new FakeDbException(transient: true), FailureClass.Transient, ReasonCode.Degraded },
            { new FakeDbException(transient: false), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new JsonException(), FailureClass.Permanent, ReasonCode.NonRetryable },
            { NotAnOrder(), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new NullReferenceException(), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new UnauthorizedAccessException(), FailureClass.Permanent, ReasonCode.NonRetryable },
            { new AggregateException(new TimeoutException()), FailureClass.Transient, ReasonCode.Degraded },
            { new InvalidOperationException("unknown"), FailureClass.Permanent, ReasonCode.NonRetryable },
        };

    private static ArgumentException NotAnOrder(string order = "x") => new("not an order", nameof(order));

    [Theory]
    [MemberData(nameof(Table))]
    public void Every_kind_of_failure_has_its_class(Exception exception, string expectedClass, string expectedReason)
    {
        var verdict = FailureClassifier.Classify(exception, new AgentOptions());
        (verdict.Class, verdict.Reason).ShouldBe((expectedClass, expectedReason));
    }

    [Fact]
    public void An_unknown_failure_is_tried_again_only_where_the_agent_says_so()
    {
        var options = new AgentOptions { RetryUnknown = true };
        FailureClassifier.Classify(new InvalidOperationException(), options).Class.ShouldBe(FailureClass.Transient);
        FailureClassifier.Classify(new FormatException(), options).Class.ShouldBe(FailureClass.Permanent);
    }

    [Fact]
    public void Only_what_the_agent_chose_to_say_travels()
    {
        FailureClassifier.Classify(new InvalidOperationException("password=secret"), new AgentOptions()).Detail.ShouldBeNull();
        FailureClassifier.Classify(new TimeoutException("10.0.0.7"), new AgentOptions()).Detail.ShouldBeNull();
        FailureClassifier.Classify(new PermanentFailure("order\n4711\0"), new AgentOptions()).Detail.ShouldBe("order 4711 ");
    }

    [Fact]
    public void A_detail_is_cut_to_500_characters_and_stays_valid_text()
    {
        var detail = FailureClassifier
            .Classify(new PermanentFailure(string.Concat(Enumerable.Repeat("🙂", 400))), new AgentOptions())
            .Detail!;
        detail.Length.ShouldBeLessThanOrEqualTo(500);
        detail.ShouldEndWith("…");
        detail.EnumerateRunes().ShouldNotContain(System.Text.Rune.ReplacementChar);
    }

    private sealed class FakeDbException(bool transient) : DbException
    {
        public override bool IsTransient => transient;
    }
}
