using System.Runtime.CompilerServices;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.PayloadStores;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Hosting;

/// <summary>The client of an embedded node: no HTTP, no credentials, the same rules.</summary>
internal sealed class InProcessClient(Func<EngineNode> node, IDurableSerializer serializer) : IPerdureClient
{
    private const int ExecutionPage = 100;
    private const int EntryPage = 200;

    private EngineNode Node => node();

    private EngineCore Core => Node.Core;

    private IExecutionStore Store => Core.Store;

    private ClientPayloads Payloads => new(Core, serializer);

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
            var payload = Payloads.WriteInput(input, identity);

            // A start that is repeated stores nothing: what it stored would belong to an execution that never comes to be.
            if (payload.Preview is not null && options?.ExecutionName is not null
                && await Store.FindByNameAsync(function, name, cancellationToken).ConfigureAwait(false) is not null)
            {
                return await JoinAsync(identity, payload.Text, cancellationToken).ConfigureAwait(false);
            }

            var recorded = await Payloads.StoreAsync(payload, PayloadOwner.Execution(ExecutionArn.IdOf(identity.Key)), cancellationToken).ConfigureAwait(false);
            try
            {
                return await StartAsync(identity, definition, recorded).ConfigureAwait(false);
            }
            catch (NameTakenException)
            {
                return await JoinAsync(identity, payload.Text, cancellationToken).ConfigureAwait(false);
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

    /// <summary>The name is taken: by the same start, then it is the same execution, or by another.</summary>
    private async Task<string> JoinAsync(ExecutionIdentity wanted, string payload, CancellationToken cancellationToken)
    {
        var row = await Store.FindByNameAsync(wanted.Function, wanted.Name, cancellationToken).ConfigureAwait(false)
            ?? throw new TooManyRequestsException($"The execution '{wanted.Name}' was deleted while it was being joined; try again.");
        var first = await Store.ReadEntriesAsync(row.Key, 1, 1, includePayload: true, cancellationToken).ConfigureAwait(false);
        var arn = ExecutionArn.Of(row.Identity);
        if (row.Identity.FunctionVersion == wanted.FunctionVersion && first.Count == 1
            && Payloads.IsSame(StrictText.Text(first[0].Payload.Span), PayloadOwner.Execution(ExecutionArn.IdOf(row.Key)), payload))
        {
            return arn;
        }

        throw new ExecutionAlreadyStartedException(
            $"Execution already started: {arn}. It has the name '{wanted.Name}' but another input; use another name, or the same input to join it. [PDR0306]", arn);
    }

    public async Task<ExecutionDescription?> GetAsync(string executionArn, CancellationToken cancellationToken = default)
    {
        if (await ReadAsync(executionArn, cancellationToken).ConfigureAwait(false) is not { } recorded) return null;
        var owner = PayloadOwner.Execution(ArnParts.ExecutionId(recorded.Arn));
        return recorded with
        {
            Input = await Payloads.ResolveAsync(recorded.Input, owner, cancellationToken).ConfigureAwait(false),
            Result = await Payloads.ResolveAsync(recorded.Result, owner, cancellationToken).ConfigureAwait(false),
        };
    }

    /// <summary>As it is recorded: stored values are references.</summary>
    private async Task<ExecutionDescription?> ReadAsync(string executionArn, CancellationToken cancellationToken)
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
        var operations = ExecutionState.Load(loaded).Operations.ToList();
        var payloads = new JournalPayloads();
        await payloads.FetchAsync(Store, key, operations, cancellationToken).ConfigureAwait(false);
        var described = new List<Operation>(operations.Count);
        foreach (var operation in operations)
            described.Add(await Payloads.ResolveAsync(operation.Describe(payloads), ExecutionArn.IdOf(key), cancellationToken).ConfigureAwait(false));
        return described;
    }

    public async Task<TOutput> WaitForResultAsync<TOutput>(string executionArn, CancellationToken cancellationToken = default)
    {
        var key = Key(executionArn);
        ExecutionDescription description;
        while (true)
        {
            // Watch first, then look: an end in between is seen by one of the two.
            using var watch = Core.Completions.Begin(key);
            description = await ReadAsync(executionArn, cancellationToken).ConfigureAwait(false) ?? throw NotFound(executionArn);
            if (description.Status != ExecutionStatus.Running) break;
            if (Store.IsExclusive) await watch.Completion.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
            else await Task.WhenAny(watch.Completion.Task, Task.Delay(TimeSpan.FromSeconds(1), Store.Clock, cancellationToken)).ConfigureAwait(false);
        }

        if (description.Status != ExecutionStatus.Succeeded)
        {
            throw new ExecutionFailedException(
                $"{description.Arn} ended {description.Status}: {description.Error?.ErrorType}: {description.Error?.ErrorMessage}", description.Status, description.Error);
        }

        var owner = PayloadOwner.Execution(ExecutionArn.IdOf(key));
        return await Payloads.ResolveAsync(description.Result, owner, cancellationToken).ConfigureAwait(false) is not { } result
            ? default! // no result is null, or a default
            : serializer.Deserialize<TOutput>(result, new DurableSerializationContext(ExecutionArn.IdOf(key), description.Arn));
    }

    public async IAsyncEnumerable<ExecutionDescription> ListAsync(
        ExecutionFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var rowFilter = new RowFilter { Function = filter?.Function, Status = filter?.Status, Limit = ExecutionPage };
        var left = filter is { Limit: > 0 } limited ? limited.Limit : int.MaxValue;
        while (true)
        {
            var rows = await Store.ListAsync(rowFilter, cancellationToken).ConfigureAwait(false);
            foreach (var row in rows)
            {
                if (left-- == 0) yield break;
                yield return Describe(row);
            }

            if (rows.Count < ExecutionPage) yield break;
            rowFilter = rowFilter with { Before = rows[^1].Key };
        }
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

    public Task<DateTimeOffset> StopAsync(string executionArn, ErrorObject? error = null, CancellationToken cancellationToken = default) =>
        Core.Mailboxes.UseAsync(Key(executionArn), mailbox => mailbox.ApplyAsync(
            (state, payloads) => state.IsTerminal
                ? null
                : new Command.Stop(payloads.Add(ProtocolJson.Bytes(error ?? new ErrorObject { ErrorMessage = "Execution stopped by user request" }))),
            static (state, _) => state.Execution.EndedAt ?? state.LastAt));

    public Task<bool> UnparkAsync(string executionArn, CancellationToken cancellationToken = default) =>
        Node.ClearAttentionAsync(Key(executionArn), ExecutionAttention.Parked);

    public async Task SendCallbackSuccessAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken = default)
    {
        var address = Address(callbackId);
        var payload = Payloads.WriteAnswer(result, address);

        // Looked at first: an answer that comes too late must not leave a file behind.
        if (payload.Preview is not null) await WithOpenAsync(callbackId, address, static _ => Task.CompletedTask).ConfigureAwait(false);
        var recorded = await Payloads.StoreAsync(payload, new PayloadOwner(ExecutionArn.IdOf(address.Key), address.OperationId), cancellationToken).ConfigureAwait(false);
        await CompleteAsync(callbackId, address, OperationStatus.Succeeded, payloads => (payloads.Add(recorded), null)).ConfigureAwait(false);
    }

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject? error = null, CancellationToken cancellationToken = default) =>
        CompleteAsync(callbackId, Address(callbackId), OperationStatus.Failed, payloads => (null, payloads.Add(ProtocolJson.Bytes(error ?? new ErrorObject()))));

    private async Task CompleteAsync(
        string callbackId, CallbackAddress address, OperationStatus outcome, Func<PayloadWriter, (PayloadSlice? Payload, PayloadSlice? Error)> setAside)
    {
        try
        {
            await Core.Mailboxes.UseAsync(address.Key, mailbox => Node.ApplyAndLaunchAsync(
                mailbox,
                (state, payloads, begin) =>
                {
                    RequireOpen(state, address, callbackId);
                    var (payload, error) = setAside(payloads);
                    return new Command.Complete(address.OperationId, outcome, payload, error, begin);
                },
                static _ => true)).ConfigureAwait(false);
        }
        catch (ExecutionNotFoundException)
        {
            throw new CallbackClosedException();
        }
    }

    /// <summary>The id must be the very one that the operation was given: after a restore from a backup an old id is not the new one.</summary>
    private static void RequireOpen(ExecutionState state, CallbackAddress address, string callbackId)
    {
        if (state.IsTerminal || state.Find(address.OperationId) is not { } operation || !operation.Kind.Answers(operation, callbackId))
            throw new CallbackClosedException();
    }

    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken = default)
    {
        var address = Address(callbackId);
        return WithOpenAsync(callbackId, address, async operation =>
        {
            if (!operation.Kind.HasHeartbeat(operation)) return;
            var beats = await Store.ReadHeartbeatsAsync(address.Key, cancellationToken).ConfigureAwait(false);
            var now = Store.Clock.GetUtcNow();
            var last = beats.TryGetValue(address.OperationId, out var beat) ? beat : (DateTimeOffset?)null;
            if (operation.Kind.DueAt(operation, last) <= now) throw new CallbackClosedException();
            await Store.BeatAsync(address.Key, address.OperationId, now, cancellationToken).ConfigureAwait(false);
        });
    }

    /// <summary>Does something with a callback's operation while it is open, under its execution's gate.</summary>
    private async Task WithOpenAsync(string callbackId, CallbackAddress address, Func<OperationRecord, Task> action)
    {
        try
        {
            await Core.Mailboxes.UseAsync(address.Key, mailbox => mailbox.ReadAsync(async state =>
            {
                RequireOpen(state, address, callbackId);
                var operation = state.Find(address.OperationId)!; // RequireOpen found it
                if (!operation.IsOpen) throw new CallbackClosedException();
                await action(operation).ConfigureAwait(false);
                return true;
            })).ConfigureAwait(false);
        }
        catch (ExecutionNotFoundException)
        {
            throw new CallbackClosedException();
        }
    }

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
