using System.Text.Json.Nodes;

namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>What an interceptor of the suite writes at each hook: the members of its record, or null for no record.</summary>
/// <param name="Name">Stands in every record.</param>
internal sealed record PluginHooks(string Name)
{
    /// <summary>Whether every hook throws once it has written.</summary>
    public bool Throws { get; init; }

    public Func<InvocationInfo, JsonObject?>? InvocationStart { get; init; }

    public Func<InvocationInfo, InvocationEndInfo, JsonObject?>? InvocationEnd { get; init; }

    public Func<OperationEvent, JsonObject?>? OperationStart { get; init; }

    public Func<OperationEvent, JsonObject?>? OperationEnd { get; init; }

    public Func<OperationsChange, OperationEvent, JsonObject?>? OperationChange { get; init; }

    public Func<AttemptInfo, JsonObject?>? AttemptStart { get; init; }

    public Func<AttemptInfo, AttemptOutcome, JsonObject?>? AttemptEnd { get; init; }

    public Func<ContextBodyInfo, JsonObject?>? BodyStart { get; init; }

    public Func<ContextBodyInfo, Exception?, JsonObject?>? BodyEnd { get; init; }

    /// <summary>A hook for operations of one kind.</summary>
    public static Func<OperationEvent, JsonObject?> Of(string type, Func<OperationEvent, JsonObject> record) =>
        operation => operation.Operation.Type == type ? record(operation) : null;
}
