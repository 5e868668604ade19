using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Hosting;

/// <summary>How a host calls a function. Made by the library; not for implementing.</summary>
public abstract class FunctionHandler
{
    private protected FunctionHandler()
    {
    }

    internal abstract Type InputType { get; }

    internal abstract Type OutputType { get; }

    /// <summary>Runs one invocation to its end.</summary>
    internal Task<InvocationOutcome> InvokeAsync(
        DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services) =>
        InvocationRuntime.RunAsync(input, (context, payload) => RunAsync(context, payload, environment.Serializer, services), environment);

    /// <summary>The function's code, from its first turn. Runs on the pump.</summary>
    private protected abstract Task<string?> RunAsync(
        DurableContext context, string? payload, IDurableSerializer serializer, IServiceProvider services);

    private protected static TInput ReadInput<TInput>(IDurableSerializer serializer, string? payload, DurableContext context)
    {
        try
        {
            return payload is null ? default! : serializer.Deserialize<TInput>(payload, Entity(context)); // no input is null, or a default
        }
        catch (Exception error)
        {
            throw new DurableSerializationException(
                $"The input of {context.Runtime.Arn} could not be read as {typeof(TInput)}: {error.Message} Start it with an input of that shape. [PDR0205]", error);
        }
    }

    private protected static string? WriteOutput<TOutput>(IDurableSerializer serializer, TOutput output, DurableContext context)
    {
        try
        {
            var payload = serializer.Serialize(output, Entity(context));
            StrictText.ByteCount(payload);
            return payload;
        }
        catch (Exception error)
        {
            throw new DurableSerializationException(
                $"The result of {context.Runtime.Arn}, a {typeof(TOutput)}, could not be serialized: {error.Message} Return a type that the serializer can write. [PDR0206]", error);
        }
    }

    private static DurableSerializationContext Entity(DurableContext context) =>
        new(context.Runtime.History.Execution.Id, context.Runtime.Arn);
}

#pragma warning disable CA2007 // Function code resumes on the pump.

internal sealed class ClassHandler<TInput, TOutput>(Func<IServiceProvider, IDurableFunction> create) : FunctionHandler
{
    internal override Type InputType => typeof(TInput);

    internal override Type OutputType => typeof(TOutput);

    private protected override async Task<string?> RunAsync(
        DurableContext context, string? payload, IDurableSerializer serializer, IServiceProvider services)
    {
        var input = ReadInput<TInput>(serializer, payload, context);
        var function = (IDurableFunction<TInput, TOutput>)create(services); // the interface made this handler for itself
        return WriteOutput(serializer, await function.RunAsync(input, context), context);
    }
}

internal sealed class DelegateHandler<TInput, TOutput>(Func<TInput, IDurableContext, Task<TOutput>> function) : FunctionHandler
{
    internal override Type InputType => typeof(TInput);

    internal override Type OutputType => typeof(TOutput);

    private protected override async Task<string?> RunAsync(
        DurableContext context, string? payload, IDurableSerializer serializer, IServiceProvider services)
    {
        var input = ReadInput<TInput>(serializer, payload, context);
        return WriteOutput(serializer, await function(input, context), context);
    }
}
