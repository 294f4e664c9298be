using Coordination.Contracts;
using Coordination.Contracts.V1;
using Coordination.Testing;

namespace Coordination.Workers.Tests.Effects;

// What a step's answer says of its effects.
public abstract partial class EffectContract
{
    [Fact]
    public async Task An_id_taken_before_a_question_is_the_same_after_its_answer()
    {
        var node = await NodeAsync("a");
        var ids = new List<Guid>();
        node.Script.Execute = (_, context, _) =>
        {
            ids.Add(context.NewId());
            context.Ask<string>("approve", $"approve {ids[^1]}?");
            return Task.CompletedTask;
        };
        var first = WorkerNode.Order("one");
        await node.DeliverAsync(first);
        await node.AnswerAsync<InputRequired>(first.RunId);
        await node.DeliverAsync(Again(first, question: "approve", answer: "yes"));
        await Eventually.Until(
            async () => (await node.AnswersAsync(first.RunId)).OfType<StepCompleted>().Any(),
            WorkerNode.Patience,
            "the second answer"
        );
        ids[1].ShouldBe(ids[0]);
    }

    [Fact]
    public async Task A_step_stopped_during_an_irreversible_call_says_that_it_is_in_doubt()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (_, done, token) => done ? Task.Delay(Timeout.Infinite, token) : Task.CompletedTask };
        node.Script.Execute = (_, context, _) => context.Effect(Mail, new { order = 1 }, sink.CallAsync);
        var step = WorkerNode.Order("one") with { TimeoutMs = 500 };
        await node.DeliverAsync(step);
        var failed = await node.AnswerAsync<StepFailed>(step.RunId);
        sink.AllDone.ShouldBe(1);
        failed.Reason.ShouldBe(ReasonCode.InDoubt);
    }

    [Fact]
    public async Task A_doubt_an_agent_swallows_is_asked_all_the_same()
    {
        var node = await NodeAsync("a");
        node.Script.Execute = async (_, context, _) =>
        {
            try
            {
                await context.Effect(Mail, new { order = 1 }, (_, _) => throw new IOException("cut"));
            }
            catch (Exception)
            {
                // As function invocation does, and many an agent.
            }
        };
        var first = WorkerNode.Order("one");
        await node.DeliverAsync(first);
        await Eventually.Until(async () => (await node.AnswersAsync(first.RunId)).Count > 0, WorkerNode.Patience, "an answer");
        (await node.AnswersAsync(first.RunId)).Single().ShouldBeOfType<InputRequired>();
    }

    [Fact, Trait("req", "WAL-05")]
    public async Task A_person_s_answer_that_does_not_fit_is_asked_for_again_instead_of_being_recorded()
    {
        var node = await NodeAsync("a");
        var sink = new Sink { On = (_, done, _) => done ? throw new IOException("cut") : Task.CompletedTask };
        node.Script.Execute = (_, context, _) => context.Effect(Mail, new { order = 1 }, sink.CallAsync);
        var step = WorkerNode.Order("one");
        await node.DeliverAsync(step);
        var question = await node.AnswerAsync<InputRequired>(step.RunId);
        var attempt = 1;
        foreach (
            var wrong in new object[]
            {
                new { verdict = "happened" },
                new { verdict = "happened", result = new { what = 1 } },
                "yes",
                new { verdict = "maybe" },
            }
        )
        {
            await node.DeliverAsync(Again(step, ++attempt, question.QuestionId, wrong));
            await Eventually.Until(
                async () => (await node.AnswersAsync(step.RunId)).Count == attempt,
                WorkerNode.Patience,
                $"answer {attempt}"
            );
            (await node.AnswersAsync(step.RunId))[^1]
                .ShouldBeOfType<InputRequired>()
                .Question.ShouldStartWith("The last answer could not be used");
        }

        await node.DeliverAsync(Again(step, ++attempt, question.QuestionId, new { verdict = "happened", result = new { number = 9 } }));
        await Eventually.Until(
            async () => (await node.AnswersAsync(step.RunId)).OfType<StepCompleted>().Any(),
            WorkerNode.Patience,
            "the right answer to be taken"
        );
        sink.Calls.Count.ShouldBe(1);
    }
}
