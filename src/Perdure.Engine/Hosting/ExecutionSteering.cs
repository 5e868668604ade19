using Perdure.Engine.Executions;
using Perdure.Operations.Execution;
using Perdure.Protocol;
using Perdure.Storage;

namespace Perdure.Engine.Hosting;

/// <summary>What operators do to executions. Each is one command; what does not apply changes nothing and says so.</summary>
internal sealed class ExecutionSteering(EngineNode node)
{
    private const int LongestReason = 1024;

    public Task<DateTimeOffset> StopAsync(ExecutionKey key, ErrorObject? error)
    {
        error ??= new ErrorObject { ErrorMessage = "Execution stopped by user request" };
        node.Core.Rules.RequireFits(error);
        return node.Core.Mailboxes.UseAsync(key, mailbox => mailbox.ApplyAsync(
            (state, payloads) => state.IsTerminal ? null : new Command.Stop(payloads.Record(error)),
            static (state, _) => state.Execution.EndedAt ?? state.LastAt));
    }

    public Task<bool> CancelAsync(ExecutionKey key, string reason) =>
        SteerAsync(key, static state => !ExecutionKind.IsCancelRequested(state.Execution), begin => new Command.Cancel(reason, begin));

    public Task<bool> PauseAsync(ExecutionKey key, string reason, bool pausesTimeout) =>
        SteerAsync(key, static state => ExecutionKind.PauseOf(state.Execution) is null, _ => new Command.Pause(reason, pausesTimeout));

    public Task<bool> ResumeAsync(ExecutionKey key, string reason) =>
        SteerAsync(key, static state => ExecutionKind.PauseOf(state.Execution) is not null, begin => new Command.Unpause(reason, begin));

    private Task<bool> SteerAsync(ExecutionKey key, Func<ExecutionState, bool> applies, Func<BeginArgs?, Command> command)
    {
        var applied = false;
        return node.Core.Mailboxes.UseAsync(key, mailbox => node.ApplyAndLaunchAsync(
            mailbox,
            (state, _, begin) =>
            {
                applied = !state.IsTerminal && applies(state);
                return applied ? command(begin) : null;
            },
            _ => applied));
    }

    public async Task DeleteAsync(ExecutionKey key)
    {
        await node.Core.Mailboxes.UseAsync(key, mailbox => mailbox.ApplyAsync(
            static (state, _) => (state.IsTerminal, state.Control.OwesCaller) switch
            {
                (false, _) => throw new ExecutionNotOverException($"{state.Arn} is {state.Status}; only an execution that is over can be deleted. Stop it first."),
                (_, true) => throw new ExecutionNotOverException($"{state.Arn} is over, but the execution that called it has not been told yet; try again."),
                _ => state.Control.DeletedAt is null ? new Command.Delete() : null,
            },
            static (_, _) => true)).ConfigureAwait(false);
        node.PurgeNow();
    }

    public async Task<bool> UnparkAsync(ExecutionKey key) =>
        await node.ClearAttentionAsync(key, ExecutionAttention.Parked).ConfigureAwait(false)
        || await node.ClearAttentionAsync(key, ExecutionAttention.Mismatched).ConfigureAwait(false);

    /// <exception cref="ArgumentException">The reason is too long or no valid text.</exception>
    public static string RequireReason(string? reason)
    {
        if (reason?.Length > LongestReason) throw new ArgumentException($"reason has {reason.Length} characters; at most {LongestReason} are allowed.", nameof(reason));
        StrictText.ByteCount(reason ?? "");
        return reason ?? "";
    }
}
