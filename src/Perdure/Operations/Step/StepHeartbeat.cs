using Perdure.Client;
using Perdure.Replay;

namespace Perdure.Operations.Step;

/// <summary>The heartbeats of one attempt: the last one counts, at most one is on its way, and no more than one goes out per second.</summary>
/// <remarks>Hints: one that cannot be sent is dropped. What an attempt said last is sent before the attempt's failure is recorded, so that the next one finds it.</remarks>
internal sealed class StepHeartbeat(InvocationRuntime runtime, string operationId)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _ended = new();
    private Task _sending = Task.CompletedTask;
    private bool _isSending;
    private bool _hasUnsent;
    private string? _unsent;

    public void Beat(string? progress)
    {
        lock (_gate)
        {
            _hasUnsent = true;
            _unsent = progress ?? _unsent;
            if (_isSending || _ended.Task.IsCompleted) return;
            _isSending = true;
        }

        _sending = SendAsync();
    }

    private async Task SendAsync()
    {
        while (TryTake(out var progress))
        {
            await SendAsync(progress).ConfigureAwait(false);
            await Task.WhenAny(Task.Delay(Interval, runtime.Environment.Clock), _ended.Task).ConfigureAwait(false);
            if (_ended.Task.IsCompleted) return; // the rest is sent by whoever ends it
        }
    }

    private bool TryTake(out string? progress)
    {
        lock (_gate)
        {
            progress = _unsent;
            var had = _hasUnsent;
            (_hasUnsent, _unsent, _isSending) = (false, null, had);
            return had;
        }
    }

    private async Task SendAsync(string? progress)
    {
        try
        {
            await runtime.Environment.Service
                .BeatAsync(runtime.Arn, runtime.Writer.Token, operationId, progress, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Stale, or the store is away: the next checkpoint finds that out, with its consequences.
        }
    }

    /// <summary>The attempt is over; after a failure its last word is sent.</summary>
    public async Task EndAsync(bool failed)
    {
        _ended.TrySetResult();
        await _sending.ConfigureAwait(false);
        if (failed && TryTake(out var progress)) await SendAsync(progress).ConfigureAwait(false);
    }
}
