using Perdure.Engine.Invocation;
using Perdure.Protocol;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>What a request says of a function's executions; what it leaves out stays as it is.</summary>
internal sealed record DurableConfigBody(int? ExecutionTimeout, int? RetentionPeriodInDays)
{
    /// <summary>Null when the request says nothing of them.</summary>
    public static DurableConfigBody? Read(JsonBody body)
    {
        if (!body.Has("DurableConfig")) return null;
        var config = body.Object("DurableConfig");
        var read = new DurableConfigBody(config.Number("ExecutionTimeout"), config.Number("RetentionPeriodInDays"));
        var constraints = new Constraints();
        constraints.Range(read.ExecutionTimeout, "durableConfig.executionTimeout", 1, PerdureLimits.MaxDurationSeconds);
        constraints.Range(read.RetentionPeriodInDays, "durableConfig.retentionPeriodInDays", 1, 90);
        constraints.Require();
        return read;
    }

    public FunctionDefinition On(FunctionDefinition function) => function with
    {
        ExecutionTimeoutSeconds = ExecutionTimeout ?? function.ExecutionTimeoutSeconds,
        RetentionDays = RetentionPeriodInDays ?? function.RetentionDays,
    };
}
