using Perdure.Replay;

namespace Perdure.Operations.Batch;

/// <summary>One item's name and code.</summary>
internal readonly record struct BatchUnit<T>(string Name, Func<IDurableContext, CancellationToken, Task<T>> RunAsync);

/// <summary>The body of a map or parallel: starts items in index order as places become free, and stops as soon as the policy says so.</summary>
/// <remarks>
/// It is function code on the pump. Items end through delivered causes, in recorded order, so the policy sees the same sequence on every
/// replay and comes to the same end. What it leaves running is abandoned with the context.
/// </remarks>
internal sealed class BatchRunner<T>(IReadOnlyList<BatchUnit<T>> units, BatchConfig config, string itemSubType)
{
    private readonly BatchItem<T>?[] _items = new BatchItem<T>?[units.Count];
    private readonly TaskCompletionSource<CompletionReason> _over = new();
    private int _started;
    private int _succeeded;
    private int _failed;

    public async Task<IBatchResult<T>> RunAsync(DurableContext context)
    {
        if (units.Count == 0) return new BatchResult<T>([], CompletionReason.AllCompleted);
        var places = Math.Min(config.MaxConcurrency ?? units.Count, units.Count);
        for (var i = 0; i < places && !_over.Task.IsCompleted; i++) StartNext(context);
#pragma warning disable CA2007 // Function code resumes on the pump.
        var reason = await _over.Task;
#pragma warning restore CA2007
        return new BatchResult<T>([.. _items.Take(_started).Select((item, index) => item ?? Unfinished(index))], reason);
    }

    private BatchItem<T> Unfinished(int index) => new(index, units[index].Name, BatchItemStatus.Started, default, null);

    private async void StartNext(DurableContext context)
    {
        var index = _started++;
        var unit = units[index];
        BatchItem<T> item;
#pragma warning disable CA2007 // Function code resumes on the pump.
        try
        {
            var result = await context.RunInChildContextAsync(unit.RunAsync, unit.Name, new ChildContextConfig
            {
                SubType = itemSubType,
                NestingType = config.NestingType,
                Serializer = config.ItemSerializer,
            });
            item = new BatchItem<T>(index, unit.Name, BatchItemStatus.Succeeded, result, null);
            _succeeded++;
        }
        catch (DurableExecutionException error)
        {
            item = new BatchItem<T>(index, unit.Name, BatchItemStatus.Failed, default, error);
            _failed++;
        }
#pragma warning restore CA2007

        _items[index] = item;
        OnItemEnded(context);
    }

    private void OnItemEnded(DurableContext context)
    {
        if (_over.Task.IsCompleted) return;
        if (context.Scope.Reason is { } stopped)
        {
            // Items that were told to stop may have something to undo: none is abandoned, and none is started.
            if (_succeeded + _failed == _started) _over.SetException(stopped);
            return;
        }

        CompletionReason? reason;
        try
        {
            reason = CompletionPolicy.Decide(config.CompletionConfig, new BatchProgress(units.Count, _succeeded, _failed));
        }
        catch (Exception error)
        {
            _over.SetException(error); // the author's own rule threw: the batch has failed with it
            return;
        }

        if (reason is { } over) _over.SetResult(over);
        else if (_started < units.Count) StartNext(context);
    }
}
