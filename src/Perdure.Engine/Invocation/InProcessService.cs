using Perdure.Client;
using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.Storage;

namespace Perdure.Engine.Invocation;

/// <summary>Checkpoint and state for invocations: the service's half of the protocol, whichever way a request comes in.</summary>
internal sealed class InProcessService(EngineCore core, FunctionRegistry functions) : IDurableService
{
    private const string Invalid = "Invalid checkpoint token";
    private const long MostPageBytes = 5_000_000;
    private const string OtherArn = "Checkpoint token is not valid for the durable execution ARN";

    /// <summary>Which functions whoever asks may start by a call in a checkpoint. Default: all.</summary>
    public Func<string, bool> MayStart { get; init; } = static _ => true;

    public Task<CheckpointResponse> CheckpointAsync(CheckpointRequest request, CancellationToken cancellationToken)
    {
        var token = Read(request.ExecutionArn, request.CheckpointToken);
        return UseAsync(token.Key, mailbox => CheckpointAsync(mailbox, token, request));
    }

    private async Task<CheckpointResponse> CheckpointAsync(ExecutionMailbox mailbox, CheckpointToken token, CheckpointRequest request)
    {
        PayloadWriter? written = null;
        var isRepeat = false;
        return await mailbox.ApplyAsync(
            (state, payloads) =>
            {
                isRepeat = IsRepeat(state, token, request);
                if (isRepeat) return null;
                RequireCurrent(state, token, request.ExecutionArn);
                written = payloads;
                var updates = SetAside(request.Updates, payloads);
                return new Command.Checkpoint(updates, request.ClientToken, token.Version) { Targets = ChildStarter.Find(updates, functions, MayStart, core.Facts()) };
            },
            (state, decision) => isRepeat ? RepeatAsync(state, token) : AnswerAsync(state, token, decision, written)).ConfigureAwait(false);
    }

    /// <summary>The token of the running invocation, not older than its last accepted checkpoint.</summary>
    private static void RequireCurrent(ExecutionState state, CheckpointToken token, string executionArn)
    {
        // The id inside the ARN is the token's; the rest of it must be this execution's too: whoever authorised the caller read it.
        if (state.Arn != executionArn) throw new CheckpointRefusedException(OtherArn);
        if (!IsOfRunning(state, token) || token.Version < state.Seen || token.Version > state.Version) throw new CheckpointRefusedException(Invalid);
    }

    private static bool IsRepeat(ExecutionState state, CheckpointToken token, CheckpointRequest request) =>
        IsOfRunning(state, token) && state.Arn == request.ExecutionArn && request.ClientToken is not null
        && state.LastCheckpoint is { } last && last.ClientToken == request.ClientToken && last.InboundVersion == token.Version;

    private static bool IsOfRunning(ExecutionState state, CheckpointToken token) =>
        !state.IsTerminal && state.Invocation is { } invocation && invocation.Epoch == token.Epoch && invocation.Nonce == token.Nonce;

    private static UpdateInput[] SetAside(IReadOnlyList<OperationUpdate> updates, PayloadWriter payloads)
    {
        var inputs = new UpdateInput[updates.Count];
        for (var i = 0; i < inputs.Length; i++)
        {
            var update = updates[i];
            inputs[i] = new UpdateInput(update, payloads.Add(update.Payload), payloads.Add(update.Error));
        }

        return inputs;
    }

    private Task<CheckpointResponse> AnswerAsync(ExecutionState state, CheckpointToken token, Decision decision, PayloadWriter? written)
    {
        // What this batch wrote is at hand; only what happened besides has to be fetched.
        var payloads = new JournalPayloads();
        if (!decision.IsEmpty && written is not null) payloads.Add(state.Version, written.Written);
        return RespondAsync(state, token, state.Version, state.ChangedAfter(token.Version), payloads);
    }

    private async Task<CheckpointResponse> RespondAsync(
        ExecutionState state, CheckpointToken token, long version, IEnumerable<OperationRecord> changed, JournalPayloads payloads)
    {
        var next = state.IsTerminal || state.Invocation is null ? null : core.Signer.Sign(token with { Version = version });
        var shown = changed.Where(operation => operation.Kind.IsTold(operation)).ToList();
        return new CheckpointResponse(next, await payloads.DescribeAsync(core.Store, token.Key, shown, CancellationToken.None).ConfigureAwait(false));
    }

    /// <summary>The same answer again, from the journal: operations as they were then, not as they are now.</summary>
    private async Task<CheckpointResponse> RepeatAsync(ExecutionState state, CheckpointToken token)
    {
        var operations = new List<OperationRecord>();
        var entries = await core.Store.ReadEntriesAsync(state.Identity.Key, token.Version + 1, state.Seen, includePayload: true, CancellationToken.None)
            .ConfigureAwait(false);
        var payloads = new JournalPayloads();
        foreach (var entry in entries)
        {
            payloads.Add(entry.Version, entry.Payload);
            operations.AddRange(EntryJson.Read(entry.Entry).Operations);
        }

        var changed = operations.AsEnumerable().Reverse().DistinctBy(operation => operation.Id).Reverse(); // in order of their last change
        return await RespondAsync(state, token, state.Seen, changed, payloads).ConfigureAwait(false);
    }

    public Task<InitialExecutionState> GetStateAsync(string executionArn, string checkpointToken, string marker, int maxItems, CancellationToken cancellationToken)
    {
        var token = Read(executionArn, checkpointToken);

        // Only a checkpoint adds operations or hides some, and it makes the token stale: while the token is good, a position is a position.
        var scope = $"state|{checkpointToken}";
        var from = marker.Length == 0 ? new PagePosition(0, 0) : core.Signer.ReadMarker(marker, scope);
        return UseAsync(token.Key, mailbox => mailbox.ReadAsync(async state =>
        {
            RequireCurrent(state, token, executionArn);
            var (page, isLast) = TakePage(state.Operations.Where(state.IsVisible).Skip((int)from.Major), maxItems);
            return new InitialExecutionState
            {
                Operations = await new JournalPayloads().DescribeAsync(core.Store, token.Key, page, cancellationToken).ConfigureAwait(false),
                NextMarker = isLast ? null : core.Signer.SignMarker(new PagePosition(from.Major + page.Count, 0), scope),
            };
        }));
    }

    /// <summary>So many, or as many as fit into an answer of some megabytes, and at least one.</summary>
    private static (List<OperationRecord> Page, bool IsLast) TakePage(IEnumerable<OperationRecord> operations, int maxItems)
    {
        var page = new List<OperationRecord>();
        var bytes = 0L;
        foreach (var operation in operations)
        {
            bytes += JournalPayloads.SizeOf(operation);
            if (page.Count == maxItems || (bytes > MostPageBytes && page.Count > 0)) return (page, false);
            page.Add(operation);
        }

        return (page, true);
    }

    public Task BeatAsync(string executionArn, string checkpointToken, string operationId, string? progress, CancellationToken cancellationToken)
    {
        var token = Read(executionArn, checkpointToken);
        return UseAsync(token.Key, mailbox => mailbox.ReadAsync(async state =>
        {
            if (!IsOfRunning(state, token)) throw new CheckpointRefusedException(Invalid);
            await core.Store.BeatAsync(token.Key, operationId, core.Store.Clock.GetUtcNow(), progress, cancellationToken).ConfigureAwait(false);
            return true;
        }));
    }

    public Task<string?> GetProgressAsync(string executionArn, string checkpointToken, string operationId, CancellationToken cancellationToken) =>
        core.Store.ReadProgressAsync(Read(executionArn, checkpointToken).Key, operationId, cancellationToken);

    /// <summary>A token of an execution that is gone is stale, like that of one that is over.</summary>
    private async Task<T> UseAsync<T>(ExecutionKey key, Func<ExecutionMailbox, Task<T>> use)
    {
        try
        {
            return await core.Mailboxes.UseAsync(key, use).ConfigureAwait(false);
        }
        catch (ExecutionNotFoundException)
        {
            throw new CheckpointRefusedException(Invalid);
        }
    }

    private CheckpointToken Read(string executionArn, string text)
    {
        if (!core.Signer.TryRead(text, out var token)) throw new CheckpointRefusedException(Invalid);
        if (!ExecutionArn.TryParse(executionArn, out var key) || key.Value != token.Key)
            throw new CheckpointRefusedException(OtherArn);
        return token;
    }
}
