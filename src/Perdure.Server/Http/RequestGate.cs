using Perdure.Server.Api;
using Perdure.Server.Authentication;

namespace Perdure.Server.Http;

/// <summary>How much a server takes on at once. Whoever comes when it is full is told to come back: nothing queues without a bound.</summary>
/// <param name="mostWorking">Requests that are worked on.</param>
/// <param name="mostWaiting">Requests that only wait.</param>
/// <param name="mostBytes">Bytes of bodies in memory, of both.</param>
internal sealed class RequestGate(int mostWorking, int mostWaiting, long mostBytes)
{
    private readonly Lock _gate = new();
    private int _working;
    private int _waiting;
    private long _bytes;

    /// <exception cref="ApiException">The server is full.</exception>
    public Place Enter()
    {
        lock (_gate)
        {
            if (_working == mostWorking) throw Full("concurrent requests");
            _working++;
        }

        return new Place(this);
    }

    private static ApiException Full(string what) =>
        new(ApiErrors.TooManyRequests, $"The server is at its limit of {what}; nothing was changed. Try again.") { RetryAfterSeconds = 1 };

    /// <summary>What a request takes up, given back when it is answered.</summary>
    internal sealed class Place(RequestGate gate) : IDisposable
    {
        private bool _waits;
        private long _bytes;
        private CallerQuota? _quota;

        /// <summary>From here on it is a request of this caller.</summary>
        /// <exception cref="ApiException">They have as many under way as they may.</exception>
        public void ReserveFor(ApiCaller caller)
        {
            if (caller.Quota is not { } quota || _quota is not null) return;
            if (!quota.TryTake()) throw Full($"concurrent requests of {caller.Name}");
            _quota = quota;
        }

        /// <summary>From here on the request only waits, among others that do: it makes room for one that works.</summary>
        /// <exception cref="ApiException">Too many wait already. Ask before anything is changed.</exception>
        public void ReserveWaiting()
        {
            lock (gate._gate)
            {
                if (gate._waiting == gate.MostWaiting) throw Full("invocations that wait");
                gate._waiting++;
                gate._working--;
                _waits = true;
            }
        }

        /// <summary>More of the body is in memory.</summary>
        /// <exception cref="ApiException">There is no room for it.</exception>
        public void ReserveBytes(int count)
        {
            lock (gate._gate)
            {
                if (gate._bytes + count > gate.MostBytes) throw Full("bytes in memory");
                gate._bytes += count;
                _bytes += count;
            }
        }

        /// <summary>The body is in memory no more.</summary>
        public void ReleaseBytes()
        {
            lock (gate._gate)
            {
                gate._bytes -= _bytes;
                _bytes = 0;
            }
        }

        public void Dispose()
        {
            ReleaseBytes();
            _quota?.Return();
            lock (gate._gate)
            {
                if (_waits) gate._waiting--;
                else gate._working--;
            }
        }
    }

    private int MostWaiting => mostWaiting;

    private long MostBytes => mostBytes;
}
