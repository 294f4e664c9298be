using CsCheck;

namespace Coordination.Persistence.Tests.UnitOfWork;

/// <summary>How the statements of several units of work are put into one transaction.</summary>
public sealed class A_plan_of_a_group
{
    [Fact]
    public void Statements_of_one_text_are_one_step()
    {
        var plan = GroupPlan.Of([
            [Of("insert", 1), Of("update", 1)],
            [Of("insert", 2), Of("update", 2)],
            [Of("update", 3)],
        ]);

        plan.Select(step => (step[0].Text, step.Count)).ShouldBe([("insert", 2), ("update", 3)]);
    }

    [Fact]
    public void Every_units_order_is_kept_and_no_step_holds_two_of_one_unit() =>
        Gen.Int[0, 3]
            .Array[0, 6]
            .Array[1, 6]
            .Sample(units =>
            {
                var statements = units.Select(
                    (unit, u) => (IReadOnlyList<Statement>)[.. unit.Select((text, i) => Of($"text {text}", (u * 100) + i))]
                );
                var plan = GroupPlan.Of(statements.ToList());
                var flat = plan.SelectMany(step => step).Select(statement => (int)statement.Parameters[0].Value!).ToList();
                return flat.Count == units.Sum(unit => unit.Length)
                    && units
                        .Select((unit, u) => (unit, u))
                        .All(x => flat.Where(n => n / 100 == x.u).SequenceEqual(Enumerable.Range(x.u * 100, x.unit.Length)))
                    && plan.All(step => step.Select(s => s.Text).Distinct().Count() == 1)
                    && plan.All(step => step.Select(s => (int)s.Parameters[0].Value! / 100).Distinct().Count() == step.Count);
            });

    [Theory]
    [InlineData(
        "INSERT INTO t (a, b) VALUES (@a, CAST(@b AS jsonb))",
        """INSERT INTO t (a, b) SELECT r."a", CAST(r."b" AS jsonb) FROM unnest($1, $2) AS r("a", "b")"""
    )]
    [InlineData(
        "insert into s.t values (@a, 'it''s @a', clock_timestamp(), @b) ON CONFLICT (a) DO NOTHING",
        """INSERT INTO s.t SELECT r."a", 'it''s @a', clock_timestamp(), r."b" FROM unnest($1, $2) AS r("a", "b") ON CONFLICT (a) DO NOTHING"""
    )]
    [InlineData("INSERT INTO t (a) VALUES (@a), (@b)", null)]
    [InlineData("INSERT INTO t (a) VALUES (@a) ON CONFLICT (a) DO UPDATE SET a = @b", null)]
    [InlineData("UPDATE t SET a = @a WHERE b = @b", null)]
    public void A_plain_insert_has_a_form_for_many_rows(string text, string? many)
    {
        var statement = new Statement(text, ("a", 1, ColumnKind.Int32), ("b", "x", ColumnKind.Text));

        ManyRowsSql.Of(statement)?.Text.ShouldBe(many);
        (ManyRowsSql.Of(statement) is null).ShouldBe(many is null);
    }

    private static Statement Of(string text, int id) => new(text, ("id", id, ColumnKind.Int32));
}
