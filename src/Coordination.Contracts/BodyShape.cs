using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

internal static class BodyShape
{
    public static IReadOnlyList<Problem> Check(JsonElement body, Type type, bool unknownMembersPass) => [];
}
