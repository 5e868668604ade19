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
/// Without fencing: a predecessor that was cut off finishes its work late, and nobody can tell that it is no longer the owner.
/// </summary>
/// <remarks>
/// The protection that is taken away: an operation has one identity, whoever runs it. Here every process presents an identity of its
/// own, and what a killed process had begun is carried through after the restart, as by a machine that was only frozen.
/// </remarks>
internal sealed class UnfencedPayerClient : PayerClient
{
    private readonly string _directory;
    private readonly string _owner = RandomNumberGenerator.GetHexString(8);
    private readonly TimeProvider _clock;

    public UnfencedPayerClient(PayerLedger ledger, TimeProvider clock, string directory) : base(ledger, clock)
    {
        _clock = clock;
        _directory = Directory.CreateDirectory(Path.Combine(directory, "in-flight")).FullName;
        foreach (var file in Directory.EnumerateFiles(_directory)) FinishLate(file);
    }

    public override async Task<string> SubmitAsync(PriorAuthRequest request, string letter, string idempotencyKey, CancellationToken cancellationToken)
    {
        var key = $"{_owner}-{idempotencyKey}";
        var file = Path.Combine(_directory, request.CaseId);
        await File.WriteAllTextAsync(file, JsonSerializer.Serialize(new Begun(request, key)), cancellationToken);
        var reference = await base.SubmitAsync(request, letter, key, cancellationToken);
        File.Delete(file);
        return reference;
    }

    private void FinishLate(string file)
    {
        try
        {
            if (JsonSerializer.Deserialize<Begun>(File.ReadAllText(file)) is { } begun)
                Ledger.Take(begun.Request.CaseId, begun.Key, begun.Request.Scenario, _clock.GetUtcNow());
        }
        catch (JsonException)
        {
            // Killed while it was writing down what it was about to do: it had not begun.
        }

        File.Delete(file);
    }

    private sealed record Begun(PriorAuthRequest Request, string Key);
}
