namespace Coordination.Testing;

/// <summary>Where test servers run.</summary>
public enum ServerMode
{
    /// <summary>In containers, by Testcontainers.</summary>
    Containers,

    /// <summary>As processes of this machine, from installed packages.</summary>
    Native,
}

/// <summary>Thrown when a test needs a server that cannot be had; the message says what is missing and how to get it.</summary>
public sealed class ServerUnavailableException(string message, Exception? inner = null) : Exception(message, inner);
