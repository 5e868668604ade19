namespace Perdure.Testing;

/// <summary>Runs a durable function in a test, wherever it is served. A suite written against this interface changes target by one line.</summary>
/// <remarks>
/// <see cref="DurableTestRunner{TInput, TOutput}"/> runs it inside the test, on the real engine. Every <c>timeout</c> is real time, and
/// guards against a test that hangs; it says nothing about the function's own clock.
/// </remarks>
/// <typeparam name="TInput">What the function is started with.</typeparam>
/// <typeparam name="TOutput">What it returns.</typeparam>
public interface IDurableTestRunner<TInput, TOutput> : IAsyncDisposable
{
    /// <summary>Starts an execution and waits until it is over, however it ends.</summary>
    /// <param name="input">Its input.</param>
    /// <param name="timeout">How long to wait; null for the runner's default.</param>
    /// <param name="cancellationToken">Ends the waiting; the execution goes on.</param>
    /// <returns>The outcome and the record. A failed execution is a result too: see <see cref="TestResult{TOutput}.EnsureSucceeded"/>.</returns>
    /// <exception cref="TimeoutException">It is not over in time. One that waits for a callback never is: use <see cref="StartAsync"/>.</exception>
    Task<TestResult<TOutput>> RunAsync(TInput input, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Starts an execution.</summary>
    /// <param name="input">Its input.</param>
    /// <param name="timeout">How long to wait for the start itself; null for the runner's default.</param>
    /// <param name="cancellationToken">Ends the waiting; the execution may have been started.</param>
    /// <returns>Its ARN. The start is durable.</returns>
    /// <exception cref="TimeoutException">It could not be started in time.</exception>
    Task<string> StartAsync(TInput input, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until a callback of the execution is open.</summary>
    /// <remarks>An answer sent afterwards comes after all that the function does of itself, such as the submitter's end, unless a body takes its time.</remarks>
    /// <param name="durableExecutionArn">The execution.</param>
    /// <param name="name">Name of the callback, or of the <c>WaitForCallbackAsync</c> around it; null for the first open one.</param>
    /// <param name="timeout">How long to wait; null for the runner's default.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>The callback's id.</returns>
    /// <exception cref="TimeoutException">None is open in time.</exception>
    /// <exception cref="InvalidOperationException">The execution ended without one.</exception>
    Task<string> WaitForCallbackAsync(
        string durableExecutionArn, string? name = null, TimeSpan? timeout = null, CancellationToken cancellationToken = default);

    /// <summary>Answers a callback.</summary>
    /// <param name="callbackId">Its id.</param>
    /// <param name="result">The answer.</param>
    /// <param name="cancellationToken">Ends the waiting, not an answer that is on its way.</param>
    /// <exception cref="CallbackClosedException">It is timed out or already completed, or its execution is over.</exception>
    Task SendCallbackSuccessAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken = default);

    /// <summary>Reports a failure to a callback.</summary>
    /// <param name="callbackId">Its id.</param>
    /// <param name="error">The failure; null for one without details.</param>
    /// <param name="cancellationToken">Ends the waiting, not a report that is on its way.</param>
    /// <exception cref="CallbackClosedException">It is timed out or already completed, or its execution is over.</exception>
    Task SendCallbackFailureAsync(string callbackId, ErrorObject? error = null, CancellationToken cancellationToken = default);

    /// <summary>Says that an answer is still being worked on: restarts the callback's heartbeat timeout.</summary>
    /// <param name="callbackId">Its id.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CallbackClosedException">It is timed out or already completed, or its execution is over.</exception>
    Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken = default);

    /// <summary>Waits until an execution is over, however it ends.</summary>
    /// <param name="durableExecutionArn">The execution.</param>
    /// <param name="timeout">How long to wait; null for the runner's default.</param>
    /// <param name="cancellationToken">Ends the waiting; the execution goes on.</param>
    /// <exception cref="TimeoutException">It is not over in time.</exception>
    Task<TestResult<TOutput>> WaitForResultAsync(
        string durableExecutionArn, TimeSpan? timeout = null, CancellationToken cancellationToken = default);
}
