using System.Reflection;

namespace Coordination.Simulation;

/// <summary>
/// A context of the pipeline without a bus behind it: members that were given (getters as <c>get_Name</c>) have their value, payloads work, everything else is an error that names
/// what the product asked for.
/// </summary>
#pragma warning disable CA1852 // The runtime derives from it.
internal class Payloads : DispatchProxy
{
    private readonly Dictionary<Type, object> payloads = [];
    private readonly Dictionary<string, object?> members = new(StringComparer.Ordinal);

    public static T Create<T>(params (string Member, object? Value)[] members)
        where T : class
    {
        var proxy = Create<T, Payloads>();
        foreach (var (member, value) in members)
        {
            Of(proxy).members[member] = value;
        }

        return proxy;
    }

    public static Payloads Of(object proxy) => (Payloads)proxy;

    public T? Find<T>()
        where T : class => (T?)payloads.GetValueOrDefault(typeof(T));

    public void Add<T>(T payload)
        where T : class => payloads[typeof(T)] = payload;

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        var method = targetMethod!;
        if (members.TryGetValue(method.Name, out var value))
        {
            return value is Delegate call ? call.DynamicInvoke(args) : value;
        }

        switch (method.Name)
        {
            case "TryGetPayload":
                args![0] = payloads.GetValueOrDefault(method.GetGenericArguments()[0]);
                return args[0] is not null;
            case "AddOrUpdatePayload":
                return payloads[method.GetGenericArguments()[0]] = ((Delegate)args![0]!).DynamicInvoke()!;
            default:
                throw new NotSupportedException($"The product asks a simulated context for {method.DeclaringType?.Name}.{method.Name}.");
        }
    }
}
