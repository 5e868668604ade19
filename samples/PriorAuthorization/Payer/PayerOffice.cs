using Perdure;

namespace PriorAuthorization;

/// <summary>The payer's people: they decide in their own time and call back, unless they forget.</summary>
internal sealed class PayerOffice(PayerBooks books, FakePayer payer, IPerdureClient client, TimeProvider clock) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<string> _called = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Round, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await RunOnceAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The day is over.
        }
    }

    /// <summary>Calls back where a decision has been made and nobody was called yet.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var asked in books.CallBacks.Entries.Where(asked => !_called.Contains(asked.Key)).ToList())
        {
            if (books.BehaviourOf(books.Of(asked.Reference).First().CaseId) == PayerBehaviour.IsSlow) continue; // forgets
            var verdict = payer.Decide(asked.Reference);
            if (verdict == PayerVerdict.Pending) continue;
            try
            {
                await client.SendCallbackSuccessAsync(asked.Key, new PayerDecision(verdict, "the payer called"), cancellationToken);
            }
            catch (CallbackClosedException)
            {
                // The case is over, or has been told before: by a predecessor of this process, or because it asked.
            }

            _called.Add(asked.Key);
        }
    }
}
