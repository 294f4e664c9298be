using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace Coordination.Persistence;

/// <summary>Settings of the SQLite store.</summary>
public sealed class SqliteStoreOptions
{
    /// <summary>The database file; its folder is made when it does not exist.</summary>
    public string? Path { get; set; }

    /// <summary>The relay has this long to hand over a committed message from memory before the sweep takes it for lost.</summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>How long a unit of work waits for its turn to write, and for another process that holds the file.</summary>
    public TimeSpan LockTimeout { get; set; } = TimeSpan.FromSeconds(30);

    public RetentionOptions Retention { get; } = new();

    internal string ConnectionString =>
        new SqliteConnectionStringBuilder
        {
            DataSource = Path,
            DefaultTimeout = Math.Max(1, (int)LockTimeout.TotalSeconds),
            ForeignKeys = true,
        }.ConnectionString;
}

internal sealed class SqliteStoreOptionsValidation : IValidateOptions<SqliteStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, SqliteStoreOptions options)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(options.Path))
        {
            problems.Add("SqliteStoreOptions.Path is missing. Give the database file, for example \".coordination/coordination.db\".");
        }
        else if (options.Path.Contains(":memory:", StringComparison.Ordinal))
        {
            problems.Add(
                "SqliteStoreOptions.Path is :memory:, which would lose everything at the end and cannot be shared by connections. Give a file."
            );
        }

        if (options.Grace < TimeSpan.Zero)
        {
            problems.Add($"SqliteStoreOptions.Grace is {options.Grace}: it must not be negative.");
        }

        if (options.LockTimeout <= TimeSpan.Zero)
        {
            problems.Add($"SqliteStoreOptions.LockTimeout is {options.LockTimeout}: it must be positive.");
        }

        problems.AddRange(options.Retention.Problems(nameof(SqliteStoreOptions)));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }
}
