namespace Perdure.Testing;

/// <summary>What a runner does, whatever the types of its function: calls the engine within limits of real time, and looks at the record.</summary>
internal sealed class TestSession(FunctionSet functions, TestRunnerOptions options) : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private Task<TestWorld>? _world;
    private string? _latest;
    private int _started;

    public TestRunnerOptions Options => options;

    public FunctionSet Functions => functions;

    /// <summary>The execution that was started last.</summary>
    public string LatestArn => _latest ?? throw new InvalidOperationException("No execution was started yet.");

    /// <exception cref="InvalidOperationException">The engine has started.</exception>
    public void Register(string functionNameOrArn, Func<string, Action<IPerdureBuilder>> registration)
    {
        lock (_gate)
        {
            if (_world is not null)
                throw new InvalidOperationException($"'{functionNameOrArn}' is registered too late: the engine has started. Register functions before the first run.");
            functions.Add(functionNameOrArn, registration);
        }
    }

    private Task<TestWorld> WorldAsync()
    {
        lock (_gate) return _world ??= TestWorld.StartAsync(functions, options);
    }

    /// <summary>The commit at which a fault happened, in words; null when it did not.</summary>
    public async Task<string?> WhereAsync(CommitFault fault) => (await WorldAsync().ConfigureAwait(false)).Faults.Where(fault);

    public Task<string> StartAsync<TInput>(TInput input, TimeSpan? timeout, CancellationToken cancellationToken)
    {
        // Named: a start that is repeated after a crash joins the first.
        var start = new StartOptions { ExecutionName = $"test-{Interlocked.Increment(ref _started)}" };
        return LimitAsync(
            "The start", timeout,
            async (world, token) => _latest = await world.CallAsync((client, _) => client.StartAsync(functions.Name, input, start, token), token).ConfigureAwait(false),
            cancellationToken);
    }

    public Task<T> LookAsync<T>(string executionArn, Func<RecordedExecution, IDurableSerializer, T> look, CancellationToken cancellationToken) => LimitAsync(
        $"The record of {executionArn}", null,
        async (world, token) => look(await world.ReadAsync(executionArn, token).ConfigureAwait(false), world.Serializer),
        cancellationToken);

    /// <summary>Waits until the record shows something; see <see cref="TestWorld.WaitUntilAsync"/>.</summary>
    public Task<T> WaitUntilAsync<T>(
        string executionArn, Func<RecordedExecution, IDurableSerializer, T?> find, string awaited, LookWhen when, TimeSpan? timeout, CancellationToken cancellationToken)
        where T : class => LimitAsync(
        $"{awaited} of {executionArn}", timeout,
        (world, token) => world.WaitUntilAsync(
            executionArn,
            record =>
            {
                RequireServedCalls(record);
                return find(record, world.Serializer);
            },
            awaited, when, token),
        cancellationToken);

    private void RequireServedCalls(RecordedExecution record)
    {
        if (!options.AllowUnregisteredFunctions && TestStep.FindUnservedCall(record) is { } unserved) throw new UnregisteredSiblingFunctionException(unserved);
    }

    public Task AdvanceAsync(TimeSpan by, CancellationToken cancellationToken) => LimitAsync(
        $"Moving the clock by {by}", null,
        async (world, token) =>
        {
            await world.AdvanceAsync(by, token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    public Task HeartbeatAsync(string callbackId, CancellationToken cancellationToken) => LimitAsync(
        "The heartbeat", null,
        (world, token) => world.CallAsync(
            async (client, _) =>
            {
                await client.SendCallbackHeartbeatAsync(callbackId, token).ConfigureAwait(false);
                return true;
            },
            token),
        cancellationToken);

    public Task<bool> CancelAsync(string executionArn, string? reason, CancellationToken cancellationToken) => LimitAsync(
        "The cancellation", null,
        (world, token) => world.CallAsync(
            async (client, isRepetition) => await client.CancelAsync(executionArn, reason, token).ConfigureAwait(false) || isRepetition, token),
        cancellationToken);

    public Task AnswerAsync(Func<IPerdureClient, Task> send, CancellationToken cancellationToken) => LimitAsync(
        "The answer", null,
        async (world, token) =>
        {
            await world.CallAsync((client, isRepetition) => DeliverAsync(client, send, isRepetition), token).ConfigureAwait(false);
            if (world.Faults.DuplicatesCallbacks) await world.CallAsync((client, _) => DeliverAgainAsync(client, send), token).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private static async Task<bool> DeliverAsync(IPerdureClient client, Func<IPerdureClient, Task> send, bool isRepetition)
    {
        try
        {
            await send(client).ConfigureAwait(false);
        }
        catch (CallbackClosedException) when (isRepetition)
        {
            // The node died after it had recorded the answer and before it said so.
        }

        return true;
    }

    private static async Task<bool> DeliverAgainAsync(IPerdureClient client, Func<IPerdureClient, Task> send)
    {
        try
        {
            await send(client).ConfigureAwait(false);
        }
        catch (CallbackClosedException)
        {
            return true;
        }

        throw new InvalidOperationException("The engine took the same answer to a callback twice.");
    }

    /// <summary>Limits a call by real time, and says what took too long.</summary>
    private async Task<T> LimitAsync<T>(string what, TimeSpan? timeout, Func<TestWorld, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var limit = timeout ?? options.DefaultTimeout;
        using var expired = new CancellationTokenSource(limit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, cancellationToken);
        try
        {
            return await call(await WorldAsync().ConfigureAwait(false), either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (expired.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"{what} did not come within {limit} of real time. A body may still run, or wait for something that never comes" +
                (options.SkipTime ? "." : "; SkipTime is off, so time passes only by AdvanceAsync."));
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task<TestWorld>? world;
        lock (_gate) world = _world;
        if (world is not null) await (await world.ConfigureAwait(false)).DisposeAsync().ConfigureAwait(false);
    }
}
