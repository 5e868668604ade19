using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Options;

namespace Perdure;

/// <summary>How an embedded node behaves. Validated when the host starts.</summary>
public sealed class PerdureOptions
{
    /// <summary>Invocations that run at the same time. Default 256.</summary>
    public int MaxConcurrentInvocations { get; set; } = 256;

    /// <summary>How long a stopping host waits for running invocations to reach a resting point. Default 30 s.</summary>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long a node may be silent before another takes over its executions. 3 s to 1 h; default 30 s.</summary>
    public TimeSpan LeaseDuration { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>How long finished executions are kept. 1 to 90 days; default 14.</summary>
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(14);

    /// <summary>What a step without a strategy of its own does. Default <see cref="RetryStrategy.Default"/>; <see cref="RetryStrategy.None"/> turns retries off.</summary>
    public IRetryStrategy DefaultStepRetry { get; set; } = RetryStrategy.Default;

    /// <summary>Invocations in a row that may crash without progress before the execution is parked for an operator. Default 10.</summary>
    public int MaxCrashesWithoutProgress { get; set; } = 10;

    /// <summary>Operations that one execution may have. Default 100,000.</summary>
    public int MaxOperationsPerExecution { get; set; } = 100_000;

    /// <summary>Fail an execution whose code awaits something that cannot be replayed, instead of warning. Default false.</summary>
    public bool StrictDeterminism { get; set; }

    /// <summary>What becomes of an execution whose record its code no longer matches. Default <see cref="NonDeterminismPolicy.Park"/>.</summary>
    public NonDeterminismPolicy OnNonDeterminism { get; set; } = NonDeterminismPolicy.Park;

    /// <summary>Writes and reads every payload that has no serializer of its own. Null, the default: JSON with <see cref="TypeInfoResolvers"/>.</summary>
    public IDurableSerializer? Serializer { get; set; }

    /// <summary>Source-generated JSON contexts, asked in order before reflection; <see cref="IPerdureBuilder.AddJsonContext"/> adds to them.</summary>
    /// <remarks>In apps compiled with AOT or trimmed, where reflection is off, every type that functions hand around must be known to one of them.</remarks>
    public IList<IJsonTypeInfoResolver> TypeInfoResolvers { get; } = [];

    internal IDurableSerializer CreateSerializer() =>
        Serializer ?? (TypeInfoResolvers.Count == 0 ? new JsonDurableSerializer() : JsonDurableSerializer.WithResolvers(TypeInfoResolvers));
}

/// <summary>Says what is wrong with options, by name and value, before anything runs.</summary>
internal sealed class PerdureOptionsValidator : IValidateOptions<PerdureOptions>
{
    public ValidateOptionsResult Validate(string? name, PerdureOptions options)
    {
        List<string> failures = [];
        Require(options.MaxConcurrentInvocations is >= 1 and <= 100_000, nameof(options.MaxConcurrentInvocations), options.MaxConcurrentInvocations, "1 to 100,000");
        Require(options.DrainTimeout >= TimeSpan.Zero, nameof(options.DrainTimeout), options.DrainTimeout, "zero or more");
        Require(options.LeaseDuration >= TimeSpan.FromSeconds(3) && options.LeaseDuration <= TimeSpan.FromHours(1),
            nameof(options.LeaseDuration), options.LeaseDuration, "3 seconds to 1 hour");
        Require(options.Retention >= TimeSpan.FromDays(1) && options.Retention <= TimeSpan.FromDays(90), nameof(options.Retention), options.Retention, "1 to 90 days");
        Require(options.MaxCrashesWithoutProgress >= 1, nameof(options.MaxCrashesWithoutProgress), options.MaxCrashesWithoutProgress, "at least 1");
        Require(options.MaxOperationsPerExecution >= 1, nameof(options.MaxOperationsPerExecution), options.MaxOperationsPerExecution, "at least 1");
        Require(Enum.IsDefined(options.OnNonDeterminism), nameof(options.OnNonDeterminism), options.OnNonDeterminism, "Park or Fail");
        Require(options.DefaultStepRetry is not null, nameof(options.DefaultStepRetry), null, "set");
        Require(options.Serializer is null || options.TypeInfoResolvers.Count == 0, nameof(options.TypeInfoResolvers), options.TypeInfoResolvers.Count,
            "empty when Serializer is set: give the contexts to that serializer, as with JsonDurableSerializer.WithResolvers");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool holds, string field, object? value, string allowed)
        {
            if (!holds) failures.Add($"{nameof(PerdureOptions)}.{field} is {value ?? "null"}; it must be {allowed}.");
        }
    }
}
