using Perdure.Server.Api;

namespace Perdure.Server.Authentication;

/// <summary>Who asks, and what they may do. Every request is authorised here and nowhere else, on what it names after parsing.</summary>
/// <param name="Name">For the log.</param>
/// <param name="Rights">What they may do.</param>
/// <param name="Functions">To which functions; null for all.</param>
internal sealed record ApiCaller(string Name, ApiRights Rights, IReadOnlySet<string>? Functions)
{
    /// <summary>Whoever reaches a server that is bound to this machine alone and has no credentials.</summary>
    public static ApiCaller Local { get; } = new("local", ApiRights.All, null);

    /// <summary>How many requests of theirs are served at once; null for as many as the server serves.</summary>
    public CallerQuota? Quota { get; init; }

    public bool May(ApiRights right, string function) => Rights.HasFlag(right) && IsGoodFor(function);

    /// <summary>Whether a running function of theirs may start this one by a call in a checkpoint.</summary>
    /// <remarks>No right besides the one to record: whoever runs a function decides what it calls, among the functions that the credential is good for.</remarks>
    public bool MayStart(string function) => IsGoodFor(function);

    private bool IsGoodFor(string function) => Functions is null || Functions.Contains(function);

    /// <exception cref="ApiException">They may not, whatever it is on.</exception>
    public void Require(ApiRights right)
    {
        if (!Rights.HasFlag(right)) throw new ApiException(ApiErrors.AccessDenied, $"{Name} is not authorized: it needs the right {right}.");
    }

    /// <exception cref="ApiException">They may not. The answer is the same whether there is such a function or not.</exception>
    public void Require(ApiRights right, string function)
    {
        if (!May(right, function)) throw new ApiException(ApiErrors.AccessDenied, $"{Name} is not authorized: it needs the right {right} on the function '{function}'.");
    }
}
