using Perdure.Replay;

namespace Perdure.Operations.Batch;

/// <summary>One item: its name, and how it becomes a child context.</summary>
internal readonly record struct BatchUnit<T>(string Name, Func<DurableContext, string, ChildContextConfig, Task<T>> StartAsync)
{
    public static BatchUnit<T> Of(string name, Func<IDurableContext, CancellationToken, Task<T>> func) =>
        new(name, (context, itemName, config) => context.RunInChildContextAsync(func, itemName, config));
}

/// <summary>The body of a map or parallel: starts items in index order as places become free, and stops as soon as the policy says so.</summary>
/// <remarks>
/// It is function code on the pump. Items end through delivered causes, in recorded order, so the policy sees the same sequence on every
/// replay and comes to the same end. What it leaves running is abandoned with the context. Items may be added until it is sealed; the policy,
/// which has to know how many there are, is asked from then on.
/// </remarks>
internal sealed class BatchRunner<T>(BatchConfig config, string itemSubType)
{
    private readonly List<BatchUnit<T>> _units = [];
    private readonly List<BatchItem<T>?> _items = [];
    private readonly TaskCompletionSource<CompletionReason> _over = new();
    private DurableContext? _context;
    private bool _sealed;
    private int _started;
    private int _succeeded;
    private int _failed;

    private int Ended => _succeeded + _failed;

    public void Add(BatchUnit<T> unit)
    {
        _units.Add(unit);
        _items.Add(null);
        StartWhatFits();
    }

    /// <summary>There are no more items.</summary>
    public void Seal()
    {
        _sealed = true;
        Decide();
    }

    public async Task<IBatchResult<T>> RunAsync(DurableContext context)
    {
        _context = context;
        StartWhatFits();
        Decide();
#pragma warning disable CA2007 // Function code resumes on the pump.
        var reason = await _over.Task;
#pragma warning restore CA2007
        return new BatchResult<T>([.. _items.Take(_started).Select((item, index) => item ?? Unfinished(index))], reason);
    }

    private BatchItem<T> Unfinished(int index) => new(index, _units[index].Name, BatchItemStatus.Started, default, null);

    private void StartWhatFits()
    {
        if (_context is not { } context) return;
        while (!_over.Task.IsCompleted && context.Scope.Reason is null && _started < _units.Count && _started - Ended < (config.MaxConcurrency ?? int.MaxValue))
            StartNext(context);
    }

    private async void StartNext(DurableContext context)
    {
        var index = _started++;
        var unit = _units[index];
        BatchItem<T> item;
#pragma warning disable CA2007 // Function code resumes on the pump.
        try
        {
            var result = await unit.StartAsync(context, unit.Name, new ChildContextConfig
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
        Decide();
        StartWhatFits();
    }

    private void Decide()
    {
        if (_over.Task.IsCompleted || _context is not { } context) return;
        if (context.Scope.Reason is { } stopped)
        {
            // Items that were told to stop may have something to undo: none is abandoned, and none is started. What could not be undone says more
            // than the stop.
            if (Ended == _started) _over.SetException(_items.Select(static item => item?.Error).FirstOrDefault(static error => error is SagaCompensationException) ?? stopped);
            return;
        }

        if (!_sealed || (Ended == 0 && _units.Count > 0)) return;
        if (_units.Count == 0)
        {
            _over.SetResult(CompletionReason.AllCompleted);
            return;
        }

        try
        {
            if (CompletionPolicy.Decide(config.CompletionConfig, new BatchProgress(_units.Count, _succeeded, _failed)) is { } reason) _over.SetResult(reason);
        }
        catch (Exception error)
        {
            _over.SetException(error); // the author's own rule threw: the batch has failed with it
        }
    }
}
