using Perdure.Protocol;

namespace Perdure.Testing;

/// <summary>One recorded operation, to be asserted.</summary>
/// <remarks>The accessors that name kinds are those of AWS's test kit; a test looks at the record through them, nothing is decided here.</remarks>
public sealed class TestStep
{
    private readonly Operation _operation;
    private readonly IDurableSerializer _serializer;
    private readonly string _arn;
    private readonly string? _functionName;

    private TestStep(Operation operation, string arn, IDurableSerializer serializer, string? functionName)
    {
        _operation = operation;
        _arn = arn;
        _serializer = serializer;
        _functionName = functionName;
    }

    /// <summary>The operations of a record as linked steps, in start order, without the execution itself.</summary>
    internal static IReadOnlyList<TestStep> From(RecordedExecution record, IDurableSerializer serializer)
    {
        var functions = record.Events.Where(static e => e is { Id: not null, ChainedInvokeStartedDetails: not null })
            .ToDictionary(static e => e.Id!, static e => e.ChainedInvokeStartedDetails!.FunctionName); // both just tested
        var steps = record.Operations.Where(static operation => operation.Type != OperationTypes.Execution)
            .Select(operation => new TestStep(operation, record.Execution.Arn, serializer, functions.GetValueOrDefault(operation.Id))).ToList();
        var children = steps.ToLookup(static step => step.ParentId);
        foreach (var step in steps) step.Children = [.. children[step.Id]];
        return steps;
    }

    /// <summary>The first function that was called although nobody serves it; null when there is none.</summary>
    internal static string? FindUnservedCall(RecordedExecution record) => record.Events
        .Where(e => e.ChainedInvokeStartedDetails is { ExecutedVersion: null } && record.Events.Any(end =>
            end.Id == e.Id && end.ChainedInvokeFailedDetails?.Error.Payload?.ErrorType == "ResourceNotFoundException"))
        .Select(static e => e.ChainedInvokeStartedDetails!.FunctionName) // filtered above
        .FirstOrDefault();

    /// <summary>Identity within the execution.</summary>
    public string Id => _operation.Id;

    /// <summary>The name that the function gave it; null for none.</summary>
    public string? Name => _operation.Name;

    /// <summary>The context it belongs to; null at the root.</summary>
    public string? ParentId => _operation.ParentId;

    /// <summary>The kind.</summary>
    public OperationKind Kind => Enum.Parse<OperationKind>(_operation.Type.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);

    /// <summary>What it was used for, one of <see cref="OperationSubTypes"/>.</summary>
    public string? SubKind => _operation.SubType;

    /// <summary>Where it stands.</summary>
    public OperationStatus Status => _operation.Status;

    /// <summary>How many attempts have ended; 0 for a kind without attempts, and while the first one runs.</summary>
    public int Attempt => _operation.StepDetails?.Attempt ?? 0;

    /// <summary>When it started, on the engine's clock.</summary>
    public DateTimeOffset? StartedAt => _operation.StartTimestamp;

    /// <summary>When it ended, on the engine's clock; null while open.</summary>
    public DateTimeOffset? EndedAt => IsOpen ? null : _operation.EndTimestamp;

    /// <summary>How long it took, on the engine's clock; null while open.</summary>
    public TimeSpan? Duration => EndedAt - StartedAt;

    /// <summary>The operations inside it, in start order.</summary>
    public IReadOnlyList<TestStep> Children { get; private set; } = [];

    /// <summary>Its result, as the serializer reads it; the default when none is recorded.</summary>
    /// <remarks>A context whose result was too large to record has none: its value is rebuilt from its operations.</remarks>
    public T? GetResult<T>() => ResultText is { Length: > 0 } text
        ? _serializer.Deserialize<T>(text, new DurableSerializationContext(Id, _arn))
        : default;

    /// <summary>Its error; null when none is recorded. Of an open step, the error of its last attempt.</summary>
    public ErrorObject? GetError() => ErrorOf(_operation);

    /// <summary>When a pause ends; null for any other kind.</summary>
    public DateTimeOffset? GetWaitEndsAt() => _operation.WaitDetails?.ScheduledEndTimestamp;

    /// <summary>The id by which a callback is answered; null for any other kind.</summary>
    public string? GetCallbackId() => _operation.CallbackDetails?.CallbackId;

    /// <summary>The function that a call names, as it was named; null for any other kind.</summary>
    public string? GetChainedInvokeFunctionName() => _functionName;

    internal bool IsOpen => !Status.IsTerminal();

    /// <summary>The recorded text of the result; null when none is recorded.</summary>
    internal string? ResultText => ResultOf(_operation);

    /// <summary>The operation as the service shows it.</summary>
    internal Operation Operation => _operation;

    internal static string? ResultOf(Operation operation) => operation.StepDetails?.Result ?? operation.ContextDetails?.Result
        ?? operation.CallbackDetails?.Result ?? operation.ChainedInvokeDetails?.Result;

    internal static ErrorObject? ErrorOf(Operation operation) => operation.StepDetails?.Error ?? operation.ContextDetails?.Error
        ?? operation.CallbackDetails?.Error ?? operation.ChainedInvokeDetails?.Error;

    /// <summary>What it is, how it is named and where it stands, such as <c>Step 'pay' Succeeded</c>.</summary>
    public override string ToString() => $"{SubKind ?? Kind.ToString()}{(Name is null ? "" : $" '{Name}'")} {Status}";
}
