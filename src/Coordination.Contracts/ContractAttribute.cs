namespace Coordination.Contracts;

/// <summary>
/// Names the wire contract of a message. The name and <see cref="Major"/> never change once released; a breaking change is a new type
/// with the next major. <see cref="Minor"/> rises with every additive, optional change.
/// </summary>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ContractAttribute(string name, int major, int minor) : Attribute
{
    /// <summary>Kebab-case name, for example <c>run.submit</c>.</summary>
    public string Name { get; } = name;

    /// <summary>Incompatible generation, from 1.</summary>
    public int Major { get; } = major;

    /// <summary>Additive generation within the major, from 0.</summary>
    public int Minor { get; } = minor;
}
