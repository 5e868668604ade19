namespace Perdure.Snippets;

/// <summary>An export that runs elsewhere.</summary>
public sealed record Export(string Id, int Percent);

/// <summary>Polling at a pace that the state decides.</summary>
public static class Conditions
{
    /// <summary>Slowly first, then fast.</summary>
    public static async Task<Export> FollowAsync(IDurableContext context, Export begun, Func<Export, CancellationToken, Task<Export>> refreshAsync)
    {
        // <snippet condition-decide>
        return await context.WaitForConditionAsync(
            (export, _, token) => refreshAsync(export, token),
            new WaitForConditionConfig<Export>
            {
                InitialState = begun,
                WaitStrategy = WaitStrategy.FromDelegate<Export>((export, check) => export.Percent switch
                {
                    100 => WaitDecision.Stop(),
                    >= 90 => WaitDecision.ContinueAfter(TimeSpan.FromSeconds(10)),
                    _ => WaitDecision.ContinueAfter(TimeSpan.FromMinutes(10)),
                }),
            },
            "export");
        // </snippet condition-decide>
    }
}
