using Microsoft.Extensions.DependencyInjection;
using Perdure.Hosting;
using Perdure.Replay;

namespace Perdure.Engine.Invocation;

/// <summary>Calls a function of this process: no envelope JSON, no HTTP, a scope of services per invocation.</summary>
internal sealed class InProcessInvoker(FunctionHandler handler) : IFunctionInvoker
{
    public async Task<InvocationOutcome> InvokeAsync(DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services)
    {
        var scope = services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        return await handler.InvokeAsync(input, environment, scope.ServiceProvider).ConfigureAwait(false);
    }

    public void RequireServable(string function, IDurableSerializer serializer)
    {
        if (serializer is not JsonDurableSerializer json) return; // what others can write is known only by trying
        RequireKnown(json, function, "input", handler.InputType);
        RequireKnown(json, function, "output", handler.OutputType);
    }

    private static void RequireKnown(JsonDurableSerializer json, string function, string what, Type type)
    {
        if (!json.Knows(type)) throw new InvalidOperationException($"The {what} of function '{function}' cannot be written: {JsonDurableSerializer.Unknown(type)}");
    }
}
