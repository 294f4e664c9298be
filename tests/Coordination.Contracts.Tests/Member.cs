using System.Text.Json.Nodes;
using Coordination.Contracts.V1;
using CsCheck;

namespace Coordination.Contracts.Tests;

/// <summary>One member of one contract, with values that keep its rule and values that break it.</summary>
internal sealed record Member(string Contract, string Path, Gen<JsonNode> Valid, Gen<JsonNode> Broken)
{
    private const string Letters = "abcdefghijklmnopqrstuvwxyz0123456789-";

    private static readonly string[] Runs =
    [
        "run.submit.v1",
        "run.accepted.v1",
        "run.rejected.v1",
        "run.cancel.v1",
        "run.completed.v1",
        "run.partial.v1",
        "run.failed.v1",
        "run.cancelled.v1",
        "run.expired.v1",
        "run.ballot-decided.v1",
        "run.timer-due.v1",
    ];

    private static readonly string[] Steps =
    [
        "step.execute.v1",
        "step.progress.v1",
        "step.completed.v1",
        "step.failed.v1",
        "step.input-required.v1",
        "step.cancel.v1",
        "step.compensate.v1",
        "step.compensated.v1",
    ];

    /// <summary>Every member that has a semantic rule.</summary>
    public static IReadOnlyList<Member> WithRules { get; } =
    [
        .. Runs.Concat(Steps).Append("step.input-answered.v1").Select(id => Id(id, "runId")),
        .. Steps.Append("step.input-answered.v1").Append("run.timer-due.v1").Select(id => StepId(id, "stepId")),
        .. Steps.Select(id => Number(id, "attempt", 1, int.MaxValue)),
        Text("run.submit.v1", "requester", 200),
        Text("run.submit.v1", "businessScope", 200),
        Text("run.submit.v1", "plan.name", 100),
        Number("run.submit.v1", "plan.deadlineMs", 1, 2_592_000_000),
        new("run.submit.v1", "plan.steps", Nothing, Gen.OneOf(0, 101).Select(count => (JsonNode)PlanSteps(count))),
        StepId("run.submit.v1", "plan.steps[1].id"),
        Name("run.submit.v1", "plan.steps[1].agentType"),
        ContractId("run.submit.v1", "plan.steps[1].contract"),
        AnObject("run.submit.v1", "plan.steps[1].input"),
        new(
            "run.submit.v1",
            "plan.steps[1].inputFrom.category",
            Values("classify", "classify#/a/b", "classify#/a~1b~0c/0"),
            Values("Classify", "", "classify#", "classify#a", "classify#/a~2", "classify#/a~", "#/a", "classify#/" + new string('x', 500))
        ),
        StepId("run.submit.v1", "plan.steps[1].dependsOn[0]"),
        Number("run.submit.v1", "plan.steps[1].timeoutMs", 1, 604_800_000),
        Number("run.submit.v1", "plan.steps[1].retry.maxAttempts", 1, 20),
        Number("run.submit.v1", "plan.steps[1].retry.baseDelayMs", 0, 3_600_000, validMax: 20_000),
        // 200 is the sample's base delay: a cap below it contradicts it.
        Number("run.submit.v1", "plan.steps[1].retry.maxDelayMs", 200, 86_400_000),
        Name("run.submit.v1", "plan.steps[1].compensation.agentType"),
        AnObject("run.submit.v1", "plan.steps[1].compensation.input"),
        Number("run.submit.v1", "plan.steps[1].compensation.timeoutMs", 1, 604_800_000),
        Number("run.submit.v1", "plan.steps[1].compensation.retry.maxAttempts", 1, 20),
        Id("run.accepted.v1", "joinedRunId"),
        new("run.rejected.v1", "reason", Values(ReasonCode.PlanCycle), Values("", "OTHER", "plan_cycle", ReasonCode.Expired)),
        new("run.rejected.v1", "problems", Nothing, Gen.Const(() => (JsonNode)new JsonArray())),
        Reason("run.rejected.v1", "problems[1].code"),
        Text("run.rejected.v1", "problems[1].path", 500),
        Text("run.rejected.v1", "problems[1].message", 2000),
        Text("run.cancel.v1", "requestedBy", 200),
        Text("run.cancel.v1", "note", 500),
        new("run.completed.v1", "outputs.Bad Step", Nothing, Values("x")),
        Reason("run.partial.v1", "reason"),
        StepId("run.partial.v1", "done[0]"),
        new("run.partial.v1", "missing[0]", Values("other"), Values("classify", "", "A")),
        new("run.partial.v1", "outputs.Bad Step", Nothing, Values("x")),
        Reason("run.failed.v1", "reason"),
        StepId("run.failed.v1", "failedStep"),
        StepId("run.failed.v1", "compensated[0]"),
        new("run.failed.v1", "notCompensated[0]", Values("other"), Values("refund", "", "A")),
        Text("run.cancelled.v1", "requestedBy", 200),
        new("run.cancelled.v1", "notCompensated[0]", Values("other"), Values("refund", "", "A")),
        new("run.expired.v1", "done[1]", Values("other"), Values("refund", "", "A")),
        new("run.expired.v1", "missing[0]", Values("other"), Values("refund", "", "A")),
        new("run.expired.v1", "notCompensated[0]", Values("other"), Values("refund", "", "A")),
        Number("run.timer-due.v1", "attempt", 0, int.MaxValue),
        Visible("run.timer-due.v1", "kind", 64),
        Name("step.execute.v1", "agentType"),
        ContractId("step.execute.v1", "contract"),
        AnObject("step.execute.v1", "input"),
        Number("step.execute.v1", "timeoutMs", 1, 604_800_000),
        new("step.execute.v1", "answers.ü", Nothing, Values("x")),
        Number("step.progress.v1", "percent", 0, 100),
        Text("step.progress.v1", "note", 500),
        new("step.failed.v1", "class", Values(FailureClass.Timeout, FailureClass.Cancelled), Values("", "Permanent", "fatal")),
        Reason("step.failed.v1", "reason"),
        Visible("step.failed.v1", "incidentId", 100),
        Text("step.failed.v1", "detail", 500),
        Visible("step.input-required.v1", "questionId", 100),
        Text("step.input-required.v1", "question", 2000),
        AnObject("step.input-required.v1", "answerSchema"),
        Number("step.input-required.v1", "deadlineMs", 1, 2_592_000_000),
        Visible("step.input-answered.v1", "questionId", 100),
        Text("step.input-answered.v1", "answeredBy", 200),
        Name("step.compensate.v1", "agentType"),
        AnObject("step.compensate.v1", "input"),
        Number("step.compensate.v1", "timeoutMs", 1, 604_800_000),
        Name("agent.announced.v1", "agentType"),
        Visible("agent.announced.v1", "instance", 200),
        Visible("agent.announced.v1", "build", 100),
        ContractId("agent.announced.v1", "contracts[0]"),
        .. OfBallots,
    ];

    private static string[] Ballots =>
        [.. ContractCatalog.All.Select(c => c.Id).Where(id => id.StartsWith("ballot.", StringComparison.Ordinal))];

    private static IEnumerable<Member> OfBallots =>
        [
            .. Ballots.Select(id => Id(id, "ballotId")),
            Name("ballot.open.v1", "policy"),
            new("ballot.open.v1", "tier", Values("T0", "T3"), Values("", "T4", "t1")),
            Text("ballot.open.v1", "question", 2000),
            new("ballot.open.v1", "options", Nothing, Gen.Const(() => (JsonNode)new JsonArray())),
            new("ballot.open.v1", "options[1].name", Values("review"), Values("", "refund", "ABSTAIN", "RECUSED", new string('x', 101))),
            AnObject("ballot.open.v1", "options[0].arguments"),
            new("ballot.open.v1", "safeOption", Values("review"), Values("", "reveiw", "refund")),
            Name("ballot.open.v1", "domain"),
            Name("ballot.open.v1", "flags[0]"),
            Text("ballot.open.v1", "evidence[0]", 500),
            Name("ballot.open.v1", "voters[0]"),
            Number("ballot.open.v1", "deadlineMs", 100, 2_592_000_000),
            Text("ballot.open.v1", "requester", 200),
            Text("ballot.opened.v1", "policy", 100),
            Number("ballot.opened.v1", "voters", 1, 100),
            new("ballot.refused.v1", "reason", Values(ReasonCode.AdmissionDenied), Values("", "OTHER", ReasonCode.Expired)),
            Number("ballot.request-vote.v1", "round", 1, 10),
            Name("ballot.request-vote.v1", "voter"),
            Text("ballot.request-vote.v1", "arguments[0].choice", 100),
            Number("ballot.request-vote.v1", "timeoutMs", 1, 2_592_000_000),
            Id("ballot.cast-vote.v1", "voteId"),
            Number("ballot.cast-vote.v1", "round", 1, 10),
            Name("ballot.cast-vote.v1", "voter"),
            Text("ballot.cast-vote.v1", "choice", 100),
            new("ballot.cast-vote.v1", "rationale", Values("", "because"), Values(new string('x', 2001))),
            new("ballot.cast-vote.v1", "veto.reason", Values("", "because"), Values(new string('x', 2001))),
            Text("ballot.cast-vote.v1", "evidence[0]", 500),
            Visible("ballot.cast-vote.v1", "questionHash", 200),
            Visible("ballot.cast-vote.v1", "model", 200),
            Visible("ballot.cast-vote.v1", "promptHash", 200),
            Visible("ballot.cast-vote.v1", "signature", 200),
            Id("ballot.vote-refused.v1", "voteId"),
            Reason("ballot.vote-refused.v1", "reason"),
            Text("ballot.vote-refused.v1", "detail", 500),
            new("ballot.closed.v1", "outcome", Values(BallotOutcomes.Decided, ReasonCode.Split), Values("", "OPEN", "decided")),
            Number("ballot.closed.v1", "people", 1, 2),
            new("ballot.decided.v1", "outcome", Values(BallotOutcomes.Decided, ReasonCode.Cancelled), Values("", "OPEN")),
            Text("ballot.decided.v1", "option", 100),
            Visible("ballot.decided.v1", "decidedBy", 64),
            Text("ballot.decided.v1", "people[0]", 200),
            Visible("ballot.decided.v1", "recordHash", 64),
            Text("ballot.answer.v1", "option", 100),
            Text("ballot.answer.v1", "answeredBy", 200),
            Text("ballot.answer.v1", "note", 500),
            Text("ballot.cancel.v1", "requestedBy", 200),
            Text("ballot.report-outcome.v1", "right", 100),
            Text("ballot.report-outcome.v1", "reportedBy", 200),
            Visible("ballot.timer-due.v1", "kind", 64),
            Number("ballot.timer-due.v1", "round", 1, 10),
        ];

    private static Gen<JsonNode> Nothing => Gen.Const(() => (JsonNode)null!);

    private static Gen<JsonNode> Values(params string[] values) => Gen.OneOf(values).Select(value => (JsonNode)JsonValue.Create(value));

    private static Gen<JsonNode> Strings(Gen<string> values) => values.Select(value => (JsonNode)JsonValue.Create(value));

    private static Gen<string> Of(string letters, int min, int max) => Gen.String[Gen.Char[letters], min, max];

    private static JsonArray PlanSteps(int count) =>
        [.. Enumerable.Range(0, count).Select(i => new JsonObject { ["id"] = $"s{i}", ["agentType"] = "a" })];

    private static Member Id(string contract, string path) =>
        new(contract, path, Strings(Gen.Guid.Where(id => id != Guid.Empty).Select(id => id.ToString())), Values(Guid.Empty.ToString()));

    private static Member StepId(string contract, string path) =>
        new(
            contract,
            path,
            Strings(Of(Letters + "_", 1, 64)),
            Gen.OneOf(Strings(Of(Letters, 65, 80)), Values("", " ", "Step", "a.b", "a b", "é", "a\n"))
        );

    private static Member Name(string contract, string path) =>
        new(contract, path, Strings(Of(Letters, 1, 64)), Gen.OneOf(Strings(Of(Letters, 65, 80)), Values("", "Refund", "a_b", "a.b", " a")));

    private static Member ContractId(string contract, string path) =>
        new(
            contract,
            path,
            Values("refund.v1", "order.refund.v12"),
            Values(
                "",
                "refund",
                "refund.v0",
                "refund.v01",
                "refund.v",
                "refund.v1.0",
                "Refund.v1",
                ".v1",
                "refund.v10000",
                "refund.vx",
                "a..b.v1"
            )
        );

    private static Member Text(string contract, string path, int max) =>
        new(
            contract,
            path,
            Strings(Of("aB0 .-ß字\n", 1, max - 1).Select(text => text + "x")),
            Gen.OneOf(Strings(Of("aB0 ß", max + 1, max + 50).Select(t => "x" + t)), Values("", " ", "\t\n"))
        );

    private static Member Visible(string contract, string path, int max) =>
        new(
            contract,
            path,
            Strings(Of("aB0:/.-~ ", 1, max)),
            Gen.OneOf(Strings(Of("ab", max + 1, max + 20)), Values("", "a\nb", "ü", "\u007f"))
        );

    private static Member Reason(string contract, string path) =>
        new(contract, path, Values([.. ReasonCode.All]), Values("", "OTHER", "expired", "EXPIRED ", new string('X', 65)));

    private static Member AnObject(string contract, string path) =>
        new(
            contract,
            path,
            Gen.Const(() => JsonNode.Parse("""{"a":[1,null,"x"]}""")!),
            Gen.OneOf(
                Gen.Int.Select(i => (JsonNode)i),
                Values("x"),
                Gen.Bool.Select(b => (JsonNode)b),
                Gen.Const(() => (JsonNode)new JsonArray())
            )
        );

    private static Member Number(string contract, string path, long min, long max, long? validMax = null) =>
        new(
            contract,
            path,
            Gen.Long[min, validMax ?? max].Select(value => (JsonNode)value),
            Gen.OneOf(Gen.Long[long.MinValue, min - 1], Gen.OneOf(min - 1, max + 1), Gen.Long[max + 1, long.MaxValue])
                .Select(value => (JsonNode)value)
        );
}
