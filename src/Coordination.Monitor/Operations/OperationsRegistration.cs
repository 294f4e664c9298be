namespace Coordination.Monitor;

internal static class OperationsRegistration
{
    /// <summary>What changes something, and the audit of it.</summary>
    public static void AddOperations(this IServiceCollection services) { }
}
