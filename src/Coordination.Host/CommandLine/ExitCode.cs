namespace Coordination.Host.CommandLine;

/// <summary>What the process says to its caller when it ends. Scripts rely on these numbers.</summary>
internal static class ExitCode
{
    public const int Ok = 0;

    /// <summary>The work was tried and failed: a rejected or failed run, an unexpected fault.</summary>
    public const int Failed = 1;

    /// <summary>The command line, a setting or a file given to the command is wrong; nothing was tried.</summary>
    public const int Usage = 2;

    /// <summary>The database lacks migrations.</summary>
    public const int PendingMigrations = 3;

    public const int NotFound = 4;

    /// <summary>Broker or database did not answer in time.</summary>
    public const int Unreachable = 5;

    /// <summary>Broker or database refused the user or the password.</summary>
    public const int WrongCredentials = 6;

    /// <summary>Ended by Ctrl+C or SIGTERM before it was done.</summary>
    public const int Interrupted = 130;
}

/// <summary>Ends a command with a message for a person.</summary>
internal sealed class CommandFailure(int exitCode, string message, IReadOnlyList<object>? details = null, Exception? inner = null)
    : Exception(message, inner)
{
    public int Code { get; } = exitCode;

    /// <summary>Further facts for <c>--json</c>, for example the problems of a plan; the message names them too.</summary>
    public IReadOnlyList<object>? Details { get; } = details;
}
