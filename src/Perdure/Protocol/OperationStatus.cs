namespace Perdure;

/// <summary>Where an operation stands.</summary>
public enum OperationStatus
{
    /// <summary>Recorded and open.</summary>
    Started,

    /// <summary>An attempt ended; the next one waits for its time.</summary>
    Pending,

    /// <summary>The time for the next attempt has come.</summary>
    Ready,

    /// <summary>Ended with a result.</summary>
    Succeeded,

    /// <summary>Ended with an error.</summary>
    Failed,

    /// <summary>Ended because it was no longer wanted.</summary>
    Cancelled,

    /// <summary>Ended because its time ran out.</summary>
    TimedOut,

    /// <summary>Ended from outside.</summary>
    Stopped,
}
