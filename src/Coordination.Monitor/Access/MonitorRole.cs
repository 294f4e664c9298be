using System.Text.Json.Serialization;

namespace Coordination.Monitor;

/// <summary>What a person may do with the monitor. Every role but <see cref="Viewer"/> comes on top of it.</summary>
[JsonConverter(typeof(MonitorRoleJson))]
public enum MonitorRole
{
    /// <summary>Sees everything but bodies.</summary>
    Viewer,

    /// <summary>Cancels runs, moves and cancels timers, retries, edits and discards dead letters, says what became of effects in doubt.</summary>
    Operator,

    /// <summary>Answers ballots and the questions of agents.</summary>
    Approver,

    /// <summary>Everything an operator and an approver may do, and what overrides others: cancelling a ballot.</summary>
    Admin,

    /// <summary>Sees bodies: inputs, outputs, messages.</summary>
    PayloadReader,
}

/// <summary>Names of roles as they are written in claims, settings and answers.</summary>
public static class MonitorRoles
{
    public static IReadOnlyList<MonitorRole> All { get; } = Enum.GetValues<MonitorRole>();

    /// <summary>For example <c>payload-reader</c>.</summary>
    public static string NameOf(MonitorRole role) =>
        role == MonitorRole.PayloadReader ? "payload-reader" : role.ToString().ToLowerInvariant();

    /// <summary>The role of this name, null when there is none.</summary>
    public static MonitorRole? Parse(string name) =>
        All.Where(role => NameOf(role) == name).Select(role => (MonitorRole?)role).FirstOrDefault();
}
