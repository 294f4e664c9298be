namespace Coordination.Monitor;

internal static class EffectEndpoints
{
    public static void MapEffect(this RouteGroupBuilder api) { }
}
