using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Perdure.Engine.Hosting;

/// <summary>Healthy: the store answers and due work is taken up promptly. Degraded: it waits. Unhealthy: the store does not answer.</summary>
internal sealed class PerdureHealthCheck(PerdureHost host) : IHealthCheck
{
    private static readonly TimeSpan Tolerable = TimeSpan.FromSeconds(30);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            var lag = await host.Node.LagAsync(cancellationToken).ConfigureAwait(false);
            var data = new Dictionary<string, object> { ["lagSeconds"] = lag.TotalSeconds };
            return lag <= Tolerable
                ? HealthCheckResult.Healthy($"Due work waits {lag.TotalSeconds:F1} s.", data)
                : HealthCheckResult.Degraded($"Due work has been waiting for {lag.TotalSeconds:F0} s: all slots are taken, or the node is overloaded.", null, data);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return HealthCheckResult.Unhealthy($"Perdure cannot serve: {error.Message}", error);
        }
    }
}
