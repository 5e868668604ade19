using Microsoft.Extensions.Logging;
using Perdure.Engine.Executions;
using Perdure.Engine.Scheduling;
using Perdure.Engine.Storage;
using Perdure.PayloadStores;
using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine;

/// <summary>What the parts of a node share: the store and its clock, the commit queue, the mailboxes, and what follows a commit.</summary>
internal sealed class EngineCore
{
    public EngineCore(IExecutionStore store, byte[] secret, EngineEnvironment environment)
    {
        Store = store;
        Work = environment.Work;
        Ids = environment.Ids;
        Rules = environment.Rules;
        Loggers = environment.Loggers;
        Signer = new TokenSigner(secret);
        Payloads = environment.PayloadStore is { } payloads ? new PayloadOffloader(payloads, environment.PayloadOptions, Signer.SealText) : null;
        Activity = new EngineActivity(Work);
        Commits = new CommitQueue(store, Work);
        Mailboxes = new MailboxRegistry(this);
        Completions = new CompletionWatch(Work);
    }

    public IExecutionStore Store { get; }

    public WorkQueue Work { get; }

    public IdSource Ids { get; }

    public EngineRules Rules { get; }

    public ILoggerFactory Loggers { get; }

    public TokenSigner Signer { get; }

    /// <summary>Where large values go; null when they have nowhere to go.</summary>
    public PayloadOffloader? Payloads { get; }

    public EngineActivity Activity { get; }

    public CommitQueue Commits { get; }

    public MailboxRegistry Mailboxes { get; }

    public CompletionWatch Completions { get; }

    /// <summary>Told when some execution next needs somebody. A hint: the store knows too.</summary>
    public Action<DateTimeOffset>? OnDue { get; set; }

    public Facts Facts() => new() { Now = Store.Clock.GetUtcNow(), Ids = Ids, Signer = Signer, Rules = Rules };

    /// <summary>What follows a commit. Nothing here may be needed for correctness.</summary>
    public void OnCommitted(ExecutionMailbox mailbox, ExecutionState state, Decision decision)
    {
        if (decision.Row is { WakeAt: { } wakeAt, LeaseOwner: null }) OnDue?.Invoke(wakeAt);
        foreach (var child in decision.Children) OnDue?.Invoke(child.Plan.Identity.StartedAt);
        if (state.IsTerminal) Completions.Complete(state.Identity.Key);

        // A running invocation learns of what did not come from itself by asking; the hint says that it is worth asking.
        if (decision.Changes is { Checkpoint: null, Began: null } && state.Invocation is not null) mailbox.Running?.Changed();
    }
}

/// <summary>What a node is given from outside.</summary>
internal sealed record EngineEnvironment
{
    public WorkQueue Work { get; init; } = ThreadPoolWorkQueue.Instance;

    public IdSource Ids { get; init; } = SecureIdSource.Instance;

    public EngineRules Rules { get; init; } = new();

    public IPayloadStore? PayloadStore { get; init; }

    public PayloadStoreOptions PayloadOptions { get; init; } = new();

    public required ILoggerFactory Loggers { get; init; }
}
