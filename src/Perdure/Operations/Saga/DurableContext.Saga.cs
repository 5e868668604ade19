using Perdure.Operations.Context;
using Perdure.Operations.Saga;
using Perdure.Operations.Step;
using Perdure.Protocol;

namespace Perdure
{
    public static partial class OperationSubTypes
    {
        /// <summary>A block whose effects are undone if it does not succeed.</summary>
        public const string Saga = "Saga";

        /// <summary>A step that undoes an effect of a saga.</summary>
        public const string Compensation = "Compensation";

        /// <summary>A step at the end of a saga, whatever became of it.</summary>
        public const string Cleanup = "Cleanup";
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext : ISagaContext
    {
        private const string CompensationSuffix = ":compensate";

        private static readonly StepConfig Persistent = new() { RetryStrategy = RetryStrategy.Default };

        private SagaLog? _saga;

        public Task<T> RunSaga<T>(Func<ISagaContext, CancellationToken, Task<T>> body, string name, SagaConfig config) => RunChild(
            new ContextBody<T>(
                (context, token) =>
                {
                    context._saga = new SagaLog(name);
                    return context._saga.RunAsync(context, body, token);
                },
                HasResult: true),
            name,
            new ChildContextConfig { SubType = OperationSubTypes.Saga, Serializer = config.Serializer, Key = config.Key });

        Task<T> ISagaContext.StepAsync<T>(
            Func<IStepContext, CancellationToken, Task<T>> action,
            Func<SagaOutcome<T>, IStepContext, CancellationToken, Task> compensate,
            string name,
            StepConfig? config,
            StepConfig? compensateConfig)
        {
            ArgumentNullException.ThrowIfNull(action);
            ArgumentNullException.ThrowIfNull(compensate);
            var undo = RequireUndoName(name);
            Saga.RequireUnsettled(name);
            config ??= StepConfig.Default;
            var request = Next(OperationTypes.Step, OperationSubTypes.Step, name, config.Key);
            var step = new StepOperation<T>(this, request, new StepBody<T>(action, HasResult: true), config, CancellationToken.None);

            var settled = step.Settled;

            // An action that is refused has no effect. One that is asked for is registered before its body can begin, which is in no turn of the function:
            // whatever becomes of it, its effect is not forgotten.
            var task = Run(step);
            Saga.Compensate(undo, async shielded =>
            {
#pragma warning disable CA2007 // Function code: it resumes on the pump.
                var (isKnown, result) = await settled;
                var outcome = new SagaOutcome<T>(isKnown, result, OperationIds.IdempotencyKey(Runtime.Arn, request.Id, ""));
                await shielded.Undo((context, token) => compensate(outcome, context, token), undo, OperationSubTypes.Compensation, compensateConfig);
#pragma warning restore CA2007
            });
            return task;
        }

        void ISagaContext.Compensate(string name, Func<IStepContext, CancellationToken, Task> action, StepConfig? config)
        {
            ArgumentNullException.ThrowIfNull(action);
            var undo = RequireUndoName(name);
            RequireTurn(OperationSubTypes.Compensation, name);
            Saga.RequireUnsettled(name);
            Saga.Compensate(undo, shielded => shielded.Undo(action, undo, OperationSubTypes.Compensation, config));
        }

        void ISagaContext.Cleanup(string name, Func<IStepContext, CancellationToken, Task> action, StepConfig? config)
        {
            ArgumentNullException.ThrowIfNull(action);
            ArgumentException.ThrowIfNullOrEmpty(name);
            RequireTurn(OperationSubTypes.Cleanup, name);
            Saga.RequireUnsettled(name);
            RequireName(name);
            Saga.Cleanup(name, shielded => shielded.Undo(action, name, OperationSubTypes.Cleanup, config));
        }

        private SagaLog Saga => _saga ?? throw new InvalidDurableOperationException("This context is not a saga's: use the context that RunSagaAsync gives its body.");

        private Task<object?> Undo(Func<IStepContext, CancellationToken, Task> action, string name, string subType, StepConfig? config)
        {
            config ??= Persistent;
            return Run(new StepOperation<object?>(
                this, Next(OperationTypes.Step, subType, name, config.Key), StepBody.WithoutResult(action), config, CancellationToken.None));
        }

        private static string RequireUndoName(string name)
        {
            ArgumentException.ThrowIfNullOrEmpty(name);
            RequireName(name);
            return name.Length + CompensationSuffix.Length <= PerdureLimits.MaxOperationName ? name + CompensationSuffix : throw new ArgumentException(
                $"name has {name.Length} characters; the compensation is named '{{name}}{CompensationSuffix}', so it has at most {PerdureLimits.MaxOperationName - CompensationSuffix.Length}.", nameof(name));
        }
    }
}
