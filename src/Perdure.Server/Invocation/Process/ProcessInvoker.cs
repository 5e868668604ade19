using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Server.Invocation.Process;

/// <summary>Calls a function in processes that speak the Lambda Runtime API.</summary>
internal sealed class ProcessInvoker(WorkerCommand command, WorkerLimits limits, bool isDurable) : RemoteInvoker(isDurable)
{
    protected override Task<RemoteAnswer> SendAsync(RemoteInvocation invocation, IServiceProvider services, CancellationToken lost) =>
        services.GetRequiredService<WorkerSupervisor>().PoolOf(command, limits).InvokeAsync(invocation, lost);
}
