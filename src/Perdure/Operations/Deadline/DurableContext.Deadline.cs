using Perdure.Operations.Context;
using Perdure.Operations.Deadline;
using Perdure.Replay;

namespace Perdure
{
    public static partial class OperationSubTypes
    {
        /// <summary>A block with a deadline: holds the wait for it, and the block's code.</summary>
        public const string Deadline = "Deadline";

        /// <summary>The code of a block with a deadline.</summary>
        public const string DeadlineBody = "DeadlineBody";
    }

    /// <summary>How a block with a deadline behaves.</summary>
    public sealed class DeadlineConfig
    {
        internal static readonly DeadlineConfig Default = new();

        /// <summary>Writes and reads the block's result. Null: the host's serializer.</summary>
        public IDurableSerializer? Serializer { get; init; }

        /// <summary>Names the block instead of its position, so that operations side by side with it can be added or change places while executions run. Null: its position.</summary>
        /// <remarks>1 to 256 characters, unique in its context. Adding, removing or changing a key is a change of the code's shape.</remarks>
        public string? Key { get; init; }
    }

    /// <summary>Blocks with a business deadline.</summary>
    public static class DurableDeadlineExtensions
    {
        /// <summary>Runs a block that must be done by an instant: when it passes first, forward work stops and the block throws.</summary>
        /// <remarks>
        /// <para>
        /// At the deadline the block's token fires, what its code awaits throws <see cref="DeadlineExceededException"/>, and so does whatever it asks
        /// for next. Bodies that run get their tokens fired; the block does not wait for them, and what they come to is not recorded, unless they are
        /// actions of a saga, which are waited for and undone. Compensations and cleanups of sagas inside run to their end before the block throws.
        /// </para>
        /// <para>
        /// Which came first, the block's end or the deadline, is recorded: no replay decides it again. When the deadline has passed on entry, by the
        /// function's clock, the block does not start; the deadline itself passes by the service's clock.
        /// </para>
        /// </remarks>
        /// <param name="context">The context.</param>
        /// <param name="deadline">The instant. Compute it from recorded values or from <see cref="IDurableContext.TimeProvider"/>, never from the wall clock.</param>
        /// <param name="body">The block; it must use the context it is given.</param>
        /// <param name="name">1 to 240 printable ASCII characters; inside, <c>{name}-deadline</c> is the wait and <c>{name}-body</c> the code.</param>
        /// <param name="config">Serializer and key.</param>
        /// <exception cref="DeadlineExceededException">The deadline passed first.</exception>
        /// <exception cref="ChildContextException">The block failed.</exception>
        /// <exception cref="SagaCompensationException">The deadline passed, and a compensation failed.</exception>
        /// <exception cref="ExecutionCancelledException">The execution is being cancelled.</exception>
        /// <exception cref="ArgumentException">The context is not one of a running function, or the name or the key is not valid.</exception>
        public static Task<T> WithDeadlineAsync<T>(
            this IDurableContext context,
            DateTimeOffset deadline,
            Func<IDurableContext, CancellationToken, Task<T>> body,
            string name,
            DeadlineConfig? config = null)
        {
            ArgumentNullException.ThrowIfNull(body);
            ArgumentException.ThrowIfNullOrEmpty(name);
            return DurableContext.Of(context).WithDeadline(new DeadlineBlock<T>(deadline, body, name), config ?? DeadlineConfig.Default);
        }
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<T> WithDeadline<T>(DeadlineBlock<T> block, DeadlineConfig config) => RunChild(
            new ContextBody<T>((context, _) => block.RunAsync(context), HasResult: true),
            block.Name,
            new ChildContextConfig { SubType = OperationSubTypes.Deadline, Serializer = config.Serializer, Key = config.Key });
    }
}
