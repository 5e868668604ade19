namespace Perdure.Server;

/// <summary>What a caller may do. Combine them.</summary>
[Flags]
public enum ApiRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>See executions, histories and functions. Callback ids are among what is seen, but answering them is a right of its own.</summary>
    Read = 1,

    /// <summary>Invoke functions.</summary>
    Invoke = 2,

    /// <summary>Answer callbacks.</summary>
    Callback = 4,

    /// <summary>Run functions: read and record the state of executions, with their tokens.</summary>
    Execute = 8,

    /// <summary>Stop, pause, resume and delete executions.</summary>
    Operate = 16,

    /// <summary>Register and change functions.</summary>
    Configure = 32,

    /// <summary>Everything.</summary>
    All = Read | Invoke | Callback | Execute | Operate | Configure,
}
