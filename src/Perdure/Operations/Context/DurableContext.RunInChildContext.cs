using Perdure.Operations.Context;

namespace Perdure
{
    public partial interface IDurableContext
    {
        /// <summary>Groups operations into one with its own numbering; once it is done, replay returns its result without running the body.</summary>
        /// <remarks>
        /// Give every concurrent flow of several operations a child context of its own. A result over 262,144 bytes is not stored: replay
        /// rebuilds it by running the body over its recorded operations.
        /// </remarks>
        /// <param name="func">The body. It must use the context it is given, not this one.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="config">Nesting, subtype, error mapping, serializer.</param>
        /// <param name="cancellationToken">Not used by the context itself.</param>
        /// <exception cref="ChildContextException">The body failed.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task<T> RunInChildContextAsync<T>(
            Func<IDurableContext, CancellationToken, Task<T>> func, string? name = null, ChildContextConfig? config = null, CancellationToken cancellationToken = default);

        /// <summary>As the other overload, for a body without a result.</summary>
        /// <exception cref="ChildContextException">The body failed.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task RunInChildContextAsync(
            Func<IDurableContext, CancellationToken, Task> func, string? name = null, ChildContextConfig? config = null, CancellationToken cancellationToken = default);
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task<T> RunInChildContextAsync<T>(
            Func<IDurableContext, CancellationToken, Task<T>> func, string? name = null, ChildContextConfig? config = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(func);
            return RunChild(new ContextBody<T>(func, HasResult: true), name, config);
        }

        public Task RunInChildContextAsync(
            Func<IDurableContext, CancellationToken, Task> func, string? name = null, ChildContextConfig? config = null, CancellationToken cancellationToken = default)
        {
            ArgumentNullException.ThrowIfNull(func);
            return RunChild(
                new ContextBody<object?>(
                    async (child, token) =>
                    {
#pragma warning disable CA2007 // Function code resumes on the pump.
                        await func(child, token);
#pragma warning restore CA2007
                        return null;
                    },
                    HasResult: false),
                name, config);
        }

        public Task<T> RunChild<T>(ContextBody<T> body, string? name, ChildContextConfig? config)
        {
            config ??= ChildContextConfig.Default;
            return Run(new ContextOperation<T>(
                this, Next(OperationTypes.Context, config.SubType ?? OperationSubTypes.RunInChildContext, name, config.Key), body, config));
        }
    }
}
