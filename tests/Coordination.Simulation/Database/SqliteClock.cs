using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Coordination.Simulation;

/// <summary>
/// The clock of SQLite in this process: the entry of its operating-system layer is replaced, so that every statement, every default and every trigger
/// sees virtual time as a real database sees its own.
/// </summary>
internal static unsafe partial class SqliteClock
{
    // sqlite3_vfs on 64 bits: three ints, then pointers; the clock in milliseconds is the 18th member of the second version.
    private const int ClockOffset = 136;
    private const long UnixEpochInJulianMs = 210_866_760_000_000;
    private static long julianMs;

    public static void Install()
    {
        SQLitePCL.Batteries_V2.Init();
        var system = Find(null);
        if (system == 0 || sizeof(nint) != 8 || *(int*)system < 2)
        {
            throw new NotSupportedException(
                "SQLite's clock cannot be replaced here: a 64-bit build with version 2 of its system layer is needed."
            );
        }

        *(delegate* unmanaged[Cdecl]<nint, long*, int>*)(system + ClockOffset) = &Read;
    }

    public static void Set(DateTimeOffset now) => julianMs = now.ToUnixTimeMilliseconds() + UnixEpochInJulianMs;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(nint system, long* result)
    {
        *result = julianMs;
        return 0;
    }

    [LibraryImport("e_sqlite3", EntryPoint = "sqlite3_vfs_find", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Find(string? name);
}
