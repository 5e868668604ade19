using Microsoft.Extensions.Logging;
using Perdure.Operations;
using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>The context that function code holds: numbers the operations asked of it and knows how far its own replay is.</summary>
/// <remarks>Each verb is in its kind's folder, as <c>DurableContext.Verb.cs</c>.</remarks>
internal sealed partial class DurableContext : IDurableContext
{
    private readonly string? _id;
    private readonly string _path;
    private readonly DurableContext? _parent;
    private int _position;
    private int _guids;
    private int _undelivered;
    private bool _isReplayOnly;
    private bool _isFinished;
    private DateTimeOffset _now;
    private LoggerConfig? _loggerConfig;
    private ILogger? _logger;

    private DurableContext(InvocationRuntime runtime, DurableContext? parent, string? id, string? recordId, string path, CancellationScope scope)
    {
        Runtime = runtime;
        Scope = scope;
        RecordId = recordId;
        _parent = parent;
        _id = id;
        _path = path;
        _now = parent?._now ?? runtime.History.Execution.StartTimestamp;
        _loggerConfig = parent?._loggerConfig;
        ExecutionContext = parent?.ExecutionContext ?? new ExecutionFacts(runtime);
    }

    public static DurableContext Root(InvocationRuntime runtime) => new(runtime, null, null, null, "", runtime.Scopes.Root);

    /// <summary>The context of a body.</summary>
    /// <param name="request">The operation whose body it is.</param>
    /// <param name="isRecorded">False for a context that leaves no record: its operations then belong to the nearest recorded one.</param>
    /// <param name="scope">What stops the body; null: what stops this context.</param>
    public DurableContext Child(OperationRequest request, bool isRecorded, CancellationScope? scope = null) =>
        new(Runtime, this, request.Id, isRecorded ? request.Id : RecordId, request.Position + "-", scope ?? Scope);

    /// <summary>A place for operations of this context that nothing stops. Leaves no record of its own.</summary>
    /// <param name="purpose">Names the place within this context.</param>
    public DurableContext Shielded(string purpose) => new(
        Runtime, this, OperationIds.Keyed(_id, $"shielded:{purpose}"), RecordId, $"{_path}{purpose}-", Runtime.Scopes.New(null));

    /// <summary>The context behind an author's variable.</summary>
    public static DurableContext Of(IDurableContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context as DurableContext ?? throw new ArgumentException(
            $"This verb needs the context that the engine gave the function, not a {context.GetType()}.", nameof(context));
    }

    public InvocationRuntime Runtime { get; }

    /// <summary>What stops the code of this context.</summary>
    public CancellationScope Scope { get; }

    public CancellationToken ExecutionCancellation => Runtime.Scopes.Root.Token;

    /// <summary>The recorded context that operations of this one name as their parent; null at the root.</summary>
    public string? RecordId { get; }

    /// <summary>Whether this context's outcome is already recorded: its body only rebuilds the value and starts nothing new.</summary>
    public bool IsReplayOnly => _isReplayOnly || _parent?.IsReplayOnly == true;

    public void MarkReplayOnly() => _isReplayOnly = true;

    /// <summary>Whether the body has ended: what it left running no longer belongs to the record.</summary>
    public bool IsFinished => _isFinished || _parent?.IsFinished == true;

    public void MarkFinished() => _isFinished = true;

    public IExecutionContext ExecutionContext { get; }

    public bool IsReplaying => IsReplayOnly || _undelivered > 0 || Runtime.History.HasUnasked(RecordId);

    public TimeProvider TimeProvider => field ??= new LogicalTimeProvider(() => _now);

    public Random Random => field ??= OperationIds.NewRandom(Runtime.Arn, _id ?? "");

    public Guid NewGuid(string? key = null) => OperationIds.NewGuid(Runtime.Arn, _id, key is null ? $"#{++_guids}" : $"key:{key}");

    public string GetIdempotencyKey(string purpose)
    {
        ArgumentException.ThrowIfNullOrEmpty(purpose);
        return OperationIds.IdempotencyKey(Runtime.Arn, _id ?? "", purpose);
    }

    public ILogger Logger => _logger ??= CreateLogger();

    public void ConfigureLogger(LoggerConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        _loggerConfig = config;
        _logger = null;
    }

    private ReplayAwareLogger CreateLogger() => new(
        _loggerConfig?.CustomLogger ?? Runtime.Environment.LoggerFactory.CreateLogger(Runtime.FunctionCategory),
        [new("executionArn", Runtime.Arn), new("awsRequestId", Runtime.Environment.RequestId)],
        _loggerConfig?.ModeAware == false ? null : () => IsReplaying,
        Enrichment);

    private Func<IEnumerable<KeyValuePair<string, object?>>>? Enrichment =>
        Runtime.Environment.Interceptors is { } interceptors ? () => interceptors.LogFields(Runtime.Arn) : null;

    /// <summary>A logger for one attempt of one operation; never silent: a body runs only live.</summary>
    public ILogger OperationLogger(OperationRequest request, int attempt) => new ReplayAwareLogger(
        _loggerConfig?.CustomLogger ?? Runtime.Environment.LoggerFactory.CreateLogger(Runtime.FunctionCategory),
        [
            new("executionArn", Runtime.Arn), new("awsRequestId", Runtime.Environment.RequestId),
            new("operationId", request.Id), new("operationName", request.Name), new("attempt", attempt),
        ],
        isReplaying: null,
        Enrichment);

    /// <summary>Names the next operation: by its key, or else by the next position. Refused where no durable call can be.</summary>
    private OperationRequest Next(string type, string subType, string? name, string? key)
    {
        RequireTurn(subType, name);
        RequireName(name);
        Scope.ThrowIfStopped();
        if (key is not null) return new OperationRequest(OperationIds.Keyed(_id, RequireKey(key)), $"{_path}key '{key}'", type, subType, name);
        var position = ++_position;
        return new OperationRequest(OperationIds.At(_id, position), _path + position, type, subType, name);
    }

    private static string RequireKey(string key) => key.Length is > 0 and <= PerdureLimits.MaxKey
        ? key
        : throw new ArgumentException($"Key has {key.Length} characters; it must have 1 to {PerdureLimits.MaxKey}, or be null.", nameof(key));

    private void RequireTurn(string subType, string? name)
    {
        if (StepBodyScope.Current is { } step)
        {
            throw new InvalidDurableOperationException(
                $"{OperationRequest.Describe(subType, name)} was asked for inside the body of {step}. A body's effects are recorded as one; " +
                "move the call out of the body, or group both with RunInChildContextAsync. [PDR0105]");
        }

        if (!Runtime.Scheduler.IsOnPump)
        {
            throw new InvalidDurableOperationException(
                $"{OperationRequest.Describe(subType, name)} was asked for outside of the function's turns (after Task.Run, or after ConfigureAwait(false) " +
                "on a task that is not durable). Its position would depend on timing; await only tasks from the context before it. [PDR0106]");
        }

        if (IsFinished)
        {
            throw new InvalidDurableOperationException(
                $"{OperationRequest.Describe(subType, name)} was asked of a child context whose body has already ended. Await everything that the body starts. [PDR0107]");
        }
    }

    public static void RequireName(string? name)
    {
        if (name is null) return;
        if (name.Length is 0 or > PerdureLimits.MaxOperationName)
            throw new ArgumentException($"name has {name.Length} characters; an operation's name has 1 to {PerdureLimits.MaxOperationName}, or is null.", nameof(name));
        foreach (var c in name)
        {
            if (c is < ' ' or > '~')
                throw new ArgumentException($"name '{name}' has the character U+{(int)c:X4}; an operation's name is printable ASCII.", nameof(name));
        }
    }

    private Task<T> Run<T>(AwaitableOperation<T> operation)
    {
        if (Runtime.History.HadEnded(operation.Id)) _undelivered++;
        Runtime.Ask(operation);
        return operation.Task;
    }

    /// <summary>A completion was delivered to this context: its clock moves on.</summary>
    public void Observe(DateTimeOffset at, string operationId, bool endDelivered)
    {
        if (at > _now) _now = at;
        if (endDelivered && Runtime.History.HadEnded(operationId)) _undelivered--;
    }

    private sealed class ExecutionFacts(InvocationRuntime runtime) : IExecutionContext
    {
        public string DurableExecutionArn => runtime.Arn;

        public string ExecutionName => runtime.History.Execution.Name ?? "";

        public DateTimeOffset StartedAt => runtime.History.Execution.StartTimestamp;

        public DateTimeOffset? Deadline => runtime.Environment.Deadline;

        public string? TenantId => runtime.Environment.TenantId;

        public string? FunctionVersion => ArnParts.Version(runtime.Arn);
    }
}
