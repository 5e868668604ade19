namespace Perdure;

/// <summary>How a parallel behaves.</summary>
public sealed class ParallelConfig
{
    internal static readonly ParallelConfig Default = new();

    /// <summary>Branches that run at the same time; null for all. A branch that waits keeps its place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConcurrency
    {
        get;
        init => field = BatchConfigs.RequirePositive(value, nameof(MaxConcurrency));
    }

    /// <summary>When it is over before all branches are. Default: the first failure.</summary>
    public CompletionConfig CompletionConfig { get; init; } = CompletionConfig.AllSuccessful();

    /// <summary>Whether each branch is an operation of its own. Default <see cref="NestingType.Nested"/>.</summary>
    public NestingType NestingType { get; init; } = NestingType.Nested;

    /// <summary>Writes and reads each branch's result. Null: the host's serializer.</summary>
    public IDurableSerializer? ItemSerializer { get; init; }

    /// <summary>Writes and reads the whole result, an <see cref="IBatchResult{T}"/>. Null: JSON that holds each item's own text.</summary>
    public IDurableSerializer? Serializer { get; init; }

    internal BatchOptions<T> ToOptions<T>() => new(MaxConcurrency, CompletionConfig, NestingType, ItemSerializer, Serializer);
}

/// <summary>How a map behaves.</summary>
public sealed class MapConfig<TItem>
{
    internal static readonly MapConfig<TItem> Default = new();

    /// <summary>Items that run at the same time; null for all. An item that waits keeps its place.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MaxConcurrency
    {
        get;
        init => field = BatchConfigs.RequirePositive(value, nameof(MaxConcurrency));
    }

    /// <summary>When it is over before all items are. Default: the first failure.</summary>
    public CompletionConfig CompletionConfig { get; init; } = CompletionConfig.AllSuccessful();

    /// <summary>Whether each item is an operation of its own. Default <see cref="NestingType.Nested"/>.</summary>
    public NestingType NestingType { get; init; } = NestingType.Nested;

    /// <summary>Names an item by itself and its index. Null: <c>map-item-0</c> and so on.</summary>
    public Func<TItem, int, string>? ItemNamer { get; init; }

    /// <summary>Writes and reads each item's result. Null: the host's serializer.</summary>
    public IDurableSerializer? ItemSerializer { get; init; }

    /// <summary>Writes and reads the whole result, an <see cref="IBatchResult{T}"/>. Null: JSON that holds each item's own text.</summary>
    public IDurableSerializer? Serializer { get; init; }

    internal BatchOptions<T> ToOptions<T>() => new(MaxConcurrency, CompletionConfig, NestingType, ItemSerializer, Serializer);
}

/// <summary>A branch with a name.</summary>
/// <param name="Name">1 to 256 printable ASCII characters.</param>
/// <param name="Func">The branch.</param>
public sealed record DurableBranch<T>(string Name, Func<IDurableContext, CancellationToken, Task<T>> Func);

internal static class BatchConfigs
{
    public static int? RequirePositive(int? value, string field) => value is null or >= 1
        ? value
        : throw new ArgumentOutOfRangeException(field, value, $"{field} is {value}; it must be at least 1, or null for no limit.");
}

/// <summary>What map and parallel have in common.</summary>
internal sealed record BatchOptions<T>(
    int? MaxConcurrency, CompletionConfig Completion, NestingType Nesting, IDurableSerializer? ItemSerializer, IDurableSerializer? Serializer);
