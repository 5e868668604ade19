using Perdure.Client;
using Perdure.Engine;
using Perdure.Engine.Executions;
using Perdure.Engine.Hosting;
using Perdure.Engine.Invocation;
using Perdure.Server.Authentication;
using Perdure.Storage;

namespace Perdure.Server.Http;

/// <summary>The node behind the API. Everything that changes an execution is the engine's own command, as for an embedded client.</summary>
internal sealed class ApiEngine(PerdureHost host)
{
    private EngineNode Node => host.Node;

    /// <summary>Payloads in and out are text as it came.</summary>
    public IPerdureClient Client { get; } = new InProcessClient(() => host.Node, VerbatimSerializer.Instance);

    /// <summary>Checkpoint and state, as this caller may use them.</summary>
    public IDurableService ServiceFor(ApiCaller caller) => Node.Runner.ServiceFor(caller.MayStart);

    public FunctionRegistry Functions => Node.Functions;

    public HistoryPages History => new(Node.Core);

    public ExecutionPages Executions => new(Node.Core);

    public CallbackAnswers Callbacks => new(Node, new ClientPayloads(Node.Core, VerbatimSerializer.Instance));

    public IExecutionStore Store => Node.Core.Store;

    public EngineRules Rules => Node.Core.Rules;

    public TimeProvider Clock => Node.Core.Store.Clock;

    /// <summary>The execution that answers to a callback id; null when the id is not one that this service made.</summary>
    public async Task<ExecutionRow?> FindOwnerAsync(string callbackId, CancellationToken cancellationToken) =>
        Node.Core.Signer.TryReadCallback(callbackId, out var address) ? await Store.FindAsync(address.Key, cancellationToken).ConfigureAwait(false) : null;

    public bool IsCallbackId(string callbackId) => Node.Core.Signer.TryReadCallback(callbackId, out _);

    public Task<bool> TryServeAsync(ServedFunction function) => Node.TryServeAsync(function);

    public Task<TimeSpan> LagAsync(CancellationToken cancellationToken) => Node.LagAsync(cancellationToken);

    private sealed class VerbatimSerializer : IDurableSerializer
    {
        public static VerbatimSerializer Instance { get; } = new();

        public string Serialize<T>(T value, DurableSerializationContext context) =>
            value as string ?? throw new ArgumentException($"The API hands payloads on as text; this is a {typeof(T)}.", nameof(value));

        public T Deserialize<T>(string payload, DurableSerializationContext context) =>
            payload is T text ? text : throw new ArgumentException($"The API hands payloads on as text, not as {typeof(T)}.", nameof(payload));
    }
}
