using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Perdure;

/// <summary>Chooses where large values go.</summary>
public static class PayloadStoreBuilderExtensions
{
    /// <summary>Keeps large and sensitive values outside the journal, which holds references to them with previews.</summary>
    /// <remarks>
    /// Inputs, results, states, payloads of calls and answers of callbacks may then be as large as
    /// <see cref="PayloadStoreOptions.MaxPayloadBytes"/>. Executions that began without the store go on with it; one that has references
    /// cannot go on without it. The last store chosen counts.
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="store">The store; every node that shares the execution store must be given the same.</param>
    /// <param name="configure">Changes which values go there.</param>
    /// <exception cref="OptionsValidationException">When the host starts: an option is out of its range.</exception>
    public static IPerdureBuilder UsePayloadStore(this IPerdureBuilder builder, IPayloadStore store, Action<PayloadStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(store);
        return builder.UsePayloadStore(_ => store, configure);
    }

    /// <summary>As the other overload, with a store that is made from the host's services.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="create">Makes the store.</param>
    /// <param name="configure">Changes which values go there.</param>
    public static IPerdureBuilder UsePayloadStore(
        this IPerdureBuilder builder, Func<IServiceProvider, IPayloadStore> create, Action<PayloadStoreOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(create);
        builder.Services.RemoveAll<IPayloadStore>();
        builder.Services.AddSingleton(create);
        builder.Services.AddOptions<PayloadStoreOptions>().ValidateOnStart();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<PayloadStoreOptions>, PayloadStoreOptionsValidator>());
        if (configure is not null) builder.Services.Configure(configure);
        return builder;
    }
}

/// <summary>Says what is wrong with options, by name and value, before anything runs.</summary>
internal sealed class PayloadStoreOptionsValidator : IValidateOptions<PayloadStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, PayloadStoreOptions options)
    {
        List<string> failures = [];
        if (!Enum.IsDefined(options.Mode)) failures.Add($"{nameof(PayloadStoreOptions)}.{nameof(options.Mode)} is {options.Mode}; it must be Overflow or Always.");
        Require(0, options.InlineBytes, 262_144, nameof(options.InlineBytes));
        Require(262_144, options.MaxPayloadBytes, 1_073_741_824, nameof(options.MaxPayloadBytes));
        Require(0, options.MaxPreviewBytes, 4096, nameof(options.MaxPreviewBytes));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(int least, int value, int most, string field)
        {
            if (value < least || value > most) failures.Add($"{nameof(PayloadStoreOptions)}.{field} is {value:N0}; it must be {least:N0} to {most:N0}.");
        }
    }
}
