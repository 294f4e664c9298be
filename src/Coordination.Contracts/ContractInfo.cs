namespace Coordination.Contracts;

/// <summary>A message contract as this build knows it.</summary>
/// <param name="Type">The record that carries it.</param>
/// <param name="Name">Kebab-case name, for example <c>run.submit</c>.</param>
/// <param name="Major">Incompatible generation, from 1.</param>
/// <param name="Minor">Additive generation within the major, from 0.</param>
public sealed record ContractInfo(Type Type, string Name, int Major, int Minor)
{
    /// <summary>Name and major on the wire, for example <c>run.submit.v1</c>.</summary>
    public string Id => Name + ".v" + Major;
}
