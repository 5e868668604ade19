using System.Security.Cryptography;
using System.Text.Json;

namespace PriorAuthorization;

/// <summary>Without an idempotency key: every call looks like a new claim. The check must notice.</summary>
internal sealed class KeylessPayerClient(PayerLedger ledger, TimeProvider clock) : PayerClient(ledger, clock)
{
    public override Task<string> SubmitAsync(PriorAuthRequest request, string letter, string idempotencyKey, CancellationToken cancellationToken) =>
        base.SubmitAsync(request, letter, RandomNumberGenerator.GetHexString(32), cancellationToken);
}

/// <summary>
/// Without fencing: a former owner that was cut off finishes its work late, beside the one that took over.
/// </summary>
/// <remarks>
/// The protection that is taken away: an execution has one owner at a time, and what a former one still does is refused. Without it two
/// owners work on a record of their own each, and so with a key of their own each. One process cannot be two, so the former owner is
/// played: each call is noted in a file before it is made, and what is still noted at the next start is sent again under another key.
/// </remarks>
internal sealed class UnfencedPayerClient : PayerClient
{
    private readonly string _directory;
    private readonly TimeProvider _clock;

    public UnfencedPayerClient(PayerLedger ledger, TimeProvider clock, string directory) : base(ledger, clock)
    {
        _clock = clock;
        _directory = Directory.CreateDirectory(Path.Combine(directory, "in-flight")).FullName;
        foreach (var file in Directory.EnumerateFiles(_directory)) FinishLate(file);
    }

    public override async Task<string> SubmitAsync(PriorAuthRequest request, string letter, string idempotencyKey, CancellationToken cancellationToken)
    {
        var file = Path.Combine(_directory, request.CaseId);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Begun(request, idempotencyKey)), cancellationToken);
        var reference = await base.SubmitAsync(request, letter, idempotencyKey, cancellationToken);
        File.Delete(file);
        return reference;
    }

    private void FinishLate(string file)
    {
        try
        {
            if (JsonSerializer.Deserialize<Begun>(File.ReadAllText(file)) is { } begun)
                Ledger.Take(begun.Request.CaseId, begun.Key + ":former-owner", begun.Request.Scenario, _clock.GetUtcNow());
        }
        catch (JsonException)
        {
            // Killed while it was writing down what it was about to do: it had not begun.
        }

        File.Delete(file);
    }

    private sealed record Begun(PriorAuthRequest Request, string Key);
}
