namespace Perdure.Testing;

/// <summary>A fake external system: remembers every effect that reached it, and which came more than once. Thread-safe.</summary>
/// <remarks>
/// <para>
/// Record an effect in the body of a step, where the real call would be. <see cref="Record"/> stands for a system that cannot tell a
/// repetition (it sends the mail again); <see cref="TryRecord"/> for one that honours idempotency keys. Which of the two your fake uses
/// is what makes <c>VerifyCrashSafetyAsync</c> a proof: it compares the effects of every crash with those of the undisturbed run.
/// </para>
/// <para>A body whose node was killed has no effects any more: both methods throw <see cref="OperationCanceledException"/> there.</para>
/// </remarks>
public sealed class EffectLedger
{
    // The node that the running body belongs to; flows into whatever the body calls.
    private static readonly AsyncLocal<NodeConnection?> Node = new();

    private readonly Lock _gate = new();
    private readonly List<string> _effects = [];

    /// <summary>The keys of all effects, in the order in which they happened; a key is there as often as its effect happened.</summary>
    public IReadOnlyList<string> Effects
    {
        get
        {
            lock (_gate) return [.. _effects];
        }
    }

    /// <summary>The keys of effects that happened more than once, each one once.</summary>
    public IReadOnlyList<string> Duplicates => [.. Effects.GroupBy(static key => key).Where(static group => group.Count() > 1).Select(static group => group.Key)];

    /// <summary>How often the effect of this key happened.</summary>
    public int Count(string key) => Effects.Count(effect => effect == key);

    /// <summary>The effect happens, whether or not it happened before.</summary>
    /// <param name="key">What happens, such as <c>mail to Ada</c>: the same for a repetition.</param>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null or empty.</exception>
    /// <exception cref="OperationCanceledException">The node that runs this body was killed.</exception>
    public void Record(string key)
    {
        Require(key);
        lock (_gate) _effects.Add(key);
    }

    /// <summary>The effect happens unless it did before, as in a system that honours idempotency keys.</summary>
    /// <param name="key">The idempotency key, such as <see cref="IStepContext.IdempotencyKey"/>.</param>
    /// <returns>True when it happened now, false when the key was known.</returns>
    /// <exception cref="ArgumentException"><paramref name="key"/> is null or empty.</exception>
    /// <exception cref="OperationCanceledException">The node that runs this body was killed.</exception>
    public bool TryRecord(string key)
    {
        Require(key);
        lock (_gate)
        {
            if (_effects.Contains(key)) return false;
            _effects.Add(key);
            return true;
        }
    }

    /// <summary>Throws when any effect happened more than once.</summary>
    /// <exception cref="DuplicateEffectException">At least one did.</exception>
    public void EnsureNoDuplicates()
    {
        if (Duplicates is { Count: > 0 } duplicates) throw new DuplicateEffectException(duplicates);
    }

    /// <summary>Forgets everything: another run begins.</summary>
    internal void Clear()
    {
        lock (_gate) _effects.Clear();
    }

    /// <summary>From here on, the calling flow is a body on this node.</summary>
    internal static void EnterBody(NodeConnection node) => Node.Value = node;

    private static void Require(string key)
    {
        ArgumentException.ThrowIfNullOrEmpty(key);
        if (Node.Value is { IsDead: true }) throw new OperationCanceledException("The node that ran this body was killed; a dead process has no effects.");
    }
}

/// <summary>An effect happened more than once.</summary>
public sealed class DuplicateEffectException : Exception
{
    internal DuplicateEffectException(IReadOnlyList<string> keys) : base(
        $"{keys.Count} effect(s) happened more than once: {string.Join(", ", keys)}. Pass IStepContext.IdempotencyKey to a system that honours it, " +
        "or make the step at most once (StepConfig.AtMostOnce).")
    {
        Keys = keys;
    }

    /// <summary>The keys of these effects.</summary>
    public IReadOnlyList<string> Keys { get; }
}
