using CsCheck;

namespace Coordination.Workers.Tests;

/// <summary>The idempotency key of an outside action.</summary>
[Trait("req", "IDM-02")]
public sealed class EffectKeyTests
{
    // Few characters, separators among them, so that unfortunate joins are likely.
    private static readonly Gen<string> Part = Gen.Char["ab|/:1\0"].Array[0, 3].Select(chars => new string(chars));

    private static readonly Gen<Intent> Intents =
        from tenant in Part
        from run in Gen.Int[0, 2]
        from step in Part
        from tool in Part.Where(tool => !string.IsNullOrWhiteSpace(tool))
        from scope in Part.Array[0, 3]
        select new Intent(tenant, run, step, tool, scope);

    [Fact]
    public void Ten_thousand_pairs_have_the_same_key_exactly_when_the_intent_is_the_same()
    {
        var equal = 0;
        Gen.Select(Intents, Intents, Gen.Int[0, 2], Gen.Int[0, 9])
            .Sample(
                (a, other, kind, cut) =>
                {
                    var b = kind switch
                    {
                        0 => a with { Scope = [.. a.Scope] },
                        1 => other,
                        // The same characters in the same order, divided into parts elsewhere: what a careless separator confuses.
                        _ => a.CutAt(cut),
                    };
                    if (a.IsSameAs(b))
                    {
                        Interlocked.Increment(ref equal);
                    }

                    return (a.Key(attempt: 1) == b.Key(attempt: 2)) == a.IsSameAs(b);
                },
                iter: 10_000
            );
        equal.ShouldBeInRange(3_000, 7_000);
    }

    [Fact]
    public void A_part_cannot_reach_into_its_neighbour()
    {
        var context = new TestAgentContext();
        string[] keys =
        [
            context.EffectKey("refund", "a", "b"),
            context.EffectKey("refund", "ab"),
            context.EffectKey("refund", "a|b"),
            context.EffectKey("refund", "a", "b", ""),
            context.EffectKey("refund", "", "a", "b"),
            context.EffectKey("refunda", "b"),
            context.EffectKey("refund"),
        ];
        keys.Distinct().Count().ShouldBe(keys.Length);
    }

    [Fact]
    public void The_key_is_a_fixed_function_so_that_another_build_finds_the_old_one() =>
        new TestAgentContext().EffectKey("refund", "order-1", "1999").ShouldBe(Known);

    [Fact]
    public void The_key_is_52_characters_that_every_target_accepts() =>
        new TestAgentContext().EffectKey("refund").ShouldMatch("^[A-Z2-7]{52}$");

    private const string Known = "A7GY56SXUWJUBIZIOIWNPJAYPDNO6NHWMUAXWUYJ4YH36OWP2NWA";

    private sealed record Intent(string Tenant, int Run, string Step, string Tool, string[] Scope)
    {
        public string Key(int attempt) =>
            new TestAgentContext
            {
                Tenant = Tenant,
                RunId = new Guid(Run, 0, 0, new byte[8]),
                StepId = Step,
                Attempt = attempt,
            }.EffectKey(Tool, Scope);

        public Intent CutAt(int cut)
        {
            var all = Tool + string.Concat(Scope);
            var tool = all[..Math.Clamp(cut, 1, all.Length)];
            return string.IsNullOrWhiteSpace(tool) ? this : this with { Tool = tool, Scope = [all[tool.Length..]] };
        }

        public bool IsSameAs(Intent other) =>
            (Tenant, Run, Step, Tool) == (other.Tenant, other.Run, other.Step, other.Tool) && Scope.SequenceEqual(other.Scope);
    }
}
