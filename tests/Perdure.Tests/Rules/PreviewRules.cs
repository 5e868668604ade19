using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using Perdure.PayloadStores;

namespace Perdure.Tests.Rules;

/// <summary>What the record shows of a stored value: masked, bounded, and valid JSON.</summary>
public partial class PreviewRules
{
    internal sealed record Patient(string Ward, [SensitiveData] string Name, [SensitiveData] int? Age, Address? Home = null);

    internal sealed record Address(string City, [property: SensitiveData] string Street);

    [SensitiveData]
    internal sealed record Secret(string Value);

    [SensitiveData]
    internal readonly record struct Pin(int Value);

    internal sealed record Holder(List<Secret> List, Dictionary<string, Secret> Map, Secret? One, Pin Pin, Pin? MaybePin);

    internal sealed record Loose(object? Anything);

    internal sealed record Tree(string Label, List<Tree> Children);

    internal sealed record Harmless(string Text, int Number, List<Harmless>? More = null);

    internal abstract class Base
    {
        [SensitiveData]
        public virtual string Text { get; set; } = "secret";
    }

    internal sealed class Derived : Base
    {
        public override string Text { get; set; } = "secret";
    }

    [JsonDerivedType(typeof(Special), "special")]
    internal class Plain
    {
        public string Shown { get; set; } = "shown";
    }

    internal sealed class Special : Plain
    {
        [SensitiveData]
        public string Hidden { get; set; } = "secret";
    }

    internal sealed class Fields
    {
        [JsonInclude, SensitiveData]
        public string Text = "secret";
    }

    internal sealed class Extended
    {
        public string Shown { get; set; } = "shown";

        [SensitiveData, JsonExtensionData]
        public Dictionary<string, JsonElement> Rest { get; set; } = new() { ["more"] = JsonSerializer.SerializeToElement("secret") };
    }

    [JsonSerializable(typeof(Patient))]
    [JsonSerializable(typeof(Holder))]
    [JsonSerializable(typeof(List<Patient>))]
    internal sealed partial class PreviewJson : JsonSerializerContext;

    private static readonly JsonDurableSerializer Reflection = new();
    private static readonly JsonDurableSerializer Generated = new(new JsonSerializerOptions(JsonSerializerDefaults.Web) { TypeInfoResolver = PreviewJson.Default });

    private static readonly Patient Ada = new("A3", "secret", 41, new Address("Oslo", "secret"));
    private static readonly Holder Held = new([new Secret("secret")], new() { ["k"] = new Secret("secret") }, new Secret("secret"), new Pin(4711), new Pin(4711));

    private static bool IsSensitive<T>(T value, IPreviewingSerializer? serializer = null) => (serializer ?? Reflection).IsSensitive(value);

    private static string Preview<T>(T value, int maxBytes = 4096, IPreviewingSerializer? serializer = null) => (serializer ?? Reflection).Preview(value, maxBytes)!;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Members_are_masked_by_reflection_and_by_generated_code_alike(bool generated)
    {
        var serializer = generated ? Generated : Reflection;

        Assert.True(IsSensitive(Ada, serializer));
        Assert.Equal("""{"ward":"A3","name":"***","age":"***","home":{"city":"Oslo","street":"***"}}""", Preview(Ada, serializer: serializer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Marked_types_are_masked_in_lists_dictionaries_members_and_structs(bool generated)
    {
        var serializer = generated ? Generated : Reflection;

        Assert.True(IsSensitive(Held, serializer));
        Assert.Equal("""{"list":["***"],"map":{"k":"***"},"one":"***","pin":"***","maybePin":"***"}""", Preview(Held, serializer: serializer));
    }

    [Fact]
    public void A_marked_type_alone_is_masked_whole()
    {
        Assert.True(IsSensitive(new Secret("secret")));
        Assert.Equal("\"***\"", Preview(new Secret("secret")));
        Assert.Equal("\"***\"", Preview(new Pin(4711)));
    }

    [Fact]
    public void Lists_and_dictionaries_of_types_with_marked_members_are_sensitive()
    {
        Assert.True(IsSensitive(new List<Patient> { Ada }));
        Assert.True(IsSensitive(new Dictionary<string, Patient[]> { ["a"] = [Ada] }));
        Assert.DoesNotContain("secret", Preview(new Dictionary<string, Patient[]> { ["a"] = [Ada] }));
    }

    [Fact]
    public void An_override_is_as_sensitive_as_what_it_overrides() => Assert.Equal("""{"text":"***"}""", Preview(new Derived()));

    [Fact]
    public void A_derived_type_counts_where_it_may_be_written()
    {
        Assert.True(IsSensitive<Plain>(new Special()));
        Assert.DoesNotContain("secret", Preview<Plain>(new Special()));
    }

    [Fact]
    public void A_field_is_masked() => Assert.Equal("""{"text":"***"}""", Preview(new Fields()));

    [Fact]
    public void Marked_extension_data_is_left_out() => Assert.Equal("""{"shown":"shown"}""", Preview(new Extended()));

    [Fact]
    public void Behind_object_the_value_decides()
    {
        Assert.True(IsSensitive(new Loose(Ada)));
        Assert.DoesNotContain("secret", Preview(new Loose(Ada)));
        Assert.False(IsSensitive(new Loose(1)));
    }

    [Fact]
    public void What_has_no_marks_is_not_sensitive_recursive_types_included()
    {
        Assert.False(IsSensitive(new Harmless("text", 1)));
        Assert.False(IsSensitive(new Tree("root", [new Tree("leaf", [])])));
        Assert.False(IsSensitive("text"));
        Assert.False(IsSensitive<Secret?>(null));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    [InlineData(100)]
    [InlineData(1000)]
    [InlineData(4096)]
    public void A_preview_fits_and_is_valid_json(int maxBytes)
    {
        var random = new Random(7);
        for (var i = 0; i < 200; i++)
        {
            var preview = Preview(RandomValue(random, 4), maxBytes);
            Assert.InRange(Encoding.UTF8.GetByteCount(preview), 1, maxBytes);
            using var _ = JsonDocument.Parse(preview);
        }

        static Harmless RandomValue(Random random, int depth) => new(
            string.Concat(Enumerable.Range(0, random.Next(400)).Select(_ => random.Next(8) switch { 0 => "\"", 1 => "😀", 2 => "ß", 3 => "\n", 4 => "\\", _ => "x" })),
            random.Next(), depth == 0 ? null : [.. Enumerable.Range(0, random.Next(5)).Select(_ => RandomValue(random, depth - 1))]);
    }

    [Fact]
    public void A_cut_string_says_that_it_was_cut()
    {
        Assert.Matches("""^\{"text":"x{10,}…"\}$""", Preview(new Harmless(new string('x', 5000), 1), 34));
        Assert.Matches("""^"x{4000,}…"$""", Preview(new string('x', 300_000)));
        Assert.Matches("""^"(\\uD83D\\uDE00){300,}…"$""", Preview(string.Concat(Enumerable.Repeat("😀", 5000))));
        Assert.Matches("""^\["short","(\\"){5,}…"\]$""", Preview(new[] { "short", new string('"', 100) }, 40));
    }

    [Fact]
    public void A_value_far_over_the_bound_is_not_written_to_its_end()
    {
        var read = 0;
        IEnumerable<int> Numbers()
        {
            for (read = 0; read < 10_000_000; read++) yield return read;
        }

        Assert.StartsWith("[0,1,2,", Preview(Numbers(), 4096));
        Assert.InRange(read, 1, 100_000);
    }
}
