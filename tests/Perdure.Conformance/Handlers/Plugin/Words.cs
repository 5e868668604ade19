namespace Perdure.Conformance.Handlers.Plugin;

/// <summary>Facts of hooks in the words of the requirements.</summary>
internal static class Words
{
    public const string None = "NONE";

    public static string Outcome(bool succeeded) => succeeded ? "SUCCEEDED" : "FAILED";

    public static bool IsTerminal(InvocationEndInfo end) => end.Status is InvocationEndStatus.Succeeded or InvocationEndStatus.Failed;

    public static string Iso(DateTimeOffset instant) => instant.ToString("O", System.Globalization.CultureInfo.InvariantCulture);
}
