namespace TicketTriage.Outside;

/// <summary>
/// Stands for a bank whose transfers take no key and cannot be looked up: once the line breaks, nobody here knows whether the money has left. With accounts
/// <c>LOST-...</c> it breaks.
/// </summary>
public static class Bank
{
    public const string LostPrefix = "LOST-";

    /// <returns>The bank's number of the transfer.</returns>
    /// <exception cref="IOException">The line broke before the bank answered.</exception>
    public static Task<string> TransferAsync(string account, long amountCents) =>
        account.StartsWith(LostPrefix, StringComparison.Ordinal)
            ? Task.FromException<string>(new IOException("The line broke before the bank answered."))
            : Task.FromResult($"{account}/{amountCents}");
}
