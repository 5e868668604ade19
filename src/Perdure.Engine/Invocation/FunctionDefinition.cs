using System.Buffers;
using Perdure.Engine.Executions;
using Perdure.Protocol;

namespace Perdure.Engine.Invocation;

/// <summary>A function as a host registers it.</summary>
internal sealed record FunctionDefinition(string Name, string Version, int ExecutionTimeoutSeconds, IFunctionInvoker Invoker)
{
    /// <summary>The version that has no number: whatever runs at the moment.</summary>
    public const string Latest = "$LATEST";

    /// <summary>Days for which finished executions are kept; 0 for the host's default.</summary>
    public int RetentionDays { get; init; }

    /// <summary>Whether a call may name any version or alias of it, in any account and region, as in the test kit.</summary>
    public bool AnswersToAnyAddress { get; init; }

    /// <summary>False for a plain function: it is called, not executed durably.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>Whether it runs on behalf of tenants, and so needs to be told which.</summary>
    public bool HasTenants { get; init; }

    /// <exception cref="ArgumentException">Name, version, timeout or retention is not valid.</exception>
    public void RequireValid()
    {
        if (!ExecutionArn.IsValidName(Name))
            throw new ArgumentException($"Function name '{Name}' is not valid; it must have 1 to 64 characters of [a-zA-Z0-9-_]. [PDR0304]");
        if (!ExecutionArn.IsValidVersion(Version))
            throw new ArgumentException($"Version '{Version}' of function '{Name}' is not valid; it must be $LATEST or digits.");
        if (ExecutionTimeoutSeconds is < 1 or > PerdureLimits.MaxDurationSeconds)
            throw new ArgumentException($"ExecutionTimeoutSeconds of function '{Name}' is {ExecutionTimeoutSeconds}; it must be 1 to {PerdureLimits.MaxDurationSeconds}.");
        if (RetentionDays is < 0 or > 90)
            throw new ArgumentException($"RetentionPeriodInDays of function '{Name}' is {RetentionDays}; it must be 1 to 90, or 0 for the host's default.");
    }

    /// <summary>What is wrong with a tenant id for this function; null when nothing is.</summary>
    public string? TenantProblem(string? tenantId) => (HasTenants, tenantId) switch
    {
        (true, null) => $"Function '{Name}' isolates tenants (TenantIsolation); a TenantId is required.",
        (false, not null) => $"Function '{Name}' does not isolate tenants; TenantId '{tenantId}' is not allowed. Set TenantIsolation on it, or leave the id out.",
        (true, not null) when !TenantIds.IsValid(tenantId) => $"TenantId '{tenantId}' is not valid; it must have 1 to 256 characters of [a-zA-Z0-9._:/=+-@ ].",
        _ => null,
    };
}

internal static class TenantIds
{
    private static readonly SearchValues<char> Allowed = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:/=+-@ ");

    public static bool IsValid(string tenantId) => tenantId.Length is >= 1 and <= 256 && !tenantId.AsSpan().ContainsAnyExcept(Allowed);
}
