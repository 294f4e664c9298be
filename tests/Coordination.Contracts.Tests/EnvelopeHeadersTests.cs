using Coordination.Contracts.V1;
using CsCheck;

namespace Coordination.Contracts.Tests;

public sealed class EnvelopeHeadersTests
{
    private const string MessageId = "0198c5a0-7c1e-7d52-9a3b-2f6d1e0c4b5a";

    private static readonly Gen<Guid> Ids = Gen.Guid.Where(id => id != Guid.Empty);
    private static readonly Gen<string> Names = Gen.String[Gen.Char["abcxyz0189-"], 1, 64];
    private static readonly Gen<string> Visible = Gen.String[Gen.Char[' ', '~'], 1, 100];
    private static readonly Gen<DateTimeOffset> Times = Gen.Long[0, 4_000_000_000_000].Select(DateTimeOffset.FromUnixTimeMilliseconds);

    private static readonly Gen<Envelope> Envelopes =
        from ids in Gen.Select(Ids, Ids, Ids, Ids)
        from sender in Gen.Select(Names, Visible, Visible)
        from times in Gen.Select(Times, Times)
        from numbers in Gen.Select(Gen.Int[0, 32], Gen.Int[1, int.MaxValue], Gen.Long[0, long.MaxValue], Gen.Int[0, int.MaxValue])
        from texts in Gen.Select(Names, Names, Gen.Bool)
        select new Envelope
        {
            MessageId = ids.Item1,
            TransactionId = ids.Item2,
            CausationId = texts.Item3 ? ids.Item3 : null,
            ConversationId = texts.Item3 ? null : ids.Item4,
            RunId = ids.Item2,
            StepId = texts.Item1,
            Attempt = numbers.Item2,
            Sender = new Sender
            {
                Type = sender.Item1,
                Instance = sender.Item2,
                Build = sender.Item3,
            },
            SentAt = times.Item1,
            Deadline = texts.Item3 ? times.Item2 : null,
            HopsLeft = numbers.Item1,
            Budget = texts.Item3
                ? new Budget
                {
                    Tokens = numbers.Item3,
                    CostMicroUsd = numbers.Item3,
                    Depth = numbers.Item4,
                }
                : null,
            TraceParent = texts.Item3 ? "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01" : null,
            TraceState = texts.Item3 ? "vendor=value" : null,
            Tenant = texts.Item2,
        };

    /// <summary>Headers that must be there, and for each header texts that it must not have.</summary>
    private static readonly Dictionary<string, string[]> Malformed = new()
    {
        [EnvelopeHeaders.TransactionId] = ["", "x", Guid.Empty.ToString(), MessageId.Replace("-", ""), $"{{{MessageId}}}", MessageId + "0"],
        [EnvelopeHeaders.CausationId] = ["", "17", Guid.Empty.ToString()],
        [EnvelopeHeaders.ConversationId] = ["", "chat", MessageId + " "],
        [EnvelopeHeaders.RunId] = ["", "run-1", MessageId.Replace("-", "")],
        [EnvelopeHeaders.StepId] = ["", "Step", "a b", new string('a', 65), "é"],
        [EnvelopeHeaders.Attempt] = ["", "0", "-1", "1.0", "one", " 1", "2147483648", "99999999999999999999"],
        [EnvelopeHeaders.SenderType] = ["", "Refund", "a.b", new string('a', 65)],
        [EnvelopeHeaders.SenderInstance] = ["", "a\nb", "ü", new string('a', 201)],
        [EnvelopeHeaders.SenderBuild] = ["", "1.0\0", new string('a', 101)],
        [EnvelopeHeaders.SentAt] =
        [
            "",
            "now",
            "2026-03-01T09:30:00Z",
            "2026-03-01T09:30:00.000+01:00",
            "2026-02-30T09:30:00.000Z",
            "1772357400",
        ],
        [EnvelopeHeaders.Deadline] = ["", "2026-03-01", "2026-03-01T24:00:01.000Z", "2026-03-01 09:30:00.000Z"],
        [EnvelopeHeaders.Hops] = ["", "33", "-1", "+1", "1e1", "0x10"],
        [EnvelopeHeaders.BudgetTokens] = ["", "-1", "1.5", "9223372036854775808"],
        [EnvelopeHeaders.BudgetCost] = ["", "-1", "$5"],
        [EnvelopeHeaders.BudgetDepth] = ["", "-1", "2147483648"],
        [EnvelopeHeaders.Tenant] = ["", "Acme", "a/b", new string('a', 65)],
        [EnvelopeHeaders.TraceParent] =
        [
            "",
            "00-0",
            "00-00000000000000000000000000000000-b7ad6b7169203331-01",
            "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        ],
        [EnvelopeHeaders.TraceState] = ["", "a\tb", new string('a', 513)],
    };

    private static readonly string[] Mandatory =
    [
        EnvelopeHeaders.TransactionId,
        EnvelopeHeaders.SenderType,
        EnvelopeHeaders.SenderInstance,
        EnvelopeHeaders.SenderBuild,
        EnvelopeHeaders.SentAt,
        EnvelopeHeaders.Hops,
    ];

    [Fact]
    [Trait("req", "CTR-01")]
    [Trait("req", "CTR-02")]
    public void An_envelope_reads_back_as_it_was_written() =>
        Envelopes.Sample(
            envelope =>
            {
                var headers = EnvelopeHeaders.Write(envelope, ContractCatalog.For<SubmitRun>());

                var reading = EnvelopeHeaders.Read(headers.GetValueOrDefault, envelope.MessageId.ToString());

                reading.Problems.ShouldBeEmpty();
                reading.Envelope.ShouldBe(envelope);
            },
            iter: 1000
        );

    [Fact]
    [Trait("req", "CTR-01")]
    public void A_missing_mandatory_field_is_named()
    {
        foreach (var name in Mandatory)
        {
            var headers = ValidHeaders();
            headers.Remove(name);
            ShouldBlame(headers, MessageId, "headers." + name);
        }

        ShouldBlame(ValidHeaders(), null, "properties.message-id");
        ShouldBlame(ValidHeaders(), "42", "properties.message-id");
    }

    [Fact]
    [Trait("req", "CTR-01")]
    public void Every_malformed_field_is_named()
    {
        Malformed.Keys.ShouldBe(
            CatalogTests.Constants(typeof(EnvelopeHeaders)).Except([EnvelopeHeaders.Contract, EnvelopeHeaders.Minor]),
            ignoreOrder: true
        );
        foreach (var (name, values) in Malformed)
        {
            foreach (var value in values)
            {
                var headers = ValidHeaders();
                headers[name] = value;
                ShouldBlame(headers, MessageId, "headers." + name);
            }
        }
    }

    [Fact]
    [Trait("req", "CTR-01")]
    public void Several_faults_are_all_listed() =>
        Gen.Shuffle(Malformed.Keys.ToArray(), 2, 6)
            .Sample(
                names =>
                {
                    var headers = ValidHeaders();
                    foreach (var name in names)
                    {
                        headers[name] = Malformed[name][^1];
                    }

                    var reading = EnvelopeHeaders.Read(headers.GetValueOrDefault, MessageId);
                    reading.Envelope.ShouldBeNull();
                    reading.Problems.Select(problem => problem.Path).ShouldBe(names.Select(name => "headers." + name), ignoreOrder: true);
                },
                iter: 500
            );

    [Fact]
    [Trait("req", "CTR-01")]
    public void A_step_needs_its_run_and_an_attempt_needs_its_step()
    {
        var headers = ValidHeaders();
        headers.Remove(EnvelopeHeaders.RunId);
        ShouldBlame(headers, MessageId, "headers." + EnvelopeHeaders.RunId);

        headers = ValidHeaders();
        headers.Remove(EnvelopeHeaders.StepId);
        ShouldBlame(headers, MessageId, "headers." + EnvelopeHeaders.StepId);
    }

    [Fact]
    public void Only_the_tenant_has_a_default()
    {
        var headers = ValidHeaders();
        headers.Remove(EnvelopeHeaders.Tenant);

        EnvelopeHeaders.Read(headers.GetValueOrDefault, MessageId).Envelope!.Tenant.ShouldBe(Envelope.DefaultTenant);
    }

    [Fact]
    public void A_broken_trace_is_left_out_and_does_not_stop_the_message()
    {
        var reading = EnvelopeHeaders.Read(ValidHeaders().GetValueOrDefault, MessageId);
        var broken = reading.Envelope! with { TraceParent = "|root.1.", TraceState = "" };

        var headers = EnvelopeHeaders.Write(broken, ContractCatalog.For<StepProgress>());

        EnvelopeHeaders.Read(headers.GetValueOrDefault, MessageId).Envelope.ShouldBe(reading.Envelope);
    }

    private static Dictionary<string, string> ValidHeaders() =>
        EnvelopeHeaders.Write(
            new Envelope
            {
                MessageId = Guid.Parse(MessageId),
                TransactionId = Guid.Parse(MessageId),
                RunId = Guid.Parse(MessageId),
                StepId = "refund",
                Attempt = 1,
                Sender = new Sender
                {
                    Type = "refund",
                    Instance = "host:1",
                    Build = "1.0",
                },
                SentAt = DateTimeOffset.FromUnixTimeMilliseconds(1_772_357_400_123),
            },
            ContractCatalog.For<StepProgress>()
        );

    private static void ShouldBlame(Dictionary<string, string> headers, string? messageId, string path)
    {
        var reading = EnvelopeHeaders.Read(headers.GetValueOrDefault, messageId);

        reading.Envelope.ShouldBeNull();
        reading.Problems.ShouldHaveSingleItem().Path.ShouldBe(path);
        reading.Problems[0].Code.ShouldBe(ReasonCode.ContractInvalid);
    }
}
