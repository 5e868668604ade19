using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Snippets;

// <snippet json-context>
/// <summary>What shipping functions hand around.</summary>
[JsonSerializable(typeof(Shipment))]
[JsonSerializable(typeof(Label))]
[JsonSerializable(typeof(List<Label>))]
public sealed partial class ShippingJson : JsonSerializerContext;
// </snippet json-context>

/// <summary>Something to ship.</summary>
public sealed record Shipment(string Address, int Parcels);

/// <summary>A printed label.</summary>
public sealed record Label(string Code);

/// <summary>A host that needs no reflection.</summary>
public static class Native
{
    /// <summary>Adds the context.</summary>
    public static void Configure(IServiceCollection services)
    {
        // <snippet add-json-context>
        services.AddPerdure()
            .AddJsonContext(ShippingJson.Default)
            .AddFunction<Shipment, Label>("ship", (shipment, context) =>
                context.StepAsync((_, _) => Task.FromResult(new Label(shipment.Address)), "label"))
            .UseSqlite();
        // </snippet add-json-context>
    }
}
