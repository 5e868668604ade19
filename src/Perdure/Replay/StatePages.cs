using Perdure.Client;

namespace Perdure.Replay;

/// <summary>The recorded operations that an invocation starts from: those of the envelope, and the pages behind them.</summary>
internal static class StatePages
{
    private const int PageSize = 1000; // the most that a service gives at once

    public static async Task<IReadOnlyList<Operation>> LoadAsync(DurableExecutionInvocationInput input, IDurableService service)
    {
        var page = input.InitialExecutionState;
        if (string.IsNullOrEmpty(page.NextMarker)) return page.Operations;
        var operations = page.Operations.ToList();
        while (!string.IsNullOrEmpty(page.NextMarker))
        {
            page = await service
                .GetStateAsync(input.DurableExecutionArn, input.CheckpointToken, page.NextMarker, PageSize, CancellationToken.None).ConfigureAwait(false);
            operations.AddRange(page.Operations);
        }

        return operations;
    }
}
