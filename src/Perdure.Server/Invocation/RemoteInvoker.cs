using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Perdure.Engine.Invocation;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Server.Invocation;

/// <summary>Calls a function that runs elsewhere. It records its progress over the API; here its envelope is made, and its answer read.</summary>
/// <remarks>
/// A plain function gets the input as it is and answers the result. Its error is its outcome, while an error out of a durable function is
/// a broken invocation: its SDK catches what the code throws.
/// </remarks>
internal abstract class RemoteInvoker(bool isDurable) : IFunctionInvoker
{
    /// <summary>Longest answer that is read, in bytes: larger results come by a checkpoint.</summary>
    public const int MostAnswerBytes = 6 * 1024 * 1024;

    private const int StatePageSize = 1000;
    private const int MostEnvelopeBytes = 6 * 1024 * 1024 - 64 * 1024; // what AWS's runtimes take, less their own share

    public async Task<InvocationOutcome> InvokeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services)
    {
        using var lost = new LossToken();
        environment.Signals.Attach(lost);
        var payload = isDurable ? await EnvelopeAsync(input, environment, lost.Token).ConfigureAwait(false) : InputOf(input);
        var invocation = new RemoteInvocation(environment.RequestId, input.DurableExecutionArn, payload, TraceOf(input.DurableExecutionArn), environment.TenantId);
        return await SendAsync(invocation, services, lost.Token).ConfigureAwait(false) switch
        {
            RemoteAnswer.Returned { Body: var body } => isDurable ? DurableAnswer.Read(body) : PlainAnswer(body),
            RemoteAnswer.Threw { Error: var error } => isDurable ? new InvocationOutcome.Crashed(error) : new InvocationOutcome.Failed(error),
            RemoteAnswer.NotReached { Error: var error } => new InvocationOutcome.Crashed(error),
            RemoteAnswer.Abandoned => new InvocationOutcome.Superseded(),
            var other => throw new System.Diagnostics.UnreachableException($"Unknown answer {other.GetType().Name}."),
        };
    }

    private static InvocationOutcome PlainAnswer(ReadOnlyMemory<byte> body)
    {
        try
        {
            return new InvocationOutcome.Succeeded(body.IsEmpty ? null : StrictText.Text(body.Span));
        }
        catch (DecoderFallbackException error)
        {
            return new InvocationOutcome.Failed(new ErrorObject { ErrorType = "Function.InvalidResponse", ErrorMessage = $"The function's answer is not UTF-8: {error.Message}" });
        }
    }

    /// <summary>Hands the invocation over and waits for what comes back.</summary>
    protected abstract Task<RemoteAnswer> SendAsync(RemoteInvocation invocation, IServiceProvider services, CancellationToken lost);

    private static async Task<ReadOnlyMemory<byte>> EnvelopeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, CancellationToken cancellationToken)
    {
        var whole = Write(input);
        if (whole.Length <= MostEnvelopeBytes) return whole;
        var page = await environment.Service.GetStateAsync(input.DurableExecutionArn, input.CheckpointToken, "", StatePageSize, cancellationToken).ConfigureAwait(false);
        return Write(new DurableExecutionInvocationInput
        {
            DurableExecutionArn = input.DurableExecutionArn,
            CheckpointToken = input.CheckpointToken,
            InitialExecutionState = page,
            UpdatedOperationIds = input.UpdatedOperationIds,
        });
    }

    private static byte[] Write(DurableExecutionInvocationInput input) =>
        JsonSerializer.SerializeToUtf8Bytes(input, EnvelopeJson.Default.DurableExecutionInvocationInput);

    private static byte[] InputOf(DurableExecutionInvocationInput input) =>
        StrictText.Bytes(input.InitialExecutionState.Operations[0].ExecutionDetails?.InputPayload ?? "{}"); // the EXECUTION comes first

    /// <summary>One root for an execution, as X-Ray writes it; nothing is sampled here.</summary>
    private static string TraceOf(string executionArn)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(executionArn)));
        return $"Root=1-{hash[..8]}-{hash[8..32]};Parent={hash[32..48]};Sampled=0";
    }

    /// <summary>What goes on elsewhere cannot come to a rest on demand: it goes on until it answers, or until it is lost.</summary>
    private sealed class LossToken : ISignalled, IDisposable
    {
        private readonly CancellationTokenSource _lost = new();

        public CancellationToken Token => _lost.Token;

        public void Poll()
        {
            // It is told by the answer to its next checkpoint.
        }

        public void Drain()
        {
            // It is waited for.
        }

        public void Lose() => _lost.Cancel();

        public void Dispose()
        {
            // Left to the collector: whoever signals may come later than the answer.
        }
    }
}
