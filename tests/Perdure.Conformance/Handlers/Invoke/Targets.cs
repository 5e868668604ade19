using System.Text.Json;

namespace Perdure.Conformance.Handlers.Invoke;

/// <summary>The functions that are called. Each waits a second first: the caller has suspended before the called one ends.</summary>
internal static class Targets
{
    public const string Echo = "echo:$LATEST";
    public const string TenantEcho = "tenant-echo:$LATEST";
    public const string Failing = "failing:$LATEST";

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<JsonElement, JsonElement>("echo", EchoAsync)
        .Add<JsonElement, JsonElement>("tenant-echo", EchoAsync, tenantIsolation: true)
        .Add<JsonElement, JsonElement>("failing", async (_, context) =>
        {
            await context.WaitAsync(Pause);
            throw new InvalidOperationException("The target failed.");
        });

    private static async Task<JsonElement> EchoAsync(JsonElement input, IDurableContext context)
    {
        await context.WaitAsync(Pause);
        return input;
    }
}
