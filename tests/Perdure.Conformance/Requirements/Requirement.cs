using System.Text.Json;

namespace Perdure.Conformance.Requirements;

/// <summary>One requirement of the suite: what is sent, what the outside world does, and what has to be on the record afterwards.</summary>
internal sealed record Requirement(string Id, string Suite)
{
    public required string Description { get; init; }

    /// <summary>Whether the start returns at once, and the runner polls.</summary>
    public bool IsAsync { get; init; }

    /// <summary>Name to literal, or to <c>${GEN_STR:n}</c>.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>What the function is given, before names are put in.</summary>
    public JsonElement Input { get; init; }

    /// <summary>How the execution ends; null when only its history counts.</summary>
    public ExpectedEnd? End { get; init; }

    public IReadOnlyList<CallbackAction> Callbacks { get; init; } = [];

    public IReadOnlyList<JsonElement> Events { get; init; } = [];

    public IReadOnlyList<ExpectedLog> Logs { get; init; } = [];
}

/// <summary>How an execution has to end.</summary>
/// <param name="Status">In the words of the wire.</param>
/// <param name="Result">The result as JSON; null when it does not matter.</param>
internal sealed record ExpectedEnd(string Status, JsonElement? Result);

/// <summary>What the outside world says to a callback.</summary>
/// <param name="CallbackName">Which: a name, <c>*</c> or <c>${/regex/}</c>.</param>
/// <param name="Operation">success, failure or heartbeat.</param>
/// <param name="Payload">The answer or the error; null for none.</param>
/// <param name="Delay">How long after it was seen.</param>
internal sealed record CallbackAction(string CallbackName, string Operation, JsonElement? Payload, TimeSpan Delay);

/// <summary>Records that have to be in the function's log.</summary>
/// <param name="Match">Member to literal or <c>/regex/</c>.</param>
/// <param name="Min">At least so many.</param>
/// <param name="Max">At most so many; null for any number.</param>
/// <param name="After">Each of the records comes after all that match these; there is at least one.</param>
internal sealed record ExpectedLog(JsonElement Match, int Min, int? Max, IReadOnlyList<JsonElement> After);
