namespace Coordination.Journal;

/// <summary>One measurement, everything per effect but the rate.</summary>
internal sealed record Measured(double Rate, double P50, double P99, double Commits, double Fsyncs, double Wal);
