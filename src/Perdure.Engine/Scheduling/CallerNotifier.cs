using Perdure.Engine.Executions;
using Perdure.Operations;
using Perdure.Operations.Execution;
using Perdure.PayloadStores;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Scheduling;

/// <summary>Brings the end of an execution to the operation that waits for it: recorded there first, then cleared here. Again is a no-op.</summary>
internal sealed class CallerNotifier(EngineNode node)
{
    public async Task TellAsync(ExecutionKey key)
    {
        var end = await node.Core.Mailboxes.UseAsync(key, mailbox => mailbox.ReadAsync(ReadEndAsync)).ConfigureAwait(false);
        if (end is null) return;
        try
        {
            var callerKey = new ExecutionKey(end.Caller.ExecutionKey);
            await node.Core.Mailboxes.UseAsync(callerKey, mailbox => node.ApplyAndLaunchAsync(
                mailbox,
                (state, payloads, begin) => CommandFor(state, payloads, begin, end),
                static _ => true)).ConfigureAwait(false);
        }
        catch (Exception gone) when (gone is CallbackClosedException or ExecutionNotFoundException)
        {
            // The caller ended first, or was told before and we were not: either way nobody waits any more.
        }

        catch (ExecutionUnreadableException unreadable)
        {
            // It is the caller that cannot be read. This execution is well, and still owes: it is tried again when the reservation ends.
            throw new InvalidOperationException($"The caller of {ExecutionArn.IdOf(key)} cannot be told of its end: {unreadable.Message}", unreadable);
        }

        await node.Core.Mailboxes.UseAsync(key, mailbox => mailbox.ApplyAsync(
            static (state, _) => state.Control.OwesCaller ? new Command.CallerTold() : null, static (_, _) => true)).ConfigureAwait(false);
    }

    private async Task<ExecutionEnd?> ReadEndAsync(ExecutionState state)
    {
        var execution = state.Execution;
        var key = state.Identity.Key;
        var settings = ExecutionKind.SettingsOf(execution);
        if (!state.IsTerminal || !state.Control.OwesCaller || settings.Caller is not { } caller) return null;
        var payloads = new JournalPayloads();
        await payloads.FetchAsync(node.Core.Store, key, [execution], CancellationToken.None).ConfigureAwait(false);
        var result = execution.Status == OperationStatus.Succeeded ? payloads.Text(execution.Result) : null;
        return new ExecutionEnd(caller, execution.Status, await OwnedByCallerAsync(result, key, caller).ConfigureAwait(false), payloads.Error(execution.Error), settings.TimeoutSeconds);
    }

    /// <summary>A stored result becomes the caller's own, so that it is there for as long as the caller.</summary>
    private async Task<string?> OwnedByCallerAsync(string? result, ExecutionKey key, ExecutionCaller caller) => result is null || node.Core.Payloads is not { } stored
        ? result
        : await stored.HandOverAsync(
            result,
            PayloadOwner.Execution(ExecutionArn.IdOf(key)),
            new PayloadOwner(ExecutionArn.IdOf(new ExecutionKey(caller.ExecutionKey)), caller.OperationId),
            CancellationToken.None).ConfigureAwait(false);

    private Command? CommandFor(ExecutionState caller, PayloadWriter payloads, BeginArgs? begin, ExecutionEnd end)
    {
        if (caller.IsTerminal || caller.Find(end.Caller.OperationId) is not { IsOpen: true }) return null;
        if (end.Result is { } result && StrictText.ByteCount(result) is var size && size > node.Core.Rules.MaxPayloadBytes)
        {
            return new Command.Complete(end.Caller.OperationId, OperationStatus.Failed, null, payloads.Record(TooLarge(size)), begin);
        }

        return new Command.Complete(end.Caller.OperationId, end.Status, payloads.Add(end.Result), payloads.Add(end.Error), begin) { TimeoutSeconds = end.TimeoutSeconds };
    }

    private ErrorObject TooLarge(int size) => new()
    {
        ErrorType = "ChainedInvoke.ResultTooLarge",
        ErrorMessage = $"The called function's result is {size:N0} bytes; a call returns at most {node.Core.Rules.MaxPayloadBytes:N0}. Return a reference, or use a payload store. [PDR0305]",
    };

    private sealed record ExecutionEnd(ExecutionCaller Caller, OperationStatus Status, string? Result, ErrorObject? Error, int TimeoutSeconds);
}
