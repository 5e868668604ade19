using Microsoft.Extensions.DependencyInjection;

namespace Perdure.Snippets;

// <snippet sensitive>
/// <summary>A patient's chart, as the record system returns it.</summary>
public sealed record Chart(string Department, [SensitiveData] string PatientName, IReadOnlyList<Finding> Findings);

/// <summary>One finding.</summary>
public sealed record Finding(DateOnly On, [property: SensitiveData] string Text);

/// <summary>Every value of this type is masked, wherever it is.</summary>
[SensitiveData]
public sealed record InsuranceNumber(string Value);
// </snippet sensitive>

/// <summary>Values that do not fit into the journal, or must not be in it.</summary>
public static class LargeValues
{
    /// <summary>Adds a payload store.</summary>
    public static void Configure(IServiceCollection services)
    {
        // <snippet payload-store>
        services.AddPerdure()
            .AddFunction<ExpenseApproval>()
            .UseSqlite("data/perdure.db")
            .UsePayloadStore(new FileSystemPayloadStore("data/payloads"));
        // </snippet payload-store>
    }

    /// <summary>Stores everything.</summary>
    public static void StoreAll(IPerdureBuilder perdure)
    {
        // <snippet payload-options>
        perdure.UsePayloadStore(new FileSystemPayloadStore("data/payloads"), options =>
        {
            options.Mode = PayloadStorageMode.Always;
            options.MaxPreviewBytes = 0;
        });
        // </snippet payload-options>
    }
}
