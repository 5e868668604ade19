using Perdure;

namespace PriorAuthorization;

/// <summary>The payer's people: they decide in their own time and call back, unless they forget.</summary>
internal sealed partial class PayerOffice(PayerBooks books, FakePayer payer, IPerdureClient client, TimeProvider clock, ILogger<PayerOffice> logger) : BackgroundService
{
    private static readonly TimeSpan Round = TimeSpan.FromMilliseconds(500);

    private readonly HashSet<string> _called = [];
    private readonly HashSet<string> _failed = [];

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

    /// <summary>Calls back where a decision has been made and nobody was called yet. A call that fails does not keep others from being made; it is tried again in the next round.</summary>
    public async Task RunOnceAsync(CancellationToken cancellationToken)
    {
        foreach (var asked in books.CallBacks.Entries.Where(asked => !_called.Contains(asked.Key)).ToList())
        {
            try
            {
                if (await CallAsync(asked, cancellationToken)) _called.Add(asked.Key);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested)
            {
                // Once for each: a round is half a second. No message: it may quote what was sent.
                if (_failed.Add(asked.Key)) LogFailed(asked.Reference, error.GetType().Name);
            }
        }
    }

    /// <summary>Whether there is nothing left to tell.</summary>
    private async Task<bool> CallAsync(CallBackEntry asked, CancellationToken cancellationToken)
    {
        if (books.BehaviourOf(books.Of(asked.Reference).First().CaseId) == PayerBehaviour.IsSlow) return false; // forgets
        var verdict = payer.Decide(asked.Reference);
        if (verdict == PayerVerdict.Pending) return false;
        try
        {
            await client.SendCallbackSuccessAsync(asked.Key, new PayerDecision(verdict, "the payer called"), cancellationToken);
        }
        catch (CallbackClosedException)
        {
            // The case is over, or has been told before: by a predecessor of this process, or because it asked.
        }

        return true;
    }

    [LoggerMessage(LogLevel.Warning, "The payer could not call back about {Reference} ({Error}). It goes on trying; this is said once.")]
    private partial void LogFailed(string reference, string error);
}
