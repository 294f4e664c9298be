using Microsoft.Extensions.Options;
using Npgsql;

namespace Coordination.Persistence;

/// <summary>Settings of the PostgreSQL store.</summary>
public sealed class PostgresStoreOptions
{
    /// <summary>
    /// Npgsql connection string. Unless it says otherwise, statements are prepared automatically and connections are not reset when they return to the
    /// pool (the store never changes session state). Behind a pooler without support for prepared statements add <c>Max Auto Prepare=0</c>.
    /// </summary>
    public string? ConnectionString { get; set; }

    /// <summary>Further settings of the data source, for example a password provider, certificates or tracing.</summary>
    public Action<NpgsqlDataSourceBuilder>? ConfigureDataSource { get; set; }

    /// <summary>
    /// The relay has this long to deliver a committed message from memory before the sweep takes it for lost. Longer than the worst publish. Zero makes
    /// messages due at once, which is for tests.
    /// </summary>
    public TimeSpan Grace { get; set; } = TimeSpan.FromSeconds(20);

    /// <summary>Transactions of many units of work under way at the same time. 1 to 16; more than processors bring nothing.</summary>
    public int CommitLanes { get; set; } = 2;

    /// <summary>Units of work in one transaction at most. 1 to 1,000; 1: each commits by itself.</summary>
    public int MostInCommit { get; set; } = 256;

    /// <summary>The transport is in memory: a message's row stays until its receiver has committed.</summary>
    public bool Embedded { get; set; }

    public RetentionOptions Retention { get; } = new();
}

internal sealed class PostgresStoreOptionsValidation : IValidateOptions<PostgresStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, PostgresStoreOptions options)
    {
        var problems = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
        {
            problems.Add(
                "PostgresStoreOptions.ConnectionString is missing. Give one such as \"Host=localhost;Database=coordination;Username=coordination;Password=...\"."
            );
        }
        else if (Parse(options.ConnectionString) is { } fault)
        {
            problems.Add($"PostgresStoreOptions.ConnectionString cannot be read: {fault}");
        }

        if (options.Grace < TimeSpan.Zero)
        {
            problems.Add($"PostgresStoreOptions.Grace is {options.Grace}: it must not be negative.");
        }

        if (options.CommitLanes is < 1 or > 16)
        {
            problems.Add($"PostgresStoreOptions.CommitLanes is {options.CommitLanes}: 1 to 16 are allowed.");
        }

        if (options.MostInCommit is < 1 or > 1_000)
        {
            problems.Add($"PostgresStoreOptions.MostInCommit is {options.MostInCommit}: 1 to 1,000 are allowed.");
        }

        problems.AddRange(options.Retention.Problems(nameof(PostgresStoreOptions)));
        return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
    }

    private static string? Parse(string connectionString)
    {
        try
        {
            var builder = new NpgsqlConnectionStringBuilder(connectionString);
            return string.IsNullOrEmpty(builder.Host) ? "it names no Host." : null;
        }
        catch (ArgumentException error)
        {
            return error.Message;
        }
    }
}
