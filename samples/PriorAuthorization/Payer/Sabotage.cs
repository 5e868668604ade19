using System.Security.Cryptography;
using System.Text.Json;

namespace PriorAuthorization;

/// <summary>Without an idempotency key: every call looks like a new claim. The checks must notice.</summary>
internal sealed class KeylessPayer(IPayer payer) : DelegatingPayer(payer)
{
    public override Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken) =>
        base.SubmitAsync(claim, RandomNumberGenerator.GetHexString(32), cancellationToken);
}

/// <summary>
/// Without fencing: a former owner that was cut off finishes its work late, beside the one that took over.
/// </summary>
/// <remarks>
/// The protection that is taken away: an execution has one owner at a time, and what a former one still does is refused. Without it two
/// owners work on a record of their own each, and so with a key of their own each. One process cannot be two, so the former owner is
/// played: each call is noted in a file before it is made, and what is still noted at the next start is sent again under another key.
/// </remarks>
internal sealed class UnfencedPayer : DelegatingPayer
{
    private readonly string _directory;

    public UnfencedPayer(IPayer payer, PayerBooks books, TimeProvider clock, string directory) : base(payer)
    {
        _directory = Directory.CreateDirectory(Path.Combine(directory, "in-flight")).FullName;
        foreach (var file in Directory.EnumerateFiles(_directory)) FinishLate(file, books, clock);
    }

    public override async Task<string> SubmitAsync(Claim claim, string idempotencyKey, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_directory, claim.CaseId);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Begun(claim.CaseId, idempotencyKey)), cancellationToken);
        var reference = await base.SubmitAsync(claim, idempotencyKey, cancellationToken);
        File.Delete(file);
        return reference;
    }

    private static void FinishLate(string file, PayerBooks books, TimeProvider clock)
    {
        try
        {
            if (JsonSerializer.Deserialize<Begun>(File.ReadAllText(file)) is { } begun) books.Claim(begun.CaseId, begun.Key + ":former-owner", clock.GetUtcNow());
        }
        catch (JsonException)
        {
            // Killed while it was writing down what it was about to do: it had not begun.
        }

        File.Delete(file);
    }

    private sealed record Begun(string CaseId, string Key);
}

internal static class SabotageServices
{
    /// <summary>Takes a protection away: <c>no-key</c> or <c>no-fence</c>.</summary>
    public static void AddSabotage(this IServiceCollection services, string kind, string directory) => services.AddSingleton<IPayer>(provider =>
    {
        var payer = provider.GetRequiredService<FakePayer>();
        return kind == "no-key"
            ? new KeylessPayer(payer)
            : new UnfencedPayer(payer, provider.GetRequiredService<PayerBooks>(), provider.GetRequiredService<TimeProvider>(), directory);
    });
}
