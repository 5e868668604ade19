using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Simulation;

/// <summary>What goes wrong around one commit.</summary>
internal enum CommitFault
{
    None,

    /// <summary>The store fails before anything is durable.</summary>
    FailBefore,

    /// <summary>It is durable, but the reply is lost.</summary>
    LoseReply,

    /// <summary>The node dies before anything is durable.</summary>
    KillBefore,

    /// <summary>It is durable, and the node dies.</summary>
    KillAfter,

    /// <summary>Nothing is durable, and the store says that it is: no engine can bear that, and the simulator must notice.</summary>
    Lie,
}

/// <summary>One node's connection to the store: counts commits, makes faults, and is dead with its node. The store outlives it.</summary>
internal sealed class SimConnection(IExecutionStore store, SimWorkQueue work, Func<CommitFault> nextFault, Action kill) : DelegatingStore(store)
{
    public override Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
    {
        if (work.IsDead) return Never<IReadOnlyList<CommitOutcome>>();
        switch (nextFault())
        {
            case CommitFault.FailBefore:
                return Task.FromException<IReadOnlyList<CommitOutcome>>(new StoreUnavailableException("simulated: not committed"));
            case CommitFault.LoseReply:
                base.CommitAsync(batch);
                return Task.FromException<IReadOnlyList<CommitOutcome>>(new StoreUnavailableException("simulated: committed, reply lost"));
            case CommitFault.KillBefore:
                kill();
                return Never<IReadOnlyList<CommitOutcome>>();
            case CommitFault.KillAfter:
                base.CommitAsync(batch);
                kill();
                return Never<IReadOnlyList<CommitOutcome>>();
            case CommitFault.Lie:
                return Task.FromResult<IReadOnlyList<CommitOutcome>>([.. batch.Select(static _ => CommitOutcome.Committed)]);
            default:
                return base.CommitAsync(batch);
        }
    }

    private static Task<T> Never<T>() => new TaskCompletionSource<T>().Task;

#pragma warning disable CA2215 // The store outlives the node.
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
#pragma warning restore CA2215
}
