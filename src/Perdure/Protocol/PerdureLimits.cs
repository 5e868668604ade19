namespace Perdure.Protocol;

/// <summary>Limits that come from the wire protocol. Configurable quotas live in the engine's options instead.</summary>
internal static class PerdureLimits
{
    public const int MaxExecutionName = 64;
    public const int MaxOperationName = 256;
    public const int MaxKey = 256;
    public const int MaxInvokedName = 256;
    public const int MaxDurationSeconds = 31_622_400;

    /// <summary>Longest run of a Lambda function: of one invocation, of a plain function, of a call that waits for its answer.</summary>
    public const int MaxInvocationSeconds = 900;

    /// <summary>Largest step result, and the size above which a context's result is rebuilt by replaying its children.</summary>
    public const int InlinePayloadBytes = 262_144;

    /// <summary>Largest payload of any other update: the input of a called function, the answer of a callback.</summary>
    public const int MaxPayloadBytes = 1_048_576;

    /// <summary>An error is smaller than this, as it is serialized.</summary>
    public const int MaxErrorBytes = 1_048_576;

    /// <summary>Largest progress of a step's heartbeat.</summary>
    public const int MaxProgressBytes = 65_536;

    public const int MaxBatchUpdates = 200;
    public const int MaxBatchBytes = 750_000;
}
