using System.Text.Json;
using Perdure.Conformance.Matching;
using Perdure.Conformance.Requirements;

namespace Perdure.Conformance.Running;

/// <summary>What became of one requirement.</summary>
/// <param name="Requirement">The requirement.</param>
/// <param name="Problem">Why it does not hold; null when it does.</param>
internal sealed record Verdict(Requirement Requirement, Problem? Problem)
{
    public bool IsPassed => Problem is null;

    public TimeSpan Duration { get; init; }
}

/// <summary>Why a requirement does not hold.</summary>
/// <param name="Message">In a line.</param>
internal sealed record Problem(string Message)
{
    /// <summary>The event that differs; null when it is something else.</summary>
    public Mismatch? Mismatch { get; init; }

    /// <summary>What is recorded.</summary>
    public IReadOnlyList<JsonElement> History { get; init; } = [];

    /// <summary>What was written.</summary>
    public IReadOnlyList<JsonElement> Logs { get; init; } = [];
}

/// <summary>The requirement cannot hold any more.</summary>
internal sealed class RequirementFailedException(Problem problem) : Exception(problem.Message)
{
    public Problem Problem => problem;
}
