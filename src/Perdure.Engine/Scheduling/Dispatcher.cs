using Microsoft.Extensions.Logging;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;
using Perdure.Storage;

namespace Perdure.Engine.Scheduling;

/// <summary>Claims what is due, queue by queue, never more than there are free slots, and hands it to the runner.</summary>
internal sealed partial class Dispatcher : BackgroundLoop
{
    private const int MaxClaim = 200;

    private readonly EngineCore _core;
    private readonly FunctionRegistry _functions;
    private readonly InvocationRunner _runner;
    private readonly SlotPool _slots;
    private readonly DispatcherOptions _options;
    private readonly ILogger _logger;
    private int _turn;

    public Dispatcher(EngineCore core, FunctionRegistry functions, InvocationRunner runner, SlotPool slots, DispatcherOptions options)
        : base(core.Work, core.Store.Clock, core.Activity, core.Loggers.CreateLogger("Perdure.Engine.Dispatcher"))
    {
        _core = core;
        _functions = functions;
        _runner = runner;
        _slots = slots;
        _options = options;
        _logger = core.Loggers.CreateLogger("Perdure.Engine.Dispatcher");
        core.OnDue = TriggerAt;
        slots.OnFreed = Trigger;
    }

    public override async Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await _core.Store.NextDueAsync(cancellationToken).ConfigureAwait(false);
        var now = Clock.GetUtcNow();

        // Another queue goes first each time: a flood in one cannot starve the rest.
        _turn++;
        var ready = due.Where(queue => ReadyAt(queue) <= now).ToList();
        for (var i = 0; i < ready.Count; i++) await ClaimAsync(ready[(i + _turn) % ready.Count].Queue, cancellationToken).ConfigureAwait(false);

        // Behind what was claimed, the same queue has a next one. What is still due now waits for a slot, and a freed slot triggers.
        if (ready.Count > 0) due = await _core.Store.NextDueAsync(cancellationToken).ConfigureAwait(false);
        var next = due.Select(ReadyAt).Where(readyAt => readyAt > now).Select(readyAt => (DateTimeOffset?)readyAt).Min();

        // Hints bring what others make due; looking again without one bounds what a lost hint can cost.
        var poll = now + (_core.Store.IsExclusive ? _options.ExclusivePollInterval : _options.PollInterval);
        return next < poll ? next : poll;
    }

    private DateTimeOffset ReadyAt((string Queue, DateTimeOffset DueAt) queue) => Serves(queue.Queue) ? queue.DueAt : queue.DueAt + _options.UnservedAfter;

    private bool Serves(string queue) => queue == WakeRule.ServiceQueue || _functions.Find(queue) is not null;

    private async Task ClaimAsync(string queue, CancellationToken cancellationToken)
    {
        var needsSlots = _functions.Find(queue) is not null;
        while (!cancellationToken.IsCancellationRequested)
        {
            var wanted = needsSlots ? _slots.Take(MaxClaim) : MaxClaim;
            if (wanted == 0) return;
            var claimed = 0;
            try
            {
                var now = Clock.GetUtcNow();
                var rows = await _core.Store.ClaimDueAsync(
                    new ClaimRequest(queue, _options.Owner, now, now + _core.Rules.LeaseDuration, wanted), cancellationToken).ConfigureAwait(false);
                claimed = rows.Count;
                foreach (var row in rows)
                {
                    _core.Activity.Enter();
                    _core.Work.Post(() => _ = HandleAsync(row, needsSlots));
                }
            }
            finally
            {
                if (needsSlots) _slots.Release(wanted - claimed);
            }

            if (claimed < wanted) return;
        }
    }

    private async Task HandleAsync(ExecutionRow row, bool holdsSlot)
    {
        var launched = false;
        try
        {
            if (!row.State.Status.IsOver()) launched = await ResumeAsync(row, holdsSlot).ConfigureAwait(false);
            else await _options.TellCaller(row.Key).ConfigureAwait(false);
        }
        catch (ExecutionUnreadableException error)
        {
            await QuarantineAsync(row, error).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            // The reservation runs out by itself; whoever is next tries again.
            LogNotHandled(_logger, ExecutionArn.Of(row.Identity), error);
        }
        finally
        {
            if (holdsSlot && !launched) _slots.Release();
            _core.Activity.Exit();
        }
    }

    private Task<bool> ResumeAsync(ExecutionRow row, bool holdsSlot) => _core.Mailboxes.UseAsync(row.Key, mailbox => mailbox.ApplyAsync(
        (state, _) => CommandFor(state, row, holdsSlot),
        async (state, decision) =>
        {
            if (_runner.TryLaunch(mailbox, state, decision)) return true;

            // No row was written, so nothing released the reservation either.
            if (decision.Row is null) await ReleaseAsync(row, state).ConfigureAwait(false);
            return false;
        }));

    private Command? CommandFor(ExecutionState state, ExecutionRow row, bool holdsSlot)
    {
        if (state.IsTerminal) return null;
        if (holdsSlot) return new Command.Resume(new BeginArgs(row.State.LeaseEpoch, _options.Owner));
        return Serves(row.State.Queue) ? new Command.Tick() : new Command.MarkUnserved(row.State.LeaseEpoch);
    }

    /// <summary>
    /// Gives a reservation back. Under the mailbox's gate, so that no invocation begins under the same number meanwhile and loses its lease
    /// to it; against other nodes the guard (owner, epoch) keeps it harmless.
    /// </summary>
    private async Task ReleaseAsync(ExecutionRow row, ExecutionState state)
    {
        var heartbeats = await _core.Store.ReadHeartbeatsAsync(row.Key, CancellationToken.None).ConfigureAwait(false);
        var released = new EntryBuilder(state, _core.Facts() with { Heartbeats = heartbeats }).Row() with { LeaseEpoch = row.State.LeaseEpoch };
        await _core.Store.UpdateRowAsync(row.Key, _options.Owner, row.State.LeaseEpoch, released, CancellationToken.None).ConfigureAwait(false);
        if (released is { WakeAt: { } wakeAt, LeaseOwner: null }) TriggerAt(wakeAt);
    }

    private async Task QuarantineAsync(ExecutionRow row, ExecutionUnreadableException error)
    {
        LogQuarantined(_logger, error.Message);
        await _core.Store.UpdateRowAsync(
            row.Key, _options.Owner, row.State.LeaseEpoch,
            row.State with
            {
                Queue = WakeRule.ServiceQueue,
                WakeAt = null,
                LeaseOwner = null,
                Attention = ExecutionAttention.Quarantined,
                AttentionReason = error.Message,
            },
            CancellationToken.None).ConfigureAwait(false);
    }

    [LoggerMessage(EventId = 202, Level = LogLevel.Error, Message = "{Arn} was due but could not be handled; it is tried again when the reservation ends.")]
    private static partial void LogNotHandled(ILogger logger, string arn, Exception error);

    [LoggerMessage(EventId = 203, Level = LogLevel.Error, Message = "Quarantined: {Reason}")]
    private static partial void LogQuarantined(ILogger logger, string reason);
}

/// <summary>Who dispatches, and how patiently.</summary>
internal sealed record DispatcherOptions(string Owner)
{
    /// <summary>Brings the end of an execution to whoever waits for it.</summary>
    public required Func<ExecutionKey, Task> TellCaller { get; init; }

    /// <summary>How often a store that others may change is looked at without any hint.</summary>
    public TimeSpan PollInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The same for a store that nobody else can change.</summary>
    public TimeSpan ExclusivePollInterval { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>How long something is due before this node concludes that nobody serves its function.</summary>
    public TimeSpan UnservedAfter { get; init; } = TimeSpan.FromSeconds(30);
}
