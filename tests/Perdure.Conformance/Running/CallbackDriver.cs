using System.Text.Json;
using System.Text.RegularExpressions;
using Perdure.Conformance.Matching;
using Perdure.Conformance.Requirements;
using Perdure.Conformance.Service;

namespace Perdure.Conformance.Running;

/// <summary>Plays the outside world: answers callbacks as the requirement says, each once, in the order in which they were opened.</summary>
internal sealed class CallbackDriver(IServiceUnderTest service, IReadOnlyList<CallbackAction> actions, Bindings bindings)
{
    private readonly List<CallbackAction> _unused = [.. actions];
    private readonly HashSet<string> _answered = [];

    /// <summary>Answers what is new in the history. Without actions nobody answers: callbacks time out.</summary>
    public async Task ActAsync(IReadOnlyList<JsonElement> history, CancellationToken cancellationToken)
    {
        if (actions.Count == 0) return;
        foreach (var started in history.Where(e => e.GetProperty("EventType").GetString() == "CallbackStarted"))
        {
            var id = started.GetProperty("CallbackStartedDetails").GetProperty("CallbackId").GetString() ?? "";
            if (_answered.Add(id)) await AnswerAsync(id, NameOf(started), history, cancellationToken);
        }
    }

    private async Task AnswerAsync(string callbackId, string? name, IReadOnlyList<JsonElement> history, CancellationToken cancellationToken)
    {
        CallbackAction action;
        do
        {
            action = _unused.FirstOrDefault(candidate => Concerns(candidate, name))
                ?? throw new RequirementFailedException(new Problem($"no callback action is left for the callback '{name}'") { History = history });
            _unused.Remove(action);
            await Task.Delay(action.Delay, TimeProvider.System, cancellationToken);
            await SendAsync(callbackId, action, cancellationToken);
        }
        while (action.Operation == "heartbeat"); // it answers nothing yet
    }

    private Task SendAsync(string callbackId, CallbackAction action, CancellationToken cancellationToken)
    {
        var payload = action.Payload is { } given ? bindings.Substitute(given) : (JsonElement?)null;
        return action.Operation switch
        {
            "success" => service.SendCallbackSuccessAsync(callbackId, payload is { } answer ? SpacedJson.Write(answer) : null, cancellationToken),
            "failure" => service.SendCallbackFailureAsync(callbackId, payload?.Deserialize<ErrorObject>() ?? new ErrorObject(), cancellationToken),
            "heartbeat" => service.SendCallbackHeartbeatAsync(callbackId, cancellationToken),
            _ => throw new FormatException($"'{action.Operation}' is not a callback operation that this runner knows."),
        };
    }

    private bool Concerns(CallbackAction action, string? name)
    {
        var wanted = bindings.Substitute(action.CallbackName);
        if (wanted == "*") return true;
        return wanted.StartsWith("${/", StringComparison.Ordinal) && wanted.EndsWith("/}", StringComparison.Ordinal)
            ? name is not null && Regex.IsMatch(name, wanted[3..^2])
            : name == wanted;
    }

    private static string? NameOf(JsonElement e) => e.TryGetProperty("Name", out var name) ? name.GetString() : null;
}
