namespace PriorAuthorization;

/// <summary>Keeps calls under the provider's rate: each waits for its turn, in the order in which they came.</summary>
/// <param name="clock">Measures.</param>
/// <param name="interval">The time between two calls; none: no limit.</param>
internal sealed class ModelPace(TimeProvider clock, TimeSpan interval) : IDisposable
{
    private readonly SemaphoreSlim _first = new(1);
    private DateTimeOffset _next;
    private int _given;

    /// <summary>How many turns were given.</summary>
    public int Given => Volatile.Read(ref _given);

    public async Task WaitForTurnAsync(CancellationToken cancellationToken)
    {
        if (interval <= TimeSpan.Zero) return;
        await _first.WaitAsync(cancellationToken);
        try
        {
            var wait = _next - clock.GetUtcNow();
            if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken);
            _next = clock.GetUtcNow() + interval;
            Interlocked.Increment(ref _given);
        }
        finally
        {
            _first.Release();
        }
    }

    public void Dispose() => _first.Dispose();
}
