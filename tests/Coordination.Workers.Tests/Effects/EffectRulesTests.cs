using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Coordination.Contracts;
using Coordination.Persistence;
using CsCheck;

namespace Coordination.Workers.Tests.Effects;

/// <summary>The rules of effects, as values in and values out.</summary>
public sealed class The_rules_of_effects
{
    private static readonly EffectTool Tool = new("refund", EffectClass.Keyed) { Scope = ["order", "cents"] };

    private static EffectIntent Intent(EffectClass effectClass = EffectClass.Keyed) =>
        EffectIntent.Of(Tool with { Class = effectClass }, new { order = 7, cents = 100 }, "t", Guid.Empty, "s");

    private static EffectState State(EffectClass effectClass, EffectStatus status, int failures = 0) =>
        new()
        {
            Key = "K",
            Tool = "refund@1",
            Class = effectClass,
            ArgsHash = Intent().ArgsHash,
            Status = status,
            Failures = failures,
            Calls = 1,
        };

    [Theory, Trait("req", "WAL-05"), Trait("req", "WAL-13")]
    [InlineData(EffectClass.Pure, "Call")]
    [InlineData(EffectClass.Idempotent, "Call")]
    [InlineData(EffectClass.Keyed, "Call")]
    [InlineData(EffectClass.Probed, "Probe")]
    [InlineData(EffectClass.Irreversible, "Park")]
    public void What_is_done_about_a_call_without_an_end_follows_the_class(EffectClass effectClass, string move)
    {
        foreach (var status in new[] { EffectStatus.Open, EffectStatus.Unknown })
        {
            EffectRules.Next(State(effectClass, status), Intent(effectClass), canProbe: true).ToString().ShouldBe(move);
        }
    }

    [Fact, Trait("req", "IDM-01")]
    public void An_effect_without_a_declared_class_is_irreversible()
    {
        new EffectTool("x").Class.ShouldBe(EffectClass.Irreversible);
        default(EffectClass).ShouldBe(EffectClass.Irreversible);
    }

    [Theory, Trait("req", "WAL-05")]
    [InlineData(EffectClass.Irreversible, EffectClass.Keyed)]
    [InlineData(EffectClass.Keyed, EffectClass.Irreversible)]
    [InlineData(EffectClass.Probed, EffectClass.Pure)]
    public void A_class_that_is_relaxed_later_does_not_repeat_a_call_made_under_the_stricter_one(EffectClass then, EffectClass now) =>
        EffectRules.Next(State(then, EffectStatus.Open), Intent(now), canProbe: false).ShouldBe(EffectMove.Park);

    [Fact, Trait("req", "WAL-05")]
    public void What_is_done_is_never_called_again_and_what_failed_for_good_neither() =>
        Gen.Enum<EffectClass>()
            .Select(Gen.Bool)
            .Sample(
                (effectClass, canProbe) =>
                {
                    EffectRules.Next(State(effectClass, EffectStatus.Succeeded), Intent(effectClass), canProbe).ShouldBe(EffectMove.Replay);
                    EffectRules.Next(State(effectClass, EffectStatus.Failed), Intent(effectClass), canProbe).ShouldBe(EffectMove.Refuse);
                    EffectRules
                        .Next(State(effectClass, EffectStatus.Succeeded) with { ArgsHash = "other" }, Intent(effectClass), canProbe)
                        .ShouldBe(EffectMove.Conflict);
                }
            );

    [Fact, Trait("req", "RTY-01")]
    public void A_keyed_effect_without_an_answer_is_left_to_a_person_after_three_calls()
    {
        EffectRules.Next(State(EffectClass.Keyed, EffectStatus.Unknown, failures: 2), Intent(), canProbe: false).ShouldBe(EffectMove.Call);
        EffectRules.Next(State(EffectClass.Keyed, EffectStatus.Unknown, failures: 3), Intent(), canProbe: false).ShouldBe(EffectMove.Park);
    }

    [Fact, Trait("req", "IDM-02")]
    public void Ten_thousand_pairs_of_intents_have_the_same_key_exactly_when_they_mean_the_same()
    {
        var runs = Enumerable.Range(0, 3).Select(_ => Guid.CreateVersion7()).ToArray();
        var intent = Gen.Select(Gen.Int[0, 2], Gen.Int[0, 2], Gen.Int[0, 3], Gen.Int[0, 3]);
        Gen.Select(intent, intent, Gen.String, Gen.String)
            .Sample(
                (a, b, oneNote, otherNote) =>
                {
                    EffectIntent Of((int Run, int Step, int Order, int Cents) x, string note, bool spelledOtherwise)
                    {
                        // The same amount and order, spelled in two ways; the note is a model's own wording.
                        var json = spelledOtherwise
                            ? JsonSerializer.Deserialize<JsonElement>(
                                $$"""{ "cents": {{x.Cents}}.0e0, "order" : {"id":"\u006f{{x.Order}}"}, "note": {{JsonSerializer.Serialize(note)}} }"""
                            )
                            : JsonSerializer.SerializeToElement(
                                new
                                {
                                    note,
                                    order = new { id = $"o{x.Order}" },
                                    cents = x.Cents,
                                }
                            );
                        return EffectIntent.Of(Tool with { Scope = ["order.id", "cents"] }, json, "t", runs[x.Run], $"s{x.Step}");
                    }

                    var (first, second) = (Of(a, oneNote, false), Of(b, otherNote, true));
                    (first.Key == second.Key).ShouldBe(a == b);
                    first.Key.Length.ShouldBe(52);
                },
                iter: 10_000
            );
    }

    [Fact, Trait("req", "IDM-13")]
    public void Tenants_with_equal_ids_have_different_keys() =>
        EffectIntent
            .Of(Tool, new { order = 7, cents = 1 }, "a", Guid.Empty, "s")
            .Key.ShouldNotBe(EffectIntent.Of(Tool, new { order = 7, cents = 1 }, "b", Guid.Empty, "s").Key);

    [Theory]
    [InlineData("1e2", "100")]
    [InlineData("100.0", "100")]
    [InlineData("-0.0", "0")]
    [InlineData("1.50", "1.5")]
    [InlineData("12345678901234567890.5", "12345678901234567890.5")]
    [InlineData("1E-3", "0.001")]
    [InlineData("1e99999999999", "1e99999999999")]
    public void A_number_has_one_form(string spelled, string form) =>
        System.Text.Encoding.UTF8.GetString(CanonicalJson.Of(JsonSerializer.Deserialize<JsonElement>(spelled))).ShouldBe(form);

    [Fact]
    public void The_canonical_form_of_any_JSON_is_the_same_JSON_and_its_own_canonical_form() =>
        Gen.Dictionary(Gen.String[Gen.Char['a', 'f'], 1, 3], Gen.Double.Where(double.IsFinite).Array[0, 4])
            .Sample(value =>
            {
                var once = CanonicalJson.Of(JsonSerializer.SerializeToElement(value));
                CanonicalJson.Of(JsonSerializer.Deserialize<JsonElement>(once)).ShouldBe(once);
                var read = JsonSerializer.Deserialize<Dictionary<string, double[]>>(once)!;
                read.Keys.Order().ShouldBe(value.Keys.Order());
                read.ShouldAllBe(member => member.Value.SequenceEqual(value[member.Key]));
            });

    public static TheoryData<Exception, bool, bool, string> Errors =>
        new()
        {
            { new PermanentFailure("no"), true, false, ReasonCode.NonRetryable },
            { new TransientFailure("later"), true, true, ReasonCode.Degraded },
            { Http(HttpStatusCode.TooManyRequests), true, true, ReasonCode.RateLimited },
            { Http(HttpStatusCode.BadRequest), true, false, ReasonCode.NonRetryable },
            { Http(HttpStatusCode.NotFound), true, false, ReasonCode.NonRetryable },
            { Http(HttpStatusCode.BadGateway), false, true, ReasonCode.Degraded },
            { new HttpRequestException(HttpRequestError.NameResolutionError), true, true, ReasonCode.Degraded },
            { new HttpRequestException(HttpRequestError.ResponseEnded), false, true, ReasonCode.Degraded },
            { new SocketException((int)SocketError.ConnectionRefused), true, true, ReasonCode.Degraded },
            { new SocketException((int)SocketError.ConnectionReset), false, true, ReasonCode.Degraded },
            { new TimeoutException(), false, true, ReasonCode.DeadlineExceeded },
            { new TaskCanceledException(), false, true, ReasonCode.DeadlineExceeded },
            { new JsonException(), false, false, ReasonCode.ContractInvalid },
            { new InvalidOperationException("secret words"), false, false, ReasonCode.NonRetryable },
        };

    [Theory, Trait("req", "RTY-03")]
    [MemberData(nameof(Errors))]
    public void An_error_says_whether_it_was_done_and_whether_it_may_pass(Exception error, bool certain, bool retryable, string code)
    {
        var verdict = CallErrors.Read(error, retryAfter: null);
        (verdict.Certain, verdict.Retryable, verdict.Code).ShouldBe((certain, retryable, code));
        (verdict.Detail ?? "").ShouldNotContain("secret");
    }

    [Theory, Trait("req", "RTY-03")]
    [InlineData(EffectClass.Irreversible)]
    [InlineData(EffectClass.Probed)]
    public void An_error_of_unknown_kind_is_not_retried_where_the_effect_cannot_be_repeated(EffectClass effectClass) =>
        EffectRules
            .After(Tool with { Class = effectClass }, CallErrors.Read(new InvalidOperationException(), null), failuresBefore: 0)
            .ShouldBe(EffectStatus.Unknown);

    [Fact, Trait("req", "RTY-04")]
    public void A_thousand_clients_that_fail_at_once_come_back_spread_and_never_before_Retry_After()
    {
        var dice = new Random(7);
        var wish = TimeSpan.FromSeconds(2);
        foreach (var failures in new[] { 3, 4, 5 })
        {
            var delays = Enumerable.Range(0, 1_000).Select(_ => RetryDelays.After(failures, wish, dice.NextDouble())).ToList();
            delays.ShouldAllBe(delay => delay >= wish && delay <= wish + RetryDelays.Cap);
            var slots = delays.GroupBy(delay => (int)((delay - wish).TotalMilliseconds / 100)).Select(slot => slot.Count()).ToList();
            var span = Math.Ceiling(200 * Math.Pow(2, failures) / 100);
            slots.Max().ShouldBeLessThanOrEqualTo((int)(3 * 1_000 / span), $"{failures} failures");
        }
    }

    [Fact, Trait("req", "RTY-05")]
    public void A_backend_that_is_down_gets_a_tenth_more_calls_than_first_attempts_and_a_floor() =>
        Gen.Select(Gen.Int[0, 10_000], Gen.Int[0, 2_000])
            .Sample(
                (firsts, wishes) =>
                {
                    var granted = 0;
                    for (var wish = 0; wish < wishes; wish++)
                    {
                        granted += RetryRules.Allows(firsts, granted, retriesInSlot: granted) ? 1 : 0;
                    }

                    granted.ShouldBeLessThanOrEqualTo(Math.Max((int)(firsts * RetryRules.Ratio), RetryRules.Floor));
                }
            );

    private static HttpRequestException Http(HttpStatusCode status) => new("x", null, status);
}
