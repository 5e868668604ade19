using Microsoft.Extensions.Logging;
using Perdure.Engine.Executions;
using Perdure.Storage;

namespace Perdure.Engine.Scheduling;

/// <summary>Deletes executions whose retention has expired, in bounded batches so that a purge never holds up a commit for long.</summary>
internal sealed class RetentionLoop(EngineCore core)
    : BackgroundLoop(core.Work, core.Store.Clock, core.Activity, core.Loggers.CreateLogger("Perdure.Engine.Retention"))
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public override async Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ExecutionKey> expired;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            var now = Clock.GetUtcNow();
            expired = await core.Store.ListExpiredAsync(now, Batch, cancellationToken).ConfigureAwait(false);

            // Stored values first: once the execution is gone, nobody knows that they were its.
            if (core.Payloads is { } payloads)
            {
                foreach (var key in expired) await payloads.DeleteExecutionAsync(ExecutionArn.IdOf(key), cancellationToken).ConfigureAwait(false);
            }

            if (expired.Count > 0) await core.Store.DeleteExpiredAsync(expired, now, cancellationToken).ConfigureAwait(false);
        }
        while (expired.Count == Batch);
        return Clock.GetUtcNow() + Interval;
    }
}
