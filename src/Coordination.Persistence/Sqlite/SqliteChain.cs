using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace Coordination.Persistence;

/// <summary>The function behind <see cref="SqlDialect.Chain"/>: SQLite has no hashes of its own.</summary>
internal static class SqliteChain
{
    public const string Name = "coordination_chain";

    public static void AddTo(SqliteConnection connection) =>
        connection.CreateFunction<byte[], long, byte[], byte[]>(Name, Next, isDeterministic: true);

    private static byte[] Next(byte[] before, long number, byte[] digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        Span<byte> eight = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(eight, number);
        hash.AppendData(eight);
        hash.AppendData(digest);
        return hash.GetHashAndReset();
    }
}
