using Perdure.Operations.Wait;
using Perdure.Protocol;

namespace Perdure
{
    public partial interface IDurableContext
    {
        /// <summary>Pauses for a duration, without holding a process: nothing of the function is in memory meanwhile.</summary>
        /// <param name="duration">1 second to 366 days (31,622,400 s); fractions of a second are rounded up.</param>
        /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
        /// <param name="cancellationToken">Not used: a recorded wait ends by itself.</param>
        /// <exception cref="ArgumentOutOfRangeException">The duration is out of range; nothing was recorded.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        Task WaitAsync(TimeSpan duration, string? name = null, CancellationToken cancellationToken = default);
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public Task WaitAsync(TimeSpan duration, string? name = null, CancellationToken cancellationToken = default)
        {
            Durations.Require(duration, nameof(duration), "An execution lives at most 366 days, its waits included.");
            return StartWait(new WaitOptions(Durations.WholeSeconds(duration)), name).Task;
        }

        /// <summary>A wait until an instant by the service's clock, which the function's own may be behind; it can be cancelled.</summary>
        /// <remarks>One is enough: no execution lives longer than the longest wait. To a service that knows no instants, what is left by the function's clock is told.</remarks>
        public WaitOperation StartWaitUntil(DateTimeOffset when, string? name) => StartWait(
            new WaitOptions(Durations.WholeSeconds(when - TimeProvider.GetUtcNow())) { ScheduledEndTimestamp = when }, name);

        private WaitOperation StartWait(WaitOptions options, string? name)
        {
            var wait = new WaitOperation(this, Next(OperationTypes.Wait, OperationSubTypes.Wait, name, key: null), options);
            Run(wait);
            return wait;
        }
    }
}
