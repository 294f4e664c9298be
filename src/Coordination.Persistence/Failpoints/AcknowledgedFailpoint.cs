using MassTransit;

namespace Coordination.Persistence;

/// <summary>The bus tells its observers of a received message after it has acknowledged it.</summary>
internal sealed class AcknowledgedFailpoint : IReceiveObserver
{
    public Task PostReceive(ReceiveContext context)
    {
        Failpoint.Hit(Failpoints.Acknowledged);
        return Task.CompletedTask;
    }

    public Task PreReceive(ReceiveContext context) => Task.CompletedTask;

    public Task PostConsume<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType)
        where T : class => Task.CompletedTask;

    public Task ConsumeFault<T>(ConsumeContext<T> context, TimeSpan duration, string consumerType, Exception exception)
        where T : class => Task.CompletedTask;

    public Task ReceiveFault(ReceiveContext context, Exception exception) => Task.CompletedTask;
}
