using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Source-generated JSON: what AOT-compiled apps run on. The compiled app itself is run by eng/aot-check.sh.</summary>
public partial class JsonContextStories
{
    internal sealed record Parcel(string Address, int Weight);

    internal sealed record Forgotten(string What);

    [JsonSerializable(typeof(Parcel))]
    [JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseUpper)]
    internal sealed partial class ParcelJson : JsonSerializerContext;

    /// <summary>As in an app without reflection: what no context has, nobody has.</summary>
    private static JsonDurableSerializer WithoutReflection { get; } = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = ParcelJson.Default });

    [Fact]
    public async Task A_context_serves_its_types_and_does_not_change_how_they_are_written()
    {
        await using var host = await DurableTestHost.StartAsync(perdure => perdure
            .AddJsonContext(ParcelJson.Default)
            .AddFunction<Parcel, Parcel>("f", (parcel, context) => context.StepAsync((_, _) => Task.FromResult(parcel with { Weight = 2 }), "weigh")));

        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", new Parcel("here", 1)));

        Assert.Equal("""{"address":"here","weight":2}""", end.Result);
    }

    [Fact]
    public async Task A_function_whose_output_no_context_knows_is_refused_when_the_host_starts()
    {
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => DurableTestHost.StartAsync(
            perdure => perdure.AddFunction<Parcel, Forgotten>("f", (_, _) => Task.FromResult(new Forgotten(""))),
            options => options.Serializer = WithoutReflection));

        Assert.Contains("The output of function 'f' cannot be written: no JSON context knows", refused.Message);
        Assert.Contains("[JsonSerializable(typeof(Forgotten))]", refused.Message);
        Assert.EndsWith("[PDR0207]", refused.Message);
    }

    [Fact]
    public async Task A_result_that_no_context_knows_fails_its_step_with_the_type_and_the_cure()
    {
        await using var host = await DurableTestHost.StartAsync(
            perdure => perdure.AddFunction<Parcel, Parcel>("f", async (parcel, context) =>
            {
                await context.StepAsync((_, _) => Task.FromResult(new Forgotten("what")), "forget");
                return parcel;
            }),
            options => options.Serializer = WithoutReflection);

        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", new Parcel("here", 1)));

        Assert.Equal(ExecutionStatus.Failed, end.Status);
        Assert.Contains("Step 'forget'", end.Error!.ErrorMessage);
        Assert.Contains("[JsonSerializable(typeof(Forgotten))]", end.Error.ErrorMessage);
        Assert.Contains("[PDR0207]", end.Error.ErrorMessage);
    }

    [Fact]
    public void Contexts_beside_a_serializer_of_ones_own_are_refused()
    {
        var services = new ServiceCollection();
        services.AddPerdure(options => options.Serializer = WithoutReflection).AddJsonContext(ParcelJson.Default);
        using var provider = services.BuildServiceProvider();

        var refused = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<PerdureOptions>>().Value);

        Assert.Contains("PerdureOptions.TypeInfoResolvers is 1", refused.Message);
    }

    [Fact]
    public void An_abstract_function_class_is_refused()
    {
        var refused = Assert.Throws<ArgumentException>(() => new ServiceCollection().AddPerdure().AddFunction<AbstractFunction>());

        Assert.Contains("AbstractFunction is abstract", refused.Message);
    }

    internal abstract class AbstractFunction : IDurableFunction<string, string>
    {
        public abstract Task<string> RunAsync(string input, IDurableContext context);
    }
}
