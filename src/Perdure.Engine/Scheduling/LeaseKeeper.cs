using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Perdure.Engine.Executions;
using Perdure.Replay;
using Perdure.Storage;

namespace Perdure.Engine.Scheduling;

/// <summary>An invocation that runs on this node.</summary>
internal sealed record ActiveInvocation(ExecutionKey Key, long Epoch, DateTimeOffset? Deadline, InvocationSignals Signals);

/// <summary>Renews the leases of running invocations, tells those that were lost, and ends executions whose deadline passes meanwhile.</summary>
internal sealed class LeaseKeeper(EngineCore core, string owner)
    : BackgroundLoop(core.Work, core.Store.Clock, core.Activity, core.Loggers.CreateLogger("Perdure.Engine.Leases"))
{
    private readonly ConcurrentDictionary<(ExecutionKey Key, long Epoch), ActiveInvocation> _active = new();
    private DateTimeOffset _renewAt = DateTimeOffset.MinValue;

    private TimeSpan RenewEvery => core.Rules.LeaseDuration / 3;

    public IEnumerable<ActiveInvocation> Active => _active.Values;

    public void Add(ActiveInvocation invocation)
    {
        _active[(invocation.Key, invocation.Epoch)] = invocation;
        var soon = Clock.GetUtcNow() + RenewEvery;
        TriggerAt(invocation.Deadline < soon ? invocation.Deadline.Value : soon);
    }

    public void Remove(ExecutionKey key, long epoch) => _active.TryRemove((key, epoch), out _);

    public override async Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken)
    {
        var now = Clock.GetUtcNow();
        foreach (var invocation in _active.Values.Where(invocation => invocation.Deadline <= now)) await TimeOutAsync(invocation).ConfigureAwait(false);
        if (now >= _renewAt)
        {
            await RenewAsync(now, cancellationToken).ConfigureAwait(false);
            _renewAt = now + RenewEvery;
        }

        if (_active.IsEmpty) return null;
        var deadline = _active.Values.Min(invocation => invocation.Deadline);
        return deadline > now && deadline < _renewAt ? deadline : _renewAt;
    }

    private async Task RenewAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var active = _active.Values.ToList();
        if (active.Count == 0) return;
        var renewed = await core.Store.RenewLeasesAsync(
            owner, [.. active.Select(invocation => (invocation.Key, invocation.Epoch))], now + core.Rules.LeaseDuration, cancellationToken).ConfigureAwait(false);
        foreach (var lost in active.Where(invocation => !renewed.Contains(invocation.Key))) lost.Signals.Lose();
    }

    private Task<bool> TimeOutAsync(ActiveInvocation invocation) => core.Mailboxes.UseAsync(
        invocation.Key, mailbox => mailbox.ApplyAsync((state, _) => state.IsTerminal ? null : new Command.Tick(), static (_, _) => true));
}
