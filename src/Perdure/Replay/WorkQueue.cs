namespace Perdure.Replay;

/// <summary>Where work runs when it must not run on the caller's stack. Owned, like time: the simulator's runs one seeded item after another on one thread.</summary>
internal abstract class WorkQueue
{
    public abstract void Post(Action<object?> work, object? state);

    public void Post(Action work) => Post(static state => ((Action)state!)(), work); // the state is the action just given

    /// <summary>A completion whose continuations run as a work item, never on the thread that completes it.</summary>
    public Completion<T> NewCompletion<T>() => new(this);
}

/// <summary>The .NET thread pool.</summary>
internal sealed class ThreadPoolWorkQueue : WorkQueue
{
    public static ThreadPoolWorkQueue Instance { get; } = new();

    public override void Post(Action<object?> work, object? state) => ThreadPool.UnsafeQueueUserWorkItem(work, state, preferLocal: false);
}

/// <summary>A task source that hands its continuations to a <see cref="WorkQueue"/>.</summary>
internal sealed class Completion<T>(WorkQueue work)
{
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public void Set(T value) => work.Post(() => _source.TrySetResult(value));

    public void Fail(Exception error) => work.Post(() => _source.TrySetException(error));
}
