using Microsoft.Extensions.Logging;

namespace Perdure.Engine.Scheduling;

/// <summary>Deletes executions whose retention has expired, in bounded batches so that a purge never holds up a commit for long.</summary>
internal sealed class RetentionLoop(EngineCore core)
    : BackgroundLoop(core.Work, core.Store.Clock, core.Activity, core.Loggers.CreateLogger("Perdure.Engine.Retention"))
{
    private const int Batch = 100;
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    public override async Task<DateTimeOffset?> RunOnceAsync(CancellationToken cancellationToken)
    {
        while (await core.Store.DeleteExpiredAsync(Clock.GetUtcNow(), Batch, cancellationToken).ConfigureAwait(false) == Batch)
            cancellationToken.ThrowIfCancellationRequested();
        return Clock.GetUtcNow() + Interval;
    }
}
