using System.Runtime.CompilerServices;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Engine.Storage;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Hosting;

/// <summary>The client of an embedded node: no HTTP, no credentials, the same rules.</summary>
internal sealed class InProcessClient(Func<EngineNode> node, IDurableSerializer serializer) : IPerdureClient
{
    private const int EntryPage = 200;

    private EngineNode Node => node();

    private EngineCore Core => Node.Core;

    private IExecutionStore Store => Core.Store;

    public async Task<string> StartAsync<TInput>(string function, TInput input, StartOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        cancellationToken.ThrowIfCancellationRequested();
        var definition = Node.Functions.Get(function);
        var name = RequireName(options?.ExecutionName) ?? Core.Ids.NextUuid();
        while (true)
        {
            var now = Store.Clock.GetUtcNow();
            var identity = new ExecutionIdentity(Core.Ids.NextKey(now), function, definition.Version, name, now);
            var payload = WriteInput(input, identity);
            try
            {
                return await StartAsync(identity, definition, payload).ConfigureAwait(false);
            }
            catch (NameTakenException)
            {
                return await JoinAsync(identity, payload, cancellationToken).ConfigureAwait(false);
            }
            catch (KeyTakenException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private Task<string> StartAsync(ExecutionIdentity identity, FunctionDefinition definition, string payload) => Core.Mailboxes.UseAsync(identity.Key, mailbox =>
    {
        mailbox.BeginWith(new ExecutionState(identity));
        return Node.ApplyAndLaunchAsync(
            mailbox,
            (_, payloads, begin) =>
            {
                payloads.Add(payload);
                return new Command.Start(new ExecutionSettings(definition.ExecutionTimeoutSeconds, definition.RetentionDays, Caller: null), begin);
            },
            static state => state.Arn);
    });

    private static string? RequireName(string? executionName) => executionName is null || ExecutionArn.IsValidName(executionName) ? executionName : throw new ArgumentException(
        $"ExecutionName '{executionName}' ({executionName.Length} characters) is not valid; it must have 1 to {PerdureLimits.MaxExecutionName} characters of [a-zA-Z0-9-_]. [PDR0304]",
        nameof(executionName));

    private string WriteInput<TInput>(TInput input, ExecutionIdentity identity)
    {
        var payload = serializer.Serialize(input, new DurableSerializationContext(ExecutionArn.IdOf(identity.Key), ExecutionArn.Of(identity)));
        RequireSize(payload, Core.Rules.MaxResultBytes, nameof(input), "Store it elsewhere and pass a reference.");
        return payload;
    }

    private static void RequireSize(string payload, int limit, string parameter, string cure) => RequireSize(StrictText.ByteCount(payload), limit, parameter, cure);

    private void RequireSize(ErrorObject error) =>
        RequireSize(ProtocolJson.Bytes(error).Length, Core.Rules.MaxErrorBytes - 1, nameof(error), "Send less, or a reference to it.");

    private static void RequireSize(int size, int limit, string parameter, string cure)
    {
        if (size > limit) throw new ArgumentException($"{parameter} is {size:N0} bytes; at most {limit:N0} are allowed. {cure} [PDR0305]", parameter);
    }

    /// <summary>The name is taken: by the same start, then it is the same execution, or by another.</summary>
    private async Task<string> JoinAsync(ExecutionIdentity wanted, string payload, CancellationToken cancellationToken)
    {
        var row = await Store.FindByNameAsync(wanted.Function, wanted.Name, cancellationToken).ConfigureAwait(false)
            ?? throw new TooManyRequestsException($"The execution '{wanted.Name}' was deleted while it was being joined; try again.");
        var first = await Store.ReadEntriesAsync(row.Key, 1, 1, includePayload: true, cancellationToken).ConfigureAwait(false);
        var arn = ExecutionArn.Of(row.Identity);
        if (row.Identity.FunctionVersion == wanted.FunctionVersion && first.Count == 1 && first[0].Payload.Span.SequenceEqual(StrictText.Bytes(payload))) return arn;
        throw new ExecutionAlreadyStartedException(
            $"Execution already started: {arn}. It has the name '{wanted.Name}' but another input; use another name, or the same input to join it. [PDR0306]", arn);
    }

    public async Task<ExecutionDescription?> GetAsync(string executionArn, CancellationToken cancellationToken = default)
    {
        if (await Store.LoadAsync(Key(executionArn), cancellationToken).ConfigureAwait(false) is not { } loaded) return null;
        var description = Describe(loaded.Row);
        if (loaded.Row.State.Attention == ExecutionAttention.Quarantined) return description;

        var execution = ExecutionState.Load(loaded).Execution;
        var payloads = new JournalPayloads();
        await payloads.FetchAsync(Store, loaded.Row.Key, [execution], cancellationToken).ConfigureAwait(false);
        return description with
        {
            Input = payloads.Text(execution.Kind.InputOf(execution)),
            Result = execution.Status == OperationStatus.Succeeded ? payloads.Text(execution.Result) : null,
            Error = payloads.Error(execution.Error),
        };
    }

    private static ExecutionDescription Describe(ExecutionRow row) => new()
    {
        Arn = ExecutionArn.Of(row.Identity),
        Name = row.Identity.Name,
        Function = row.Identity.Function,
        Version = row.Identity.FunctionVersion,
        Status = row.State.Status,
        Attention = row.State.Attention,
        AttentionReason = row.State.AttentionReason,
        StartedAt = row.Identity.StartedAt,
        EndedAt = row.State.EndedAt,
    };

    public async Task<IReadOnlyList<Operation>> GetOperationsAsync(string executionArn, CancellationToken cancellationToken = default)
    {
        var key = Key(executionArn);
        var loaded = await Store.LoadAsync(key, cancellationToken).ConfigureAwait(false) ?? throw NotFound(executionArn);
        return await new JournalPayloads()
            .DescribeAsync(Store, key, [.. ExecutionState.Load(loaded).Operations], cancellationToken).ConfigureAwait(false);
    }

    public async Task<TOutput> WaitForResultAsync<TOutput>(string executionArn, CancellationToken cancellationToken = default)
    {
        var key = Key(executionArn);
        ExecutionDescription description;
        while (true)
        {
            // Watch first, then look: an end in between is seen by one of the two.
            using var watch = Core.Completions.Begin(key);
            description = await GetAsync(executionArn, cancellationToken).ConfigureAwait(false) ?? throw NotFound(executionArn);
            if (description.Status != ExecutionStatus.Running) break;
            if (Store.IsExclusive) await watch.Completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            else await Task.WhenAny(watch.Completion.Task, Task.Delay(TimeSpan.FromSeconds(1), Store.Clock, cancellationToken)).ConfigureAwait(false);
        }

        if (description.Status != ExecutionStatus.Succeeded)
        {
            throw new ExecutionFailedException(
                $"{description.Arn} ended {description.Status}: {description.Error?.ErrorType}: {description.Error?.ErrorMessage}", description.Status, description.Error);
        }

        return description.Result is null
            ? default! // no result is null, or a default
            : serializer.Deserialize<TOutput>(description.Result, new DurableSerializationContext(ExecutionArn.IdOf(key), description.Arn));
    }

    public async IAsyncEnumerable<ExecutionDescription> ListAsync(
        ExecutionFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rows = Store.ListAllAsync(new RowFilter { Function = filter?.Function, Status = filter?.Status }, cancellationToken);
        if (filter is { Limit: > 0 } limited) rows = rows.Take(limited.Limit);
        await foreach (var row in rows.ConfigureAwait(false)) yield return Describe(row);
    }

    public async IAsyncEnumerable<HistoryEvent> GetHistoryAsync(
        string executionArn, bool includeData = true, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var key = Key(executionArn);
        for (long from = 1; ; from += EntryPage)
        {
            var entries = await Store.ReadEntriesAsync(key, from, from + EntryPage - 1, includeData, cancellationToken).ConfigureAwait(false);
            if (from == 1 && entries.Count == 0) throw NotFound(executionArn);
            foreach (var e in entries.SelectMany(entry => HistoryReader.Events(entry, includeData))) yield return e;
            if (entries.Count < EntryPage) yield break;
        }
    }

    public Task<DateTimeOffset> StopAsync(string executionArn, ErrorObject? error = null, CancellationToken cancellationToken = default)
    {
        error ??= new ErrorObject { ErrorMessage = "Execution stopped by user request" };
        RequireSize(error);
        return Core.Mailboxes.UseAsync(Key(executionArn), mailbox => mailbox.ApplyAsync(
            (state, payloads) => state.IsTerminal ? null : new Command.Stop(payloads.Record(error)),
            static (state, _) => state.Execution.EndedAt ?? state.LastAt));
    }

    public Task<bool> CancelAsync(string executionArn, string? reason = null, CancellationToken cancellationToken = default)
    {
        var text = RequireReason(reason);
        var requested = false;
        return Core.Mailboxes.UseAsync(Key(executionArn), mailbox => Node.ApplyAndLaunchAsync(
            mailbox,
            (state, _, begin) =>
            {
                requested = !state.IsTerminal && !ExecutionKind.IsCancelRequested(state.Execution);
                return requested ? new Command.Cancel(text, begin) : null;
            },
            _ => requested));
    }

    private static string RequireReason(string? reason)
    {
        const int Longest = 1024;
        if (reason?.Length > Longest) throw new ArgumentException($"reason has {reason.Length} characters; at most {Longest} are allowed.", nameof(reason));
        StrictText.ByteCount(reason ?? "");
        return reason ?? "";
    }

    public async Task<bool> UnparkAsync(string executionArn, CancellationToken cancellationToken = default)
    {
        var key = Key(executionArn);
        return await Node.ClearAttentionAsync(key, ExecutionAttention.Parked).ConfigureAwait(false)
            || await Node.ClearAttentionAsync(key, ExecutionAttention.Mismatched).ConfigureAwait(false);
    }

    public Task SendCallbackSuccessAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken = default)
    {
        var address = Address(callbackId);
        var payload = serializer.Serialize(result, new DurableSerializationContext(address.OperationId, ExecutionArn.IdOf(address.Key)));
        RequireSize(payload, Core.Rules.MaxPayloadBytes, nameof(result), "Send a reference instead.");
        return CompleteAsync(callbackId, address, OperationStatus.Succeeded, payloads => (payloads.Add(payload), null));
    }

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject? error = null, CancellationToken cancellationToken = default)
    {
        var address = Address(callbackId);
        error ??= new ErrorObject();
        RequireSize(error);
        return CompleteAsync(callbackId, address, OperationStatus.Failed, payloads => (null, payloads.Record(error)));
    }

    private Task CompleteAsync(
        string callbackId, CallbackAddress address, OperationStatus outcome, Func<PayloadWriter, (PayloadSlice? Payload, PayloadSlice? Error)> setAside) =>
        UseCallbackAsync(address, mailbox => Node.ApplyAndLaunchAsync(
            mailbox,
            (state, payloads, begin) =>
            {
                RequireOpen(state, address, callbackId);
                var (payload, error) = setAside(payloads);
                return new Command.Complete(address.OperationId, outcome, payload, error, begin);
            },
            static _ => true));

    public async Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken = default)
    {
        var address = Address(callbackId);
        await UseCallbackAsync(address, mailbox => mailbox.ReadAsync(async state =>
        {
            var operation = RequireOpen(state, address, callbackId);
            if (!operation.IsOpen) throw new CallbackClosedException();
            if (!operation.Kind.HasHeartbeat(operation)) return true;
            var beats = await Store.ReadHeartbeatsAsync(address.Key, cancellationToken).ConfigureAwait(false);
            var now = Store.Clock.GetUtcNow();
            var last = beats.TryGetValue(address.OperationId, out var beat) ? beat : (DateTimeOffset?)null;
            if (operation.Kind.DueAt(operation, last) <= now) throw new CallbackClosedException();
            await Store.BeatAsync(address.Key, address.OperationId, now, cancellationToken).ConfigureAwait(false);
            return true;
        })).ConfigureAwait(false);
    }

    /// <summary>The callbacks of an execution that is gone are closed.</summary>
    private async Task UseCallbackAsync(CallbackAddress address, Func<ExecutionMailbox, Task<bool>> use)
    {
        try
        {
            await Core.Mailboxes.UseAsync(address.Key, use).ConfigureAwait(false);
        }
        catch (ExecutionNotFoundException)
        {
            throw new CallbackClosedException();
        }
    }

    /// <summary>The id must be the very one that the operation was given: after a restore from a backup an old id is not the new one.</summary>
    private static OperationRecord RequireOpen(ExecutionState state, CallbackAddress address, string callbackId) =>
        !state.IsTerminal && state.Find(address.OperationId) is { } operation && operation.Kind.Answers(operation, callbackId)
            ? operation
            : throw new CallbackClosedException();

    private CallbackAddress Address(string callbackId)
    {
        ArgumentException.ThrowIfNullOrEmpty(callbackId);
        return Core.Signer.TryReadCallback(callbackId, out var address) ? address : throw new ArgumentException(
            $"Invalid callback id ({callbackId.Length} characters). Use the id exactly as CallbackId gave it. [PDR0307]", nameof(callbackId));
    }

    private static ExecutionKey Key(string executionArn)
    {
        ArgumentException.ThrowIfNullOrEmpty(executionArn);
        return ExecutionArn.TryParse(executionArn, out var key) ? key.Value : throw NotFound(executionArn);
    }

    private static ExecutionNotFoundException NotFound(string executionArn) =>
        new($"Durable execution {executionArn} does not exist, or its retention has expired.");
}
