using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Perdure.Operations;
using Perdure.PayloadStores;

namespace Perdure.Tests.Rules;

/// <summary>Keys, files, references and options of payload stores.</summary>
public class PayloadStoreRules
{
    private static readonly string Hash = new('a', 64);

    [Theory]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("a\\b")]
    [InlineData("")]
    [InlineData("a\0b")]
    [InlineData("C:")]
    public void An_execution_id_that_could_leave_the_folder_is_refused(string id)
    {
        Assert.Throws<ArgumentException>(() => new PayloadKey(id, Hash));
        Assert.ThrowsAny<ArgumentException>(() => { _ = new FileSystemPayloadStore("x").DeleteExecutionAsync(id, default); });
    }

    [Theory]
    [InlineData("../../../etc/passwd")]
    [InlineData("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    [InlineData("a")]
    public void A_hash_that_is_none_is_refused(string hash) => Assert.Throws<ArgumentException>(() => new PayloadKey("e", hash));

    [Fact]
    public async Task What_was_put_is_there_and_leaves_with_its_execution()
    {
        using var folder = new TemporaryDirectory();
        var store = new FileSystemPayloadStore(folder.File("new"));
        await store.PutAsync(new PayloadKey("e1", Hash), new byte[] { 1, 2 }, default);
        await store.PutAsync(new PayloadKey("e2", Hash), new byte[] { 3 }, default);

        await store.DeleteExecutionAsync("e1", default);
        await store.DeleteExecutionAsync("e1", default);

        Assert.Null(await store.GetAsync(new PayloadKey("e1", Hash), default));
        Assert.Equal([3], (await store.GetAsync(new PayloadKey("e2", Hash), default))!.Value.ToArray());
        Assert.Null(await store.GetAsync(new PayloadKey("e2", new string('b', 64)), default));
    }

    [Fact]
    public async Task A_repeated_put_repairs_what_was_damaged_and_leaves_no_other_file()
    {
        using var folder = new TemporaryDirectory();
        var store = new FileSystemPayloadStore(folder.Path);
        var key = new PayloadKey("e", Hash);
        await store.PutAsync(key, new byte[] { 1, 2, 3 }, default);
        await File.WriteAllBytesAsync(folder.File($"e/{Hash}"), [9]);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => store.PutAsync(key, new byte[] { 1, 2, 3 }, default)));

        Assert.Equal([1, 2, 3], (await store.GetAsync(key, default))!.Value.ToArray());
        Assert.Single(Directory.GetFiles(folder.File("e")));
    }

    [Fact]
    public async Task Files_are_readable_by_their_owner_alone()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such rights.");
        using var folder = new TemporaryDirectory();
        await new FileSystemPayloadStore(folder.Path).PutAsync(new PayloadKey("e", Hash), new byte[] { 1 }, default);

#pragma warning disable CA1416 // skipped on Windows
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File($"e/{Hash}")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(folder.File("e")));
#pragma warning restore CA1416
    }

    [Fact]
    public void A_reference_is_read_as_it_was_written()
    {
        var reference = new PayloadReference(Hash, 7, "seal");

        Assert.Equal(reference, PayloadReference.Read(reference.Write("""{"a":["***"]}"""), out var preview));
        Assert.Equal("""{"a":["***"]}""", preview);
        Assert.Equal(reference, PayloadReference.Read(reference.Write(null), out preview));
        Assert.Null(preview);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("\"text\"")]
    [InlineData("""{"$perdure.payload":1}""")]
    [InlineData("""{"$perdure.payload":{}}""")]
    [InlineData("""{"$perdure.payload":{"sha256":1,"bytes":1,"seal":"x"}}""")]
    [InlineData("""{"$perdure.payload":{"sha256":"..","bytes":1,"seal":"x"}}""")]
    [InlineData("""{"$perdure.payload":{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bytes":1e99,"seal":"x"}}""")]
    [InlineData("""{"$perdure.payload":{"sha256":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","bytes":1,"seal":null}}""")]
    [InlineData("""{"$perdure.payload":{"sha256":"\ud800","bytes":1,"seal":"x"}}""")]
    [InlineData("""{"$perdure.payload":{"sha256" """)]
    [InlineData("""{"$perdure.payload":{"sha256":"a"},"$perdure.payload":[]}""")]
    public void Another_text_is_no_reference(string text) => Assert.Null(PayloadReference.Read(text, out _));

    /// <summary>A new kind whose details hold a text must say where: a function would be given the reference otherwise.</summary>
    [Fact]
    public void Every_text_of_every_kinds_details_has_its_place()
    {
        var operation = new Operation { Id = "o", Type = "t", Status = OperationStatus.Succeeded, StartTimestamp = default };
        var texts = 0;
        foreach (var details in typeof(Operation).GetProperties().Where(property => property.Name.EndsWith("Details", StringComparison.Ordinal)))
        {
            foreach (var text in details.PropertyType.GetProperties().Where(property => property.PropertyType == typeof(string) && property.Name is not ("CallbackId" or "CancelReason")))
            {
                var value = System.Runtime.CompilerServices.RuntimeHelpers.GetUninitializedObject(details.PropertyType);
                text.SetValue(value, "recorded");
                var holder = operation with { };
                details.SetValue(holder, value);
                var place = Assert.Single(OperationTexts.All, place => place.Read(holder) == "recorded");
                Assert.Equal("resolved", place.Read(place.Write(holder, "resolved")));
                texts++;
            }
        }

        Assert.InRange(texts, 5, 100);
    }

    [Theory]
    [InlineData(-1, 300_000, 0, "InlineBytes is -1")]
    [InlineData(262_145, 300_000, 0, "InlineBytes is 262,145; it must be 0 to 262,144")]
    [InlineData(0, 1, 0, "MaxPayloadBytes is 1")]
    [InlineData(0, 300_000, 4097, "MaxPreviewBytes is 4,097")]
    public void Options_out_of_range_are_refused_by_name_and_value(int inline, int most, int preview, string message)
    {
        var services = new ServiceCollection();
        services.AddPerdure().UsePayloadStore(new FileSystemPayloadStore("x"), options =>
            (options.InlineBytes, options.MaxPayloadBytes, options.MaxPreviewBytes) = (inline, most, preview));
        using var provider = services.BuildServiceProvider();

        Assert.Contains(message, Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptions<PayloadStoreOptions>>().Value).Message);
    }
}
