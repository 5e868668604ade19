using Perdure.Client;
using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>What the writer tells the runtime.</summary>
internal interface ICheckpointOwner
{
    void OnAcknowledged(CheckpointResponse response);

    void OnCheckpointFailed(Exception error);
}

/// <summary>Sends updates in order, one request at a time, each with the token that the last answer gave.</summary>
/// <remarks>
/// An urgent update is sent at once, and with it everything queued before. A START that nobody awaits waits for the next urgent update,
/// at most <see cref="Linger"/>: a quick step then costs one checkpoint instead of two. A CANCEL of what has ended meanwhile is not sent: the
/// service would refuse it, and everything with it.
/// </remarks>
internal sealed class CheckpointWriter(
    IDurableService service, string executionArn, string token, TimeProvider clock, ICheckpointOwner owner) : IDisposable
{
    public static readonly TimeSpan Linger = TimeSpan.FromMilliseconds(20);

    private readonly Lock _gate = new();
    private readonly Queue<OperationUpdate> _queue = new();
    private readonly Queue<CheckpointResponse> _notTakenIn = new();
    private readonly CancellationTokenSource _closed = new();
    private string _token = token;
    private ITimer? _lingerTimer;
    private long _clientToken;
    private bool _flushWanted;
    private bool _sending;
    private bool _lingering;
    private bool _stopped;

    /// <summary>Whether any update is queued or on its way.</summary>
    public bool HasUnacknowledged
    {
        get
        {
            lock (_gate) return _sending || _queue.Count > 0;
        }
    }

    /// <summary>The token that the last answer gave. Changed while a request is under way: for what may be refused as stale without harm.</summary>
    public string Token => Volatile.Read(ref _token);

    public void Enqueue(OperationUpdate update, bool urgent)
    {
        lock (_gate)
        {
            if (_stopped || (update.Action == OperationAction.Cancel && _notTakenIn.Any(answer => Ends(answer, update.Id)))) return;
            _queue.Enqueue(update);
            if (urgent) _flushWanted = true;
            else ArmLinger_NeedsLock();
        }

        if (urgent) SendIfIdle();
    }

    /// <summary>The function has taken in the earliest answer that it had not.</summary>
    public void OnTakenIn()
    {
        lock (_gate) _notTakenIn.TryDequeue(out _);
    }

    private void OnAnswered(CheckpointResponse answer)
    {
        lock (_gate)
        {
            _notTakenIn.Enqueue(answer);
            for (var i = _queue.Count; i > 0; i--)
            {
                var update = _queue.Dequeue();
                if (update.Action != OperationAction.Cancel || !Ends(answer, update.Id)) _queue.Enqueue(update);
            }
        }
    }

    private static bool Ends(CheckpointResponse answer, string id) => answer.Operations.Any(operation => operation.Id == id && operation.Status.IsTerminal());

    /// <summary>Sends what is queued; with nothing queued, asks what changed.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (_stopped) return;
            _flushWanted = true;
        }

        SendIfIdle();
    }

    public void Stop()
    {
        lock (_gate)
        {
            _stopped = true;
            _queue.Clear();
            _lingerTimer?.Dispose();
            _lingerTimer = null;
        }
    }

    public void Dispose()
    {
        Stop();
        _closed.Dispose();
    }

    private void ArmLinger_NeedsLock()
    {
        if (_lingering) return;
        _lingering = true;
        if (_lingerTimer is null) _lingerTimer = clock.CreateTimer(static state => ((CheckpointWriter)state!).OnLingered(), this, Linger, Timeout.InfiniteTimeSpan);
        else _lingerTimer.Change(Linger, Timeout.InfiniteTimeSpan);
    }

    // The timer is left running when an urgent update overtakes it: re-arming per step would cost more than one idle firing.
    private void OnLingered()
    {
        lock (_gate)
        {
            _lingering = false;
            if (_stopped || _queue.Count == 0) return;
            _flushWanted = true;
        }

        SendIfIdle();
    }

    private void SendIfIdle()
    {
        lock (_gate)
        {
            if (_sending || _stopped || !_flushWanted) return;
            _sending = true;
        }

        _ = SendAsync(); // observed inside: every failure reaches the owner
    }

    private async Task SendAsync()
    {
        try
        {
            while (TakeBatch() is { } batch)
            {
                var request = new CheckpointRequest(executionArn, _token, batch, ClientToken());
                var response = await service.CheckpointAsync(request, _closed.Token).ConfigureAwait(false);
                OnAnswered(response);
                if (response.CheckpointToken is { } next) Volatile.Write(ref _token, next);
                else Stop();
                owner.OnAcknowledged(response);
            }
        }
        catch (Exception error)
        {
            Stop();
            owner.OnCheckpointFailed(error);
        }
    }

    private string ClientToken() => (++_clientToken).ToString();

    private List<OperationUpdate>? TakeBatch()
    {
        lock (_gate)
        {
            if (_stopped || !_flushWanted)
            {
                _sending = false;
                return null;
            }

            var batch = new List<OperationUpdate>(Math.Min(_queue.Count, PerdureLimits.MaxBatchUpdates));
            var bytes = 0;
            while (batch.Count < PerdureLimits.MaxBatchUpdates && _queue.TryPeek(out var next))
            {
                bytes += SizeOf(next);
                if (bytes > PerdureLimits.MaxBatchBytes && batch.Count > 0) break;
                batch.Add(_queue.Dequeue());
            }

            if (_queue.Count == 0) _flushWanted = false;
            return batch;
        }
    }

    private static int SizeOf(OperationUpdate update) => 200 + (update.Payload?.Length ?? 0) + (update.Error?.ErrorMessage?.Length ?? 0);
}
