using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine.Storage;

/// <summary>Group commit: gathers change sets of many executions while a flush is in flight, and finds out what became of each.</summary>
/// <remarks>
/// There is no timer: an idle queue flushes at once, a busy one takes what gathered meanwhile. A batch that fails for a reason of its own
/// is split until the culprit fails alone. After an unknown outcome the commit id in the journal says what happened; an effect is never
/// guessed at.
/// </remarks>
internal sealed class CommitQueue(IExecutionStore store, WorkQueue work)
{
    private const int MaxBatch = 1000;
    private const int MaxBatchBytes = 8 * 1024 * 1024;
    private const int MaxResolveAttempts = 20;

    private readonly Lock _gate = new();
    private readonly LinkedList<Waiting> _waiting = new();
    private bool _flushing;

    public Task<CommitOutcome> CommitAsync(ChangeSet changes)
    {
        var waiting = new Waiting(changes, work.NewCompletion<CommitOutcome>());
        lock (_gate)
        {
            _waiting.AddLast(waiting);
            if (!_flushing)
            {
                _flushing = true;
                work.Post(() => _ = FlushAsync());
            }
        }

        return waiting.Done.Task;
    }

    private async Task FlushAsync()
    {
        while (TakeBatch() is { } batch) await CommitBatchAsync(batch).ConfigureAwait(false);
    }

    /// <summary>At most one change set per execution: a second one could not see the first.</summary>
    private List<Waiting>? TakeBatch()
    {
        lock (_gate)
        {
            if (_waiting.Count == 0)
            {
                _flushing = false;
                return null;
            }

            var batch = new List<Waiting>(Math.Min(_waiting.Count, MaxBatch));
            var keys = new HashSet<ExecutionKey>();
            long bytes = 0;
            for (var node = _waiting.First; node is not null && batch.Count < MaxBatch && bytes < MaxBatchBytes;)
            {
                var next = node.Next;
                if (node.Value.Changes.Changes.All(change => !keys.Contains(change.Key)))
                {
                    foreach (var change in node.Value.Changes.Changes)
                    {
                        keys.Add(change.Key);
                        bytes += change.Entry.Length + change.Payload.Length;
                    }

                    batch.Add(node.Value);
                    _waiting.Remove(node);
                }

                node = next;
            }

            return batch;
        }
    }

    private async Task CommitBatchAsync(IReadOnlyList<Waiting> batch)
    {
        IReadOnlyList<CommitOutcome> outcomes;
        try
        {
            outcomes = await store.CommitAsync([.. batch.Select(waiting => waiting.Changes)]).ConfigureAwait(false);
        }
        catch (StoreUnavailableException error)
        {
            // Together: during an outage nobody waits for the patience of all those before it.
            await Task.WhenAll(batch.Select(waiting => ResolveAsync(waiting, error))).ConfigureAwait(false);
            return;
        }
        catch (Exception error) when (batch.Count == 1)
        {
            batch[0].Done.Fail(error);
            return;
        }
        catch (Exception)
        {
            var half = batch.Count / 2;
            await CommitBatchAsync([.. batch.Take(half)]).ConfigureAwait(false);
            await CommitBatchAsync([.. batch.Skip(half)]).ConfigureAwait(false);
            return;
        }

        for (var i = 0; i < batch.Count; i++) batch[i].Done.Set(outcomes[i]);
    }

    private async Task ResolveAsync(Waiting waiting, StoreUnavailableException error)
    {
        for (var attempt = 1; attempt <= MaxResolveAttempts; attempt++)
        {
            try
            {
                if (attempt > 1) await Task.Delay(TimeSpan.FromMilliseconds(50 * attempt), store.Clock).ConfigureAwait(false);
                var change = waiting.Changes.Changes[0];
                var found = await store.FindCommitAsync(change.Key, change.ExpectedVersion + 1, CancellationToken.None).ConfigureAwait(false);
                if (found is { } id)
                {
                    waiting.Done.Set(id == waiting.Changes.CommitId ? CommitOutcome.Committed : CommitOutcome.Conflict);
                    return;
                }

                var outcomes = await store.CommitAsync([waiting.Changes]).ConfigureAwait(false);
                waiting.Done.Set(outcomes[0]);
                return;
            }
            catch (StoreUnavailableException again)
            {
                error = again;
            }
            catch (Exception other)
            {
                waiting.Done.Fail(other);
                return;
            }
        }

        waiting.Done.Fail(error);
    }

    private sealed record Waiting(ChangeSet Changes, Completion<CommitOutcome> Done);
}
