namespace Coordination.Bench;

/// <summary>A count that must be reached, exactly, when everything in flight has ended.</summary>
/// <param name="What">What is counted.</param>
/// <param name="Sql">A query for the count.</param>
/// <param name="PerUnit">How many there are for each message, saga or run.</param>
internal sealed record Check(string What, string Sql, int PerUnit)
{
    /// <summary>Each effect happened, and none twice.</summary>
    public static Check[] OfBusiness(Workload workload)
    {
        var effects = workload == Workload.Effect ? 1 : 5;
        return
        [
            new Check("effects", "select count(*) from effect", effects),
            new Check("distinct effects", "select count(*) from (select distinct key, step from effect) e", effects),
        ];
    }
}
