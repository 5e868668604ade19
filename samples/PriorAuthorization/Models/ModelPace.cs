namespace PriorAuthorization;

/// <summary>Keeps calls under the provider's rate: each waits for its turn, in the order in which they came.</summary>
/// <param name="clock">Measures.</param>
/// <param name="interval">The time between two calls; none: no limit.</param>
internal sealed class ModelPace(TimeProvider clock, TimeSpan interval)
{
    private readonly Lock _gate = new();
    private DateTimeOffset _next;

    public async Task WaitForTurnAsync(CancellationToken cancellationToken)
    {
        TimeSpan wait;
        lock (_gate)
        {
            var now = clock.GetUtcNow();
            var turn = _next > now ? _next : now;
            _next = turn + interval;
            wait = turn - now;
        }

        if (wait > TimeSpan.Zero) await Task.Delay(wait, clock, cancellationToken);
    }
}
