using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>How much a server takes on at once. Whoever comes when it is full is told to come back: nothing queues without a bound.</summary>
internal sealed class RequestGate(int mostWorking, int mostWaiting)
{
    private int _working;
    private int _waiting;

    /// <summary>Requests that are being worked on.</summary>
    public int Working => Volatile.Read(ref _working);

    /// <exception cref="ApiException">The server is full.</exception>
    public Place Enter()
    {
        Take(ref _working, mostWorking);
        return new Place(this);
    }

    private static void Take(ref int count, int most)
    {
        if (Interlocked.Increment(ref count) <= most) return;
        Interlocked.Decrement(ref count);
        throw new ApiException(ApiErrors.TooManyRequests, "The server is at its limit of concurrent requests; nothing was changed. Try again.") { RetryAfterSeconds = 1 };
    }

    /// <summary>A request's place, given back when it is answered.</summary>
    internal sealed class Place(RequestGate gate) : IDisposable
    {
        private bool _waits;

        /// <summary>From here on the request only waits, among others that do: it makes room for one that works.</summary>
        /// <exception cref="ApiException">Too many wait already. Ask before anything is changed.</exception>
        public void ReserveWaiting()
        {
            Take(ref gate._waiting, gate.MostWaiting);
            _waits = true;
            Interlocked.Decrement(ref gate._working);
        }

        public void Dispose()
        {
            if (_waits) Interlocked.Decrement(ref gate._waiting);
            else Interlocked.Decrement(ref gate._working);
        }
    }

    private int MostWaiting => mostWaiting;
}
