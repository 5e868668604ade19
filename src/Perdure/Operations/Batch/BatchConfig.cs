namespace Perdure;

/// <summary>What map and parallel have in common: how much runs at a time, when it is over, and what is recorded.</summary>
public abstract class BatchConfig
{
    private protected BatchConfig()
    {
    }

    /// <summary>Items that run at the same time; null for all. An item that waits keeps its place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConcurrency
    {
        get;
        init => field = value is null or >= 1
            ? value
            : throw new ArgumentOutOfRangeException(nameof(MaxConcurrency), value, $"MaxConcurrency is {value}; it must be at least 1, or null for no limit.");
    }

    /// <summary>When it is over before all items are. Default: the first failure.</summary>
    public CompletionConfig CompletionConfig { get; init; } = CompletionConfig.AllSuccessful();

    /// <summary>Whether each item is an operation of its own. Default <see cref="NestingType.Nested"/>.</summary>
    public NestingType NestingType { get; init; } = NestingType.Nested;

    /// <summary>Writes and reads each item's result. Null: the host's serializer.</summary>
    public IDurableSerializer? ItemSerializer { get; init; }

    /// <summary>Writes and reads the whole result, an <see cref="IBatchResult{T}"/>. Null: JSON that holds each item's own text.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Names the operation instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
    /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
    public string? Key { get; init; }

    /// <summary>What is recorded in place of a whole result over 262,144 bytes, for people who look at it. Null: counts and statuses as JSON.</summary>
    /// <remarks>Never read back: replay rebuilds the result from the items. A summary that is too large itself, or a rule that throws, is left out.</remarks>
    public Func<IBatchResult, string>? SummaryGenerator { get; init; }
}

/// <summary>How a parallel behaves.</summary>
public sealed class ParallelConfig : BatchConfig
{
    internal static readonly ParallelConfig Default = new();
}

/// <summary>How a map behaves.</summary>
public sealed class MapConfig<TItem> : BatchConfig
{
    internal static readonly MapConfig<TItem> Default = new();

    /// <summary>Names an item by itself and its index. Null: <c>map-item-0</c> and so on.</summary>
    public Func<TItem, int, string>? ItemNamer { get; init; }
}

/// <summary>A branch with a name.</summary>
/// <param name="Name">1 to 256 printable ASCII characters.</param>
/// <param name="Func">The branch.</param>
public sealed record DurableBranch<T>(string Name, Func<IDurableContext, CancellationToken, Task<T>> Func);
