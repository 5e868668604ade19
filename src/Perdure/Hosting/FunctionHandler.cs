using Perdure.PayloadStores;
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
    /// <remarks>With a payload store, references are resolved before the function's side sees them, and its result is stored before it is recorded.</remarks>
    internal async Task<InvocationOutcome> InvokeAsync(
        DurableExecutionInvocationInput input, InvocationEnvironment environment, IServiceProvider services)
    {
        PayloadPreview? preview = null;
        if (environment.Payloads is not { } payloads) return await InvocationRuntime.RunAsync(input, RunFunction, environment).ConfigureAwait(false);

        var executionId = ArnParts.ExecutionId(input.DurableExecutionArn);
        var service = new OffloadingService(environment.Service, payloads, executionId, environment.Work);
        var resolved = new DurableExecutionInvocationInput
        {
            DurableExecutionArn = input.DurableExecutionArn,
            CheckpointToken = input.CheckpointToken,
            InitialExecutionState = await service.ResolveAsync(input.InitialExecutionState, CancellationToken.None).ConfigureAwait(false),
            UpdatedOperationIds = input.UpdatedOperationIds,
        };
        var outcome = await InvocationRuntime.RunAsync(resolved, RunFunction, environment with { Service = service }).ConfigureAwait(false);
        return outcome is InvocationOutcome.Succeeded { Result: { } text } && (preview is not null || payloads.IsStored(text))
            ? await StoreAsync(text).ConfigureAwait(false)
            : outcome;

        async Task<string?> RunFunction(DurableContext context, string? payload)
        {
#pragma warning disable CA2007 // Function code resumes on the pump.
            var output = await RunAsync(context, payload, environment, services);
#pragma warning restore CA2007
            preview = output.Preview;
            return output.Text;
        }

        async Task<InvocationOutcome> StoreAsync(string text)
        {
            var size = StrictText.ByteCount(text);
            return size > payloads.MaxPayloadBytes
                ? new InvocationOutcome.Failed(ErrorObject.FromException(new DurableSerializationException(
                    $"The function's result is {size:N0} bytes; at most {payloads.MaxPayloadBytes:N0} are allowed. Store it elsewhere and return a reference. [PDR0305]")))
                : new InvocationOutcome.Succeeded(
                    await payloads.StoreAsync(text, preview?.Json, PayloadOwner.Execution(executionId), CancellationToken.None).ConfigureAwait(false));
        }
    }

    /// <summary>The function's code, from its first turn. Runs on the pump.</summary>
    private protected abstract Task<Payload> RunAsync(
        DurableContext context, string? payload, InvocationEnvironment environment, IServiceProvider services);
}

/// <summary>A function of known types: its input is read before it is called, and its output written after.</summary>
internal abstract class TypedHandler<TInput, TOutput> : FunctionHandler
{
    internal sealed override Type InputType => typeof(TInput);

    internal sealed override Type OutputType => typeof(TOutput);

    private protected sealed override async Task<Payload> RunAsync(
        DurableContext context, string? payload, InvocationEnvironment environment, IServiceProvider services)
    {
        var input = ReadInput(environment.Serializer, payload, context);
#pragma warning disable CA2007 // Function code resumes on the pump.
        return WriteOutput(environment, await CallAsync(input, context, services), context);
#pragma warning restore CA2007
    }

    private protected abstract Task<TOutput> CallAsync(TInput input, DurableContext context, IServiceProvider services);

    private static TInput ReadInput(IDurableSerializer serializer, string? payload, DurableContext context)
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

    private static Payload WriteOutput(InvocationEnvironment environment, TOutput output, DurableContext context)
    {
        try
        {
            var text = environment.Serializer.Serialize(output, Entity(context));
            StrictText.ByteCount(text);
            return new Payload(text, environment.Payloads?.Describe(environment.Serializer, output, text));
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

internal sealed class ClassHandler<TInput, TOutput>(Func<IServiceProvider, IDurableFunction> create) : TypedHandler<TInput, TOutput>
{
    private protected override Task<TOutput> CallAsync(TInput input, DurableContext context, IServiceProvider services) =>
        ((IDurableFunction<TInput, TOutput>)create(services)).RunAsync(input, context); // the interface made this handler for itself
}

internal sealed class DelegateHandler<TInput, TOutput>(Func<TInput, IDurableContext, Task<TOutput>> function) : TypedHandler<TInput, TOutput>
{
    private protected override Task<TOutput> CallAsync(TInput input, DurableContext context, IServiceProvider services) => function(input, context);
}
