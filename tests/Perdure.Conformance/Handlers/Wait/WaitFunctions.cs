namespace Perdure.Conformance.Handlers.Wait;

/// <summary>Suite 2: waits.</summary>
internal static class WaitFunctions
{
    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add("2-1", context => context.WaitAsync(TimeSpan.FromSeconds(2)))
        .Add("2-2", context => context.WaitAsync(TimeSpan.FromSeconds(2), "custom_wait_name"))
        .Add("2-3", async context =>
        {
            await context.WaitAsync(TimeSpan.FromSeconds(2), "wait-1");
            await context.WaitAsync(TimeSpan.FromSeconds(2), "wait-2");
            return new { CompletedWaits = 2 };
        })
        .Add("2-4", context => context.WaitAsync(TimeSpan.FromMinutes(1)))
        .Add("2-5", context => context.WaitAsync(TimeSpan.FromHours(1)));
}
