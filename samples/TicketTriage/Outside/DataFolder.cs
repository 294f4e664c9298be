namespace TicketTriage.Outside;

/// <summary>Where everything is kept that outlives the program.</summary>
public sealed record DataFolder(string Path)
{
    public string Database => At("coordination.db");
    public string Refunds => At("refunds.jsonl");
    public string Holds => At("holds.jsonl");
    public string Mail => At("mail");

    private string At(string name) => System.IO.Path.Combine(Path, name);
}
