using System.Runtime.CompilerServices;

namespace Perdure;

/// <summary>A parallel whose branches are added one by one and may have results of different types.</summary>
/// <remarks>
/// Add all branches, call <see cref="CompleteAsync"/>, then await the branches. Their results are there when the parallel is over and not before:
/// so it is recorded, and so a replay that only reads the parallel's outcome gets them too.
/// </remarks>
public interface IParallelBuilder : IAsyncDisposable
{
    /// <summary>Adds a branch; it starts at once, or when a place is free.</summary>
    /// <param name="name">1 to 256 printable ASCII characters.</param>
    /// <param name="func">The branch; it must use the context it is given.</param>
    /// <exception cref="ArgumentException">The name is empty, too long or has other characters.</exception>
    /// <exception cref="InvalidDurableOperationException"><see cref="CompleteAsync"/> was called before.</exception>
    IParallelBranch<T> BranchAsync<T>(string name, Func<IDurableContext, CancellationToken, Task<T>> func);

    /// <summary>Says that there are no more branches, and waits until the parallel is over. Never throws because of a branch.</summary>
    /// <param name="cancellationToken">Not used by the parallel itself.</param>
    Task<IBatchResult> CompleteAsync(CancellationToken cancellationToken = default);
}

/// <summary>One branch of a parallel. Await it, after <see cref="IParallelBuilder.CompleteAsync"/>, to get its result.</summary>
public interface IParallelBranch<T>
{
    /// <summary>Makes the branch awaitable.</summary>
    /// <remarks>Awaiting throws <see cref="ChildContextException"/> when the branch failed, or when the parallel was over before the branch had ended.</remarks>
    /// <exception cref="InvalidDurableOperationException"><see cref="IParallelBuilder.CompleteAsync"/> was not called yet: the branch would never end.</exception>
    TaskAwaiter<T> GetAwaiter();
}
