using Microsoft.Extensions.Options;
using Perdure.Engine.Executions;

namespace Perdure.Server.Hosting;

/// <summary>Says what is wrong with options, by name and value, before anything is served.</summary>
internal sealed class PerdureServerOptionsValidator : IValidateOptions<PerdureServerOptions>
{
    public ValidateOptionsResult Validate(string? name, PerdureServerOptions options)
    {
        List<string> failures = [];
        Require(options.AllowedClockSkew >= TimeSpan.FromSeconds(1) && options.AllowedClockSkew <= TimeSpan.FromMinutes(15),
            nameof(options.AllowedClockSkew), options.AllowedClockSkew, "1 second to 15 minutes");
        Require(options.MaxRequestBodyBytes is >= 1 << 20 and <= 64 << 20, nameof(options.MaxRequestBodyBytes), options.MaxRequestBodyBytes, "1 MiB to 64 MiB");
        Require(options.MaxConcurrentRequests is >= 1 and <= 100_000, nameof(options.MaxConcurrentRequests), options.MaxConcurrentRequests, "1 to 100,000");
        Require(options.MaxWaitingInvocations is >= 1 and <= 100_000, nameof(options.MaxWaitingInvocations), options.MaxWaitingInvocations, "1 to 100,000");
        Require(options.MaxBufferedBytes >= options.MaxRequestBodyBytes && options.MaxBufferedBytes <= 1L << 40,
            nameof(options.MaxBufferedBytes), options.MaxBufferedBytes, "MaxRequestBodyBytes to 1 TiB");
        foreach (var twice in options.AccessKeys.GroupBy(static key => key.Name).Where(static keys => keys.Count() > 1))
            failures.Add($"{nameof(PerdureServerOptions)}.{nameof(options.AccessKeys)} has '{twice.Key}' more than once.");
        foreach (var twice in options.ApiKeys.GroupBy(static key => key.Key).Where(static keys => keys.Count() > 1))
            failures.Add($"{nameof(PerdureServerOptions)}.{nameof(options.ApiKeys)}: {string.Join(" and ", twice.Select(static key => $"'{key.Name}'"))} have the same key; it would not be known whose rights it has.");
        foreach (var credential in options.AccessKeys.Concat<ServerCredential>(options.ApiKeys))
        {
            if (credential.MaxConcurrentRequests is < 1 or > 100_000)
                failures.Add($"MaxConcurrentRequests of the credential '{credential.Name}' is {credential.MaxConcurrentRequests}; it must be 1 to 100,000, or null for as many as the server serves.");
            if (credential.Functions is { Count: 0 })
                failures.Add($"Functions of the credential '{credential.Name}' is empty: it would be good for nothing. Leave it null for all functions.");
            foreach (var function in credential.Functions?.Where(static function => !ExecutionArn.IsValidName(function)) ?? [])
                failures.Add($"Functions of the credential '{credential.Name}' has '{function}'; it must be a function's name, without a version: 1 to 64 characters of [a-zA-Z0-9-_].");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void Require(bool holds, string field, object value, string allowed)
        {
            if (!holds) failures.Add($"{nameof(PerdureServerOptions)}.{field} is {value}; it must be {allowed}.");
        }
    }
}
