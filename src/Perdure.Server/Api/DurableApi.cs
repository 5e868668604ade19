using System.Diagnostics.CodeAnalysis;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>The list of operations: adding one is a file and a line here.</summary>
internal static class DurableApi
{
    public static IReadOnlyList<ApiOperation> Operations { get; } =
    [
        new Invoke(),
        new CheckpointDurableExecution(),
        new GetDurableExecutionState(),
        new GetDurableExecution(),
        new GetDurableExecutionHistory(),
        new ListDurableExecutionsByFunction(),
        new StopDurableExecution(),
        new SendDurableExecutionCallbackSuccess(),
        new SendDurableExecutionCallbackFailure(),
        new SendDurableExecutionCallbackHeartbeat(),
        new PauseDurableExecution(),
        new ResumeDurableExecution(),
        new DeleteDurableExecution(),
        new ListFunctions(),
        new GetFunction(),
        new GetFunctionConfiguration(),
        new ListVersionsByFunction(),
        new CreateFunction(),
        new UpdateFunctionConfiguration(),
        new PublishVersion(),
        new DeleteFunction(),
        new CreateAlias(),
        new UpdateAlias(),
        new GetAlias(),
        new ListAliases(),
        new DeleteAlias(),
    ];

    /// <summary>The versions that begin every path; what comes before one is where an app mapped the API.</summary>
    public static IReadOnlyList<string> Versions { get; } = [.. Operations.Select(static operation => operation.Path.Template.Split('/')[1]).Distinct()];

    /// <summary>The operation that a request means.</summary>
    public static bool TryFind(
        string method, string[] segments, [NotNullWhen(true)] out ApiOperation? operation, [NotNullWhen(true)] out IReadOnlyDictionary<string, string>? labels)
    {
        (operation, labels) = (null, null);
        foreach (var candidate in Operations)
        {
            if (candidate.Method != method || operation?.Path.Specificity >= candidate.Path.Specificity) continue;
            if (candidate.Path.TryMatch(segments, out var found)) (operation, labels) = (candidate, found);
        }

        return operation is not null && labels is not null;
    }
}
