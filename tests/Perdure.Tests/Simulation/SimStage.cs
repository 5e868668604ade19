namespace Perdure.Tests.Simulation;

/// <summary>Where a random function runs, and the book of effects that its sagas have to answer for.</summary>
/// <param name="world">The simulated world; null on real threads.</param>
internal sealed class SimStage(SimWorld? world)
{
    public SimWorld? World => world;

    public SimLedger Ledger { get; } = new();

    /// <summary>A body ran.</summary>
    public void Note(string operation, int attempt, bool atMostOnce) =>
        world?.Effects.Add(new SimEffect(operation, attempt, atMostOnce, world.Kills));

    /// <summary>Lets a body give way, as real work would.</summary>
    public async Task PauseAsync()
    {
        if (world is null)
        {
            await Task.Yield();
            return;
        }

        var work = world.Work;
        for (var i = world.Random.Next(3); i > 0; i--) await work.YieldAsync();
    }
}

/// <summary>What sagas really did to the world, whatever is recorded of it: the book survives crashes.</summary>
internal sealed class SimLedger
{
    private readonly Lock _gate = new();
    private readonly List<SagaEffect> _effects = [];

    public void Did(string saga, string action) => Add(new SagaEffect(saga, action, SagaDeed.Did));

    public void Undid(string saga, string action) => Add(new SagaEffect(saga, action, SagaDeed.Undid));

    public IReadOnlyList<SagaEffect> Effects
    {
        get
        {
            lock (_gate) return [.. _effects];
        }
    }

    private void Add(SagaEffect effect)
    {
        lock (_gate) _effects.Add(effect);
    }
}

internal enum SagaDeed
{
    Did,
    Undid,
}

/// <summary>One effect of one saga. Both keys are identities of recorded operations.</summary>
internal readonly record struct SagaEffect(string Saga, string Action, SagaDeed Deed);
