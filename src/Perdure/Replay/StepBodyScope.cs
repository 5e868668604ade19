namespace Perdure.Replay;

/// <summary>Marks the flow of a step body, so that a durable call made inside one is refused instead of corrupting the numbering.</summary>
internal static class StepBodyScope
{
    private static readonly AsyncLocal<string?> Operation = new();

    /// <summary>Description of the step whose body is running; null outside of bodies.</summary>
    public static string? Current => Operation.Value;

    public static void Enter(string description) => Operation.Value = description;
}
