namespace Perdure;

public static partial class OperationTypes
{
    /// <summary>A pause that the service ends.</summary>
    public const string Wait = "WAIT";
}

public static partial class OperationSubTypes
{
    /// <summary>A plain wait.</summary>
    public const string Wait = "Wait";
}

public sealed partial record Operation
{
    /// <summary>Details of a WAIT.</summary>
    public WaitDetails? WaitDetails { get; init; }
}

public sealed partial record OperationUpdate
{
    /// <summary>Options of a WAIT START.</summary>
    public WaitOptions? WaitOptions { get; init; }
}

public sealed partial record HistoryEvent
{
    /// <summary>A wait began.</summary>
    public WaitStartedDetails? WaitStartedDetails { get; init; }

    /// <summary>A wait ended at its time.</summary>
    public WaitSucceededDetails? WaitSucceededDetails { get; init; }

    /// <summary>A wait was cancelled.</summary>
    public WaitCancelledDetails? WaitCancelledDetails { get; init; }
}

/// <summary>Options of a WAIT START.</summary>
/// <param name="WaitSeconds">Duration in seconds: 1 to 31,622,400.</param>
public sealed record WaitOptions(int WaitSeconds)
{
    /// <summary>When it is to end, in place of the duration; null for none. Perdure's own: the handler's clock may be behind the service's.</summary>
    internal DateTimeOffset? ScheduledEndTimestamp { get; init; }
}

/// <summary>What is specific to a WAIT.</summary>
public sealed record WaitDetails
{
    /// <summary>When it ends.</summary>
    public DateTimeOffset ScheduledEndTimestamp { get; init; }
}

/// <summary>A wait began.</summary>
/// <param name="Duration">Seconds.</param>
/// <param name="ScheduledEndTimestamp">When it ends.</param>
public sealed record WaitStartedDetails(int Duration, DateTimeOffset ScheduledEndTimestamp);

/// <summary>A wait ended at its time.</summary>
/// <param name="Duration">Seconds.</param>
public sealed record WaitSucceededDetails(int Duration);

/// <summary>A wait was cancelled.</summary>
public sealed record WaitCancelledDetails(EventError? Error);
