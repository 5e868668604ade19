namespace Perdure;

/// <summary>What a map or parallel came to, whatever the types of its items.</summary>
public interface IBatchResult
{
    /// <summary>Why it is over.</summary>
    CompletionReason CompletionReason { get; }

    /// <summary>Whether any item failed.</summary>
    bool HasFailure { get; }

    /// <summary>Items that succeeded.</summary>
    int SuccessCount { get; }

    /// <summary>Items that failed.</summary>
    int FailureCount { get; }

    /// <summary>Items that were started and had not ended when it was over.</summary>
    int StartedCount { get; }

    /// <summary>Items that were started; those that never were are not counted.</summary>
    int TotalCount { get; }

    /// <summary>Failed if any item failed, else succeeded.</summary>
    BatchItemStatus Status { get; }
}

/// <summary>What a map or parallel came to. It never throws by itself: look, or call <see cref="ThrowIfError"/>.</summary>
public interface IBatchResult<T> : IBatchResult
{
    /// <summary>Every started item, in index order.</summary>
    IReadOnlyList<IBatchItem<T>> All { get; }

    /// <summary>Items that succeeded, in index order.</summary>
    IReadOnlyList<IBatchItem<T>> Succeeded { get; }

    /// <summary>Items that failed, in index order.</summary>
    IReadOnlyList<IBatchItem<T>> Failed { get; }

    /// <summary>Items that had not ended, in index order.</summary>
    IReadOnlyList<IBatchItem<T>> Started { get; }

    /// <summary>Results of the items that succeeded, in index order. Never throws.</summary>
    IReadOnlyList<T> GetResults();

    /// <summary>Errors of the items that failed, in index order.</summary>
    IReadOnlyList<DurableExecutionException> GetErrors();

    /// <summary>Throws the first failed item's error, if there is one.</summary>
    /// <exception cref="DurableExecutionException">An item failed.</exception>
    void ThrowIfError();
}

/// <summary>One item of a map or parallel.</summary>
public interface IBatchItem<out T>
{
    /// <summary>Its place in the input.</summary>
    int Index { get; }

    /// <summary>Its name.</summary>
    string? Name { get; }

    /// <summary>How it ended.</summary>
    BatchItemStatus Status { get; }

    /// <summary>Its result; a default unless it succeeded.</summary>
    T? Result { get; }

    /// <summary>Its error; null unless it failed.</summary>
    DurableExecutionException? Error { get; }
}

/// <summary>How an item of a map or parallel ended.</summary>
public enum BatchItemStatus
{
    /// <summary>With a result.</summary>
    Succeeded,

    /// <summary>With an error.</summary>
    Failed,

    /// <summary>Not before the whole was over.</summary>
    Started,
}

internal sealed record BatchItem<T>(int Index, string? Name, BatchItemStatus Status, T? Result, DurableExecutionException? Error) : IBatchItem<T>;

internal sealed class BatchResult<T>(IReadOnlyList<BatchItem<T>> items, CompletionReason reason) : IBatchResult<T>
{
    public CompletionReason CompletionReason => reason;

    public IReadOnlyList<IBatchItem<T>> All => items;

    public IReadOnlyList<IBatchItem<T>> Succeeded => Of(BatchItemStatus.Succeeded);

    public IReadOnlyList<IBatchItem<T>> Failed => Of(BatchItemStatus.Failed);

    public IReadOnlyList<IBatchItem<T>> Started => Of(BatchItemStatus.Started);

    public bool HasFailure => FailureCount > 0;

    public int SuccessCount => Count(BatchItemStatus.Succeeded);

    public int FailureCount => Count(BatchItemStatus.Failed);

    public int StartedCount => Count(BatchItemStatus.Started);

    public int TotalCount => items.Count;

    public BatchItemStatus Status => HasFailure ? BatchItemStatus.Failed : BatchItemStatus.Succeeded;

    public IReadOnlyList<T> GetResults() => [.. items.Where(static item => item.Status == BatchItemStatus.Succeeded).Select(static item => item.Result!)];

    public IReadOnlyList<DurableExecutionException> GetErrors() => [.. items.Where(static item => item.Error is not null).Select(static item => item.Error!)];

    public void ThrowIfError()
    {
        if (items.FirstOrDefault(static item => item.Error is not null) is { Error: { } error }) throw error;
    }

    private IReadOnlyList<IBatchItem<T>> Of(BatchItemStatus status) => [.. items.Where(item => item.Status == status)];

    private int Count(BatchItemStatus status) => items.Count(item => item.Status == status);
}
