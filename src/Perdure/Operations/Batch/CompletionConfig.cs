namespace Perdure;

/// <summary>When a map or parallel is over before all its items are.</summary>
/// <remarks>With nothing set, the first failure ends it. With only <see cref="MinSuccessful"/> set, failures do not.</remarks>
public sealed class CompletionConfig
{
    /// <summary>Over as soon as this many items succeeded; at least 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Less than 1.</exception>
    public int? MinSuccessful
    {
        get;
        init
        {
            if (value is < 1) throw new ArgumentOutOfRangeException(nameof(MinSuccessful), value, $"MinSuccessful is {value}; it must be at least 1.");
            field = value;
        }
    }

    /// <summary>Over as soon as more than this many items failed; 0 or more.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Negative.</exception>
    public int? ToleratedFailureCount
    {
        get;
        init
        {
            if (value is < 0) throw new ArgumentOutOfRangeException(nameof(ToleratedFailureCount), value, $"ToleratedFailureCount is {value}; it must be 0 or more.");
            field = value;
        }
    }

    /// <summary>Over as soon as more than this share of all items failed: a fraction from 0.0 to 1.0, where other SDKs write 0 to 100.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Not from 0.0 to 1.0.</exception>
    public double? ToleratedFailurePercentage
    {
        get;
        init
        {
            if (value is not null and not (>= 0 and <= 1))
            {
                throw new ArgumentOutOfRangeException(
                    nameof(ToleratedFailurePercentage), value, $"ToleratedFailurePercentage is {value}; it is a fraction from 0.0 to 1.0 (25 % is 0.25).");
            }

            field = value;
        }
    }

    internal Func<BatchProgress, BatchDecision>? Rule { get; private init; }

    /// <summary>The first failure ends it.</summary>
    public static CompletionConfig AllSuccessful() => new() { ToleratedFailureCount = 0 };

    /// <summary>Every item runs, whatever fails.</summary>
    public static CompletionConfig AllCompleted() => new() { ToleratedFailureCount = int.MaxValue };

    /// <summary>The first success ends it.</summary>
    public static CompletionConfig FirstSuccessful() => new() { MinSuccessful = 1 };

    /// <summary>A rule of your own, asked after each item. It must depend on its argument alone: replay asks it again.</summary>
    /// <exception cref="ArgumentNullException"><paramref name="rule"/> is null.</exception>
    public static CompletionConfig When(Func<BatchProgress, BatchDecision> rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        return new CompletionConfig { Rule = rule };
    }
}

/// <summary>How far a map or parallel is.</summary>
/// <param name="TotalCount">All items, started or not.</param>
/// <param name="SuccessCount">Items that succeeded.</param>
/// <param name="FailureCount">Items that failed.</param>
public readonly record struct BatchProgress(int TotalCount, int SuccessCount, int FailureCount)
{
    /// <summary>Items that have ended.</summary>
    public int CompletedCount => SuccessCount + FailureCount;
}

/// <summary>What a completion rule decides.</summary>
public enum BatchDecision
{
    /// <summary>Go on.</summary>
    Continue,

    /// <summary>It is over, and well.</summary>
    Succeed,

    /// <summary>It is over, and has failed.</summary>
    Fail,
}

/// <summary>Why a map or parallel is over.</summary>
public enum CompletionReason
{
    /// <summary>Every item has ended.</summary>
    AllCompleted,

    /// <summary>Enough items succeeded.</summary>
    MinSuccessfulReached,

    /// <summary>Too many items failed.</summary>
    FailureToleranceExceeded,

    /// <summary>A rule of the author's own ended it well.</summary>
    CustomCompletionSucceeded,

    /// <summary>A rule of the author's own ended it as failed.</summary>
    CustomCompletionFailed,
}
