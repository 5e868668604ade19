using System.Buffers;
using System.Collections.Frozen;

namespace Perdure.Engine.Invocation;

/// <summary>A function as a host registers it.</summary>
internal sealed record FunctionDefinition(string Name, string Version, int ExecutionTimeoutSeconds, IFunctionInvoker Invoker)
{
    /// <summary>Days for which finished executions are kept; 0 for the host's default.</summary>
    public int RetentionDays { get; init; }

    /// <summary>Whether a call may name any version or alias of it, as in the test kit.</summary>
    public bool AnswersToAnyQualifier { get; init; }

    /// <summary>False for a plain function: it is called, not executed durably.</summary>
    public bool IsDurable { get; init; } = true;

    /// <summary>Whether it runs on behalf of tenants, and so needs to be told which.</summary>
    public bool HasTenants { get; init; }

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

/// <summary>The functions that this node serves.</summary>
internal sealed class FunctionRegistry(IEnumerable<FunctionDefinition> functions)
{
    private readonly FrozenDictionary<string, FunctionDefinition> _functions = functions.ToFrozenDictionary(function => function.Name);

    public IReadOnlyList<string> Names => _functions.Keys;

    public FunctionDefinition? Find(string name) => _functions.GetValueOrDefault(name);

    /// <summary>The function that a call names: by name, <c>name:qualifier</c> or ARN. Null when there is none, or not in that version.</summary>
    /// <param name="target">What the call names.</param>
    /// <param name="isUnqualifiedArn">Whether it is an ARN that leaves the version open.</param>
    public FunctionDefinition? FindTarget(string target, out bool isUnqualifiedArn)
    {
        const string Marker = ":function:";
        var at = target.IndexOf(Marker, StringComparison.Ordinal); // an ARN, or the part of one from the account on; a name may end in the word
        var parts = (at < 0 ? target : target[(at + Marker.Length)..]).Split(':');
        isUnqualifiedArn = at >= 0 && parts.Length == 1;
        if (parts.Length > 2 || Find(parts[0]) is not { } function) return null;
        return parts.Length == 1 || parts[1] == function.Version || function.AnswersToAnyQualifier ? function : null;
    }

    /// <summary>Refuses functions that could never be served, before anything runs.</summary>
    /// <exception cref="InvalidOperationException">A type is unknown to the serializer.</exception>
    public void RequireServable(IDurableSerializer serializer)
    {
        foreach (var function in _functions.Values) function.Invoker.RequireServable(function.Name, serializer);
    }

    public FunctionDefinition Get(string name) => Find(name) ?? throw new FunctionNotFoundException(
        $"No function named '{name}' is registered. Registered: {(Names.Count == 0 ? "none" : string.Join(", ", Names.Order()))}. " +
        "Add it with AddPerdure().AddFunction(...). [PDR0303]");
}
