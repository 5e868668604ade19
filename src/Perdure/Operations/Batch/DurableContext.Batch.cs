using System.Globalization;
using Perdure.Operations.Batch;
using Perdure.Operations.Context;

namespace Perdure
{
    public static partial class OperationSubTypes
    {
        /// <summary>Branches side by side.</summary>
        public const string Parallel = "Parallel";

        /// <summary>One branch of a parallel.</summary>
        public const string ParallelBranch = "ParallelBranch";

        /// <summary>The same code over many items.</summary>
        public const string Map = "Map";

        /// <summary>One item of a map.</summary>
        public const string MapIteration = "MapIteration";
    }

    public partial interface IDurableContext
    {
        /// <summary>Runs branches side by side, each in a child context of its own.</summary>
        /// <remarks>
        /// It does not throw when branches fail: look at the result, or call <see cref="IBatchResult{T}.ThrowIfError"/>. When it is over
        /// early, what still runs is abandoned and its results are ignored.
        /// </remarks>
        /// <param name="branches">The branches; named by their index.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Concurrency, completion, nesting, serializers.</param>
        /// <param name="cancellationToken">Not used by the parallel itself.</param>
        /// <exception cref="ArgumentException">The name or the key is empty, too long or has other characters; nothing was recorded.</exception>
        /// <exception cref="ChildContextException">A completion rule of your own threw, or the whole result cannot be written.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<IBatchResult<T>> ParallelAsync<T>(
            IReadOnlyList<Func<IDurableContext, CancellationToken, Task<T>>> branches,
            string? name = null,
            ParallelConfig? config = null,
            CancellationToken cancellationToken = default);

        /// <summary>As the other overload, with names of your own.</summary>
        /// <exception cref="ArgumentException">The name, a branch's name or the key is empty, too long or has other characters; nothing was recorded.</exception>
        /// <exception cref="ChildContextException">A completion rule of your own threw, or the whole result cannot be written.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<IBatchResult<T>> ParallelAsync<T>(
            IReadOnlyList<DurableBranch<T>> branches, string? name = null, ParallelConfig? config = null, CancellationToken cancellationToken = default);

        /// <summary>Opens a parallel to which branches with results of different types are added one by one.</summary>
        /// <remarks>When it is over early, what still runs is abandoned and its results are ignored. Completion rules are asked once all branches are added.</remarks>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Concurrency, completion, nesting, the branches' serializer.</param>
        /// <exception cref="ArgumentException">The config has a serializer for the whole result (its branches have no common type), or the name or the key is not valid.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        IParallelBuilder CreateParallel(string? name = null, ParallelConfig? config = null);

        /// <summary>Runs the same code over many items, each in a child context of its own.</summary>
        /// <remarks>
        /// It does not throw when items fail: look at the result, or call <see cref="IBatchResult{T}.ThrowIfError"/>. When it is over
        /// early, what still runs is abandoned and its results are ignored. The items must be the same on every replay.
        /// </remarks>
        /// <param name="items">The items.</param>
        /// <param name="func">The code: its context, the item, the item's index, all items.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Concurrency, completion, nesting, names, serializers.</param>
        /// <param name="cancellationToken">Not used by the map itself.</param>
        /// <exception cref="ArgumentException">The name, an item's name or the key is empty, too long or has other characters; nothing was recorded.</exception>
        /// <exception cref="ChildContextException">A completion rule of your own threw, or the whole result cannot be written.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<IBatchResult<TResult>> MapAsync<TItem, TResult>(
            IReadOnlyList<TItem> items,
            Func<IDurableContext, TItem, int, IReadOnlyList<TItem>, CancellationToken, Task<TResult>> func,
            string? name = null,
            MapConfig<TItem>? config = null,
            CancellationToken cancellationToken = default);
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<IBatchResult<T>> ParallelAsync<T>(
            IReadOnlyList<Func<IDurableContext, CancellationToken, Task<T>>> branches,
            string? name = null,
            ParallelConfig? config = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(branches);
            return Parallel<T>([.. branches.Select(static (branch, i) => BatchUnit<T>.Of($"parallel-branch-{i.ToString(CultureInfo.InvariantCulture)}", branch))], name, config);
        }

        public Task<IBatchResult<T>> ParallelAsync<T>(
            IReadOnlyList<DurableBranch<T>> branches, string? name = null, ParallelConfig? config = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(branches);
            return Parallel<T>([.. branches.Select(static branch => BatchUnit<T>.Of(branch.Name, branch.Func))], name, config);
        }

        private Task<IBatchResult<T>> Parallel<T>(IReadOnlyList<BatchUnit<T>> units, string? name, ParallelConfig? config) =>
            Batch(units, config ?? ParallelConfig.Default, name, OperationSubTypes.Parallel, OperationSubTypes.ParallelBranch);

        public Task<IBatchResult<TResult>> MapAsync<TItem, TResult>(
            IReadOnlyList<TItem> items,
            Func<IDurableContext, TItem, int, IReadOnlyList<TItem>, CancellationToken, Task<TResult>> func,
            string? name = null,
            MapConfig<TItem>? config = null,
            CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(items);
            ArgumentNullException.ThrowIfNull(func);
            config ??= MapConfig<TItem>.Default;
            BatchUnit<TResult>[] units =
            [
                .. items.Select((item, i) => BatchUnit<TResult>.Of(
                    config.ItemNamer?.Invoke(item, i) ?? $"map-item-{i.ToString(CultureInfo.InvariantCulture)}",
                    (context, token) => func(context, item, i, items, token))),
            ];
            return Batch(units, config, name, OperationSubTypes.Map, OperationSubTypes.MapIteration);
        }

        private Task<IBatchResult<T>> Batch<T>(IReadOnlyList<BatchUnit<T>> units, BatchConfig config, string? name, string subType, string itemSubType)
        {
            // Everything that can be wrong is found before anything is recorded.
            foreach (var unit in units) RequireName(unit.Name);
            var runner = new BatchRunner<T>(config, itemSubType);
            foreach (var unit in units) runner.Add(unit);
            runner.Seal();
            return Batch(runner, config.ItemSerializer ?? Runtime.Environment.Serializer, config, name, subType);
        }

        public IParallelBuilder CreateParallel(string? name = null, ParallelConfig? config = null)
        {
            config ??= ParallelConfig.Default;
            if (config.Serializer is not null)
                throw new ArgumentException("Serializer is set; the branches of CreateParallel have no common type. Set ItemSerializer, or use ParallelAsync.", nameof(config));
            var serializer = config.ItemSerializer ?? Runtime.Environment.Serializer;
            var runner = new BatchRunner<object?>(config, OperationSubTypes.ParallelBranch);
            return new ParallelBuilder(runner, Batch(runner, new BranchSerializer(serializer), config, name, OperationSubTypes.Parallel), serializer);
        }

        private Task<IBatchResult<T>> Batch<T>(BatchRunner<T> runner, IDurableSerializer itemSerializer, BatchConfig config, string? name, string subType) =>
            RunChild(
                new ContextBody<IBatchResult<T>>((context, _) => runner.RunAsync(context), HasResult: true)
                {
                    Summarize = result => BatchSummary.Of(result, subType, config.SummaryGenerator),
                },
                name,
                new ChildContextConfig
                {
                    SubType = subType,
                    Key = config.Key,
                    Serializer = config.Serializer ?? new BatchSerializer<T>(itemSerializer),
                });
    }
}
