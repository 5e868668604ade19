using System.Runtime.CompilerServices;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Engine.Storage;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.PayloadStores;
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

    private ClientPayloads Payloads => new(Core, serializer);

    private CallbackAnswers Answers => new(Node, Payloads);

    private ExecutionSteering Steering => new(Node);

    public async Task<string> StartAsync<TInput>(string function, TInput input, StartOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(function);
        cancellationToken.ThrowIfCancellationRequested();
        var definition = Node.Functions.Get(function);
        if (!definition.IsDurable) throw new ArgumentException($"Function '{function}' is a plain one: durable functions call it; it has no executions to start.", nameof(function));
        if (definition.TenantProblem(options?.TenantId) is { } problem) throw new ArgumentException(problem, nameof(options));
        var name = RequireName(options?.ExecutionName) ?? Core.Ids.NextUuid();
        while (true)
        {
            var now = Store.Clock.GetUtcNow();
            var identity = new ExecutionIdentity(Core.Ids.NextKey(now), definition.Name, definition.Version, name, now);
            var payload = Payloads.WriteInput(input, identity);

            // A start that is repeated stores nothing: what it stored would belong to an execution that never comes to be.
            if (payload.Preview is not null && options?.ExecutionName is not null
                && await Store.FindByNameAsync(definition.Name, name, cancellationToken).ConfigureAwait(false) is not null)
            {
                return await JoinAsync(identity, payload.Text, options?.TenantId, cancellationToken).ConfigureAwait(false);
            }

            var recorded = await Payloads.StoreAsync(payload, PayloadOwner.Execution(ExecutionArn.IdOf(identity.Key)), cancellationToken).ConfigureAwait(false);
            try
            {
                return await StartAsync(identity, definition, recorded, options?.TenantId).ConfigureAwait(false);
            }
            catch (NameTakenException)
            {
                return await JoinAsync(identity, payload.Text, options?.TenantId, cancellationToken).ConfigureAwait(false);
            }
            catch (KeyTakenException)
            {
                cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }

    private Task<string> StartAsync(ExecutionIdentity identity, FunctionDefinition definition, string payload, string? tenantId) => Core.Mailboxes.UseAsync(identity.Key, mailbox =>
    {
        mailbox.BeginWith(new ExecutionState(identity));
        return Node.ApplyAndLaunchAsync(
            mailbox,
            (_, payloads, begin) =>
            {
                payloads.Add(payload);
                return new Command.Start(new ExecutionSettings(definition.ExecutionTimeoutSeconds, definition.RetentionDays, Caller: null) { TenantId = tenantId }, begin);
            },
            static state => state.Arn);
    });

    private static string? RequireName(string? executionName) => executionName is null || ExecutionArn.IsValidName(executionName) ? executionName : throw new ArgumentException(
        $"ExecutionName '{executionName}' ({executionName.Length} characters) is not valid; it must have 1 to {PerdureLimits.MaxExecutionName} characters of [a-zA-Z0-9-_]. [PDR0304]",
        nameof(executionName));

    /// <summary>The name is taken: by the same start, then it is the same execution, or by another.</summary>
    private async Task<string> JoinAsync(ExecutionIdentity wanted, string payload, string? tenantId, CancellationToken cancellationToken)
    {
        var row = await Store.FindByNameAsync(wanted.Function, wanted.Name, cancellationToken).ConfigureAwait(false)
            ?? throw new TooManyRequestsException($"The execution '{wanted.Name}' was deleted while it was being joined; try again.");
        var first = await Store.ReadEntriesAsync(row.Key, 1, 1, includePayload: true, cancellationToken).ConfigureAwait(false);
        var arn = ExecutionArn.Of(row.Identity);
        if (row.Identity.FunctionVersion == wanted.FunctionVersion && first.Count == 1 && TenantOf(first[0]) == tenantId
            && Payloads.IsSame(StrictText.Text(first[0].Payload.Span), PayloadOwner.Execution(ExecutionArn.IdOf(row.Key)), payload))
        {
            return arn;
        }

        throw new ExecutionAlreadyStartedException(
            $"Execution already started: {arn}. It has the name '{wanted.Name}' but another input or tenant; use another name, or the same input and tenant to join it. [PDR0306]", arn);
    }

    private static string? TenantOf(JournalEntry start) =>
        ExecutionKind.SettingsOf(EntryJson.Read(start.Entry).Operations.First(static operation => operation.Kind == OperationKinds.Execution)).TenantId;

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
            TenantId = ExecutionKind.SettingsOf(execution).TenantId,
            Settings = ExecutionKind.SettingsOf(execution),
            Pause = ExecutionKind.PauseOf(execution) is { } pause ? new PauseDetails(pause.RequestedAt, pause.PausesTimeout, pause.Reason is "" ? null : pause.Reason) : null,
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
        var described = await new JournalPayloads().DescribeAsync(Store, key, operations, cancellationToken).ConfigureAwait(false);
        var resolved = new List<Operation>(described.Count);
        foreach (var operation in described) resolved.Add(await Payloads.ResolveAsync(operation, ExecutionArn.IdOf(key), cancellationToken).ConfigureAwait(false));
        return resolved;
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
            if (description.Status.IsOver()) break;
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

    public Task<DateTimeOffset> StopAsync(string executionArn, ErrorObject? error = null, CancellationToken cancellationToken = default) =>
        Steering.StopAsync(Key(executionArn), error);

    public Task<bool> CancelAsync(string executionArn, string? reason = null, CancellationToken cancellationToken = default)
    {
        var text = ExecutionSteering.RequireReason(reason);
        return Steering.CancelAsync(Key(executionArn), text);
    }

    public Task<bool> PauseAsync(
        string executionArn, string? reason = null, bool pauseExecutionTimeout = false, CancellationToken cancellationToken = default)
    {
        var text = ExecutionSteering.RequireReason(reason);
        return Steering.PauseAsync(Key(executionArn), text, pauseExecutionTimeout);
    }

    public Task<bool> ResumeAsync(string executionArn, string? reason = null, CancellationToken cancellationToken = default)
    {
        var text = ExecutionSteering.RequireReason(reason);
        return Steering.ResumeAsync(Key(executionArn), text);
    }

    public Task DeleteAsync(string executionArn, CancellationToken cancellationToken = default) => Steering.DeleteAsync(Key(executionArn));

    public Task<bool> UnparkAsync(string executionArn, CancellationToken cancellationToken = default) => Steering.UnparkAsync(Key(executionArn));

    public Task SendCallbackSuccessAsync<TResult>(string callbackId, TResult result, CancellationToken cancellationToken = default) =>
        Answers.SucceedAsync(callbackId, result, cancellationToken);

    public Task SendCallbackFailureAsync(string callbackId, ErrorObject? error = null, CancellationToken cancellationToken = default) =>
        Answers.FailAsync(callbackId, error ?? new ErrorObject());

    public Task SendCallbackHeartbeatAsync(string callbackId, CancellationToken cancellationToken = default) => Answers.BeatAsync(callbackId, cancellationToken);

    private static ExecutionKey Key(string executionArn)
    {
        ArgumentException.ThrowIfNullOrEmpty(executionArn);
        return ExecutionArn.TryParse(executionArn, out var key) ? key.Value : throw NotFound(executionArn);
    }

    private static ExecutionNotFoundException NotFound(string executionArn) =>
        new($"Durable execution {executionArn} does not exist, or its retention has expired.");
}
