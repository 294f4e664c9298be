using MassTransit;

namespace Coordination.Persistence;

/// <summary>A body as it was stored.</summary>
internal sealed class StoredBody(byte[] bytes) : MessageBody
{
    public long? Length => bytes.Length;

    public Stream GetStream() => new MemoryStream(bytes, writable: false);

    public byte[] GetBytes() => bytes;

    public string GetString() => System.Text.Encoding.UTF8.GetString(bytes);
}
