using System.Text.Json;
using Perdure.Conformance.Handlers.Child;

namespace Perdure.Conformance.Handlers.Invoke;

/// <summary>Suite 5: calls of other functions.</summary>
internal static class InvokeFunctions
{
    private const int NearTheLimit = 1_000_000;

    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    public static void AddTo(FunctionCatalogue catalogue)
    {
        Targets.AddTo(catalogue);
        catalogue
            .Add<string, string>("5-1", (input, context) => EchoAsync(context, input))
            .Add<Named, string>("5-2", (input, context) => context.InvokeAsync<string, string>(Targets.Echo, input.Payload, input.Name))
            .Add<JsonElement, JsonElement>("5-3", (input, context) => context.InvokeAsync<JsonElement, JsonElement>(Targets.Echo, input))
            .Add("5-4", context => context.InvokeAsync<string?, string?>(Targets.Echo, null))
            .Add("5-5", FailAsync)
            .Add("5-6", async context =>
            {
                try
                {
                    return await FailAsync(context);
                }
                catch (InvokeException)
                {
                    return "fallback";
                }
            })
            .Add("5-7", async context => (await EchoAsync(context, new string('x', NearTheLimit))).Length)
            .Add<Tenanted, string>("5-8", (input, context) =>
                context.InvokeAsync<string, string>(Targets.TenantEcho, input.Payload, config: new InvokeConfig { TenantId = input.TenantId }))
            .Add("5-9", async context =>
            {
                var cached = await EchoAsync(context, "called once");
                await context.WaitAsync(Second);
                return cached;
            })
            .Add("5-10", async context =>
            {
                var caught = "";
                try
                {
                    await FailAsync(context);
                }
                catch (InvokeException error)
                {
                    caught = error.Message;
                }

                await context.WaitAsync(Second);
                return caught;
            })
            .Add("5-11", async context => await EchoAsync(context, await context.EchoAsync("from a step")))
            .Add("5-12", async context => await context.EchoAsync(await EchoAsync(context, "from a call")))
            .Add("5-13", context => context.RunInChildContextAsync((child, _) => EchoAsync(child, "from a child")))
            .Add("5-14", async context =>
            {
                var first = await EchoAsync(context, "first");
                return await EchoAsync(context, $"{first}, second");
            })
            .Add<Letter, Letter>("5-15", (input, context) => context.InvokeAsync<Letter, Letter>(
                Targets.Echo, input, config: new InvokeConfig { PayloadSerializer = new TextSerializer<Letter>(WriteUpperCase, ReadJson<Letter>) }))
            .Add<string, string>("5-16", (input, context) => context.InvokeAsync<string, string>(
                Targets.Echo, input, config: new InvokeConfig { Serializer = new TextSerializer<string>(text => text, text => text.ToUpperInvariant()) }));
    }

    private static Task<string> EchoAsync(IDurableContext context, string payload) => context.InvokeAsync<string, string>(Targets.Echo, payload);

    private static Task<string> FailAsync(IDurableContext context) => context.InvokeAsync<string, string>(Targets.Failing, "");

    private static string WriteUpperCase(Letter letter) => JsonSerializer.Serialize(new Letter(letter.Data.ToUpperInvariant()), JsonSerializerOptions.Web);

    private static T ReadJson<T>(string text) => JsonSerializer.Deserialize<T>(text, JsonSerializerOptions.Web) ?? throw new JsonException("The payload is null.");

    internal sealed record Named(string Name, string Payload);

    internal sealed record Tenanted(string TenantId, string Payload);

    internal sealed record Letter(string Data);
}
