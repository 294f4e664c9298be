namespace Coordination.Host.Settings;

/// <summary>Names of the settings as configuration files write them; in the environment <c>:</c> is <c>__</c>.</summary>
internal static class SettingNames
{
    public const string Section = "Coordination";
    public const string Broker = "Coordination:Broker";
    public const string BrokerPasswordFile = "Coordination:BrokerPasswordFile";
    public const string Database = "Coordination:Database";
    public const string DatabasePasswordFile = "Coordination:DatabasePasswordFile";
    public const string Urls = "Coordination:Urls";
    public const string LogFormat = "Coordination:LogFormat";
    public const string Outbox = "Coordination:Outbox";
    public const string Runs = "Coordination:Runs";
    public const string Guard = "Coordination:Guard";

    /// <summary>A file with voters and policies.</summary>
    public const string ConsensusFile = "Coordination:ConsensusFile";

    /// <summary>Whether and for whom the monitor is served.</summary>
    public const string Monitor = "Coordination:Monitor";

    public static IReadOnlyList<string> All { get; } =
    [Broker, BrokerPasswordFile, Database, DatabasePasswordFile, Urls, LogFormat, Outbox, Runs, Guard, ConsensusFile, Monitor];
}
