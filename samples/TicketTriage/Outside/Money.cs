namespace TicketTriage.Outside;

/// <summary>Amounts are whole cents everywhere; only here do they become text.</summary>
public static class Money
{
    /// <summary>For example <c>1,234.50</c>.</summary>
    public static string Show(long cents) => (cents / 100m).ToString("N2");
}
