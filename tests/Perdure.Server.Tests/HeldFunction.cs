using System.Threading.Channels;
using Perdure.Engine.Invocation;
using Perdure.Replay;

namespace Perdure.Server.Tests;

/// <summary>A function whose invocations the test takes and answers: it has their tokens, like a function in another process.</summary>
internal sealed class HeldFunction : IFunctionInvoker, IDisposable
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    private readonly Channel<HeldCall> _calls = Channel.CreateUnbounded<HeldCall>();
    private readonly CancellationTokenSource _over = new();

    public async Task<InvocationOutcome> InvokeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services)
    {
        var held = new HeldCall(input);
        await _calls.Writer.WriteAsync(held);
        return await held.Outcome.Task.WaitAsync(_over.Token);
    }

    public async Task<HeldCall> NextAsync() => await _calls.Reader.ReadAsync().AsTask().WaitAsync(Longest, TimeProvider.System);

    public bool HasNext => _calls.Reader.Count > 0;

    public void Dispose()
    {
        _over.Cancel();
        _over.Dispose();
    }
}

/// <summary>One invocation in the test's hands.</summary>
internal sealed record HeldCall(DurableExecutionInvocationInput Input)
{
    public string Arn => Input.DurableExecutionArn;

    /// <summary>The token of the envelope, or the one that the test has got since.</summary>
    public string Token { get; init; } = Input.CheckpointToken;

    public TaskCompletionSource<InvocationOutcome> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Succeed(string? result) => Outcome.SetResult(new InvocationOutcome.Succeeded(result));

    public void Suspend(string seenToken) => Outcome.SetResult(new InvocationOutcome.Pending(seenToken));
}
