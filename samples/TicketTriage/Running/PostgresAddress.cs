namespace TicketTriage.Running;

/// <summary>Lets the database be named the way most tools do.</summary>
public static class PostgresAddress
{
    /// <summary>Turns <c>postgres://user:password@host:5432/name</c> into a connection string; leaves a connection string as it is.</summary>
    public static string ToConnectionString(string text)
    {
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("postgres" or "postgresql"))
        {
            return text;
        }

        var user = uri.UserInfo.Split(':', 2);
        var parts = new System.Data.Common.DbConnectionStringBuilder { ["Host"] = uri.Host, ["Port"] = uri.Port > 0 ? uri.Port : 5432 };
        Set("Username", user[0]);
        Set("Password", user.ElementAtOrDefault(1));
        Set("Database", uri.AbsolutePath.TrimStart('/'));
        return parts.ConnectionString;

        void Set(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value))
            {
                parts[name] = Uri.UnescapeDataString(value);
            }
        }
    }
}
