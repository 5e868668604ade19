using System.Runtime.CompilerServices;
using System.Text.Json;
using Perdure.Replay;

namespace Perdure.Operations.Batch;

/// <summary>A parallel context that is open for branches until it is completed.</summary>
internal sealed class ParallelBuilder(BatchRunner<object?> runner, Task<IBatchResult<object?>> parallel, IDurableSerializer serializer) : IParallelBuilder
{
    private readonly List<IBranch> _branches = [];
    private Task<IBatchResult>? _completion;

    public bool IsCompleted => _completion is not null;

    public IParallelBranch<T> BranchAsync<T>(string name, Func<IDurableContext, CancellationToken, Task<T>> func)
    {
        ArgumentNullException.ThrowIfNull(func);
        ArgumentException.ThrowIfNullOrEmpty(name);
        DurableContext.RequireName(name);
        if (IsCompleted) throw new InvalidDurableOperationException($"Branch '{name}' was added after CompleteAsync. Add all branches first. [PDR0110]");
        var branch = new Branch<T>(this, name, serializer);
        _branches.Add(branch);
        runner.Add(new BatchUnit<object?>(name, async (context, itemName, config) =>
        {
#pragma warning disable CA2007 // Function code resumes on the pump.
            return new BranchValue<T>(await context.RunInChildContextAsync(func, itemName, config));
#pragma warning restore CA2007
        }));
        return branch;
    }

    public Task<IBatchResult> CompleteAsync(CancellationToken cancellationToken = default) => _completion ??= FinishAsync();

#pragma warning disable CA2007 // Function code resumes on the pump.
    private async Task<IBatchResult> FinishAsync()
    {
        runner.Seal();
        try
        {
            var result = await parallel;
            for (var i = 0; i < _branches.Count; i++) _branches[i].Settle(i < result.All.Count ? result.All[i] : null, result.CompletionReason);
            return result;
        }
        catch (Exception error)
        {
            foreach (var branch in _branches) branch.Fail(error);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (IsCompleted) return;
        try
        {
            await CompleteAsync();
        }
        catch (DurableExecutionException)
        {
            // Nobody asked for the outcome; whatever left the block is what counts.
        }
    }
#pragma warning restore CA2007

    private interface IBranch
    {
        void Settle(IBatchItem<object?>? item, CompletionReason reason);

        void Fail(Exception error);
    }

    private sealed class Branch<T>(ParallelBuilder builder, string name, IDurableSerializer serializer) : IBranch, IParallelBranch<T>
    {
        private readonly TaskCompletionSource<T> _source = new();

        public TaskAwaiter<T> GetAwaiter() => builder.IsCompleted ? _source.Task.GetAwaiter() : throw new InvalidDurableOperationException(
            $"Branch '{name}' was awaited before CompleteAsync. Its result is there when the whole parallel is over: call CompleteAsync first. [PDR0110]");

        public void Settle(IBatchItem<object?>? item, CompletionReason reason)
        {
            switch (item)
            {
                case { Status: BatchItemStatus.Succeeded, Result: BranchText text }:
                    try
                    {
                        _source.SetResult(text.Read<T>(serializer));
                    }
                    catch (Exception error)
                    {
                        _source.SetException(new DurableSerializationException($"The result of branch '{name}' could not be read back as {typeof(T)}: {error.Message} [PDR0203]", error));
                    }

                    break;
                case { Status: BatchItemStatus.Succeeded, Result: BranchValue<T> live }:
                    _source.SetResult(live.Value); // the whole was too large to be recorded
                    break;
                case { Error: { } error }:
                    _source.SetException(error);
                    break;
                default:
                    _source.SetException(new ChildContextException($"Branch '{name}' had not ended when the parallel was over ({reason})."));
                    break;
            }

            // A failure that nobody awaits is not an unobserved exception: the result counts it.
            _ = _source.Task.Exception;
        }

        public void Fail(Exception error)
        {
            _source.SetException(error);
            _ = _source.Task.Exception;
        }
    }
}

/// <summary>A branch's result before it is recorded: it knows its type.</summary>
internal abstract class BranchValue
{
    public abstract string Write(IDurableSerializer serializer, DurableSerializationContext context);
}

internal sealed class BranchValue<T>(T value) : BranchValue
{
    public T Value => value;

    public override string Write(IDurableSerializer serializer, DurableSerializationContext context) => serializer.Serialize(value, context);
}

/// <summary>A branch's recorded result: which type to read it as only the branch knows.</summary>
internal sealed record BranchText(string Payload, DurableSerializationContext Context)
{
    public T Read<T>(IDurableSerializer serializer) => serializer.Deserialize<T>(Payload, Context);
}

/// <summary>Writes each branch's result as the type it has, and reads it back as text.</summary>
internal sealed class BranchSerializer(IDurableSerializer items) : IDurableSerializer
{
    public string Serialize<T>(T value, DurableSerializationContext context) => ((BranchValue)(object)value!).Write(items, context); // only given to branches

    public T Deserialize<T>(string payload, DurableSerializationContext context) => (T)(object)new BranchText(payload, context);
}
