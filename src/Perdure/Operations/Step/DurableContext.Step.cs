using Perdure.Operations.Step;

namespace Perdure
{
    public partial interface IDurableContext
    {
        /// <summary>Runs a body once and records its result: replay returns the record and does not run the body again.</summary>
        /// <remarks>
        /// <para>
        /// Default guarantee: at least once per attempt. A crash between the body's effect and its record runs the body again in the
        /// same attempt; give external systems <see cref="IStepContext.IdempotencyKey"/>. With
        /// <see cref="StepSemantics.AtMostOncePerRetry"/> a body runs at most once per attempt.
        /// </para>
        /// <para>
        /// Without a strategy a step is tried again as the host says; unless that was changed, up to 6 attempts (delays of 5 s, doubling, at most 60 s,
        /// full jitter). The result, at most 262,144 bytes when serialized, is what the serializer read back, on the first run too.
        /// </para>
        /// </remarks>
        /// <param name="func">The body. It gets its own context and must not use this one.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Retry, semantics, serializer.</param>
        /// <param name="cancellationToken">Passed on to the body.</param>
        /// <exception cref="StepException">The step failed and is not retried (any more).</exception>
        /// <exception cref="StepInterruptedException">An at-most-once body was cut off, and the strategy does not retry that.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<T> StepAsync<T>(
            Func<IStepContext, CancellationToken, Task<T>> func, string? name = null, StepConfig? config = null, CancellationToken cancellationToken = default);

        /// <summary>As the other overload, for a body without a result.</summary>
        /// <exception cref="StepException">The step failed and is not retried (any more).</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task StepAsync(
            Func<IStepContext, CancellationToken, Task> func, string? name = null, StepConfig? config = null, CancellationToken cancellationToken = default);
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<T> StepAsync<T>(
            Func<IStepContext, CancellationToken, Task<T>> func, string? name = null, StepConfig? config = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(func);
            return Step(new StepBody<T>(func, HasResult: true), name, config, cancellationToken);
        }

        public Task StepAsync(
            Func<IStepContext, CancellationToken, Task> func, string? name = null, StepConfig? config = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(func);
            return Step(StepBody.WithoutResult(func), name, config, cancellationToken);
        }

        private Task<T> Step<T>(StepBody<T> body, string? name, StepConfig? config, CancellationToken cancellationToken)
        {
            config ??= StepConfig.Default;
            return Run(new StepOperation<T>(this, Next(OperationTypes.Step, OperationSubTypes.Step, name, config.Key), body, config, cancellationToken));
        }
    }
}
