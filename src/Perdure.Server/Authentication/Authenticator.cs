using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Perdure.Server.Api;
using Perdure.Server.Http;

namespace Perdure.Server.Authentication;

/// <summary>Finds out who asks: by signature, by key, or, on a server without credentials, by being on its machine.</summary>
internal sealed class Authenticator(IOptions<PerdureServerOptions> options, ApiEngine engine)
{
    private const string Bearer = "Bearer ";

    private readonly FrozenDictionary<string, (string Secret, ApiCaller Caller)> _accessKeys =
        options.Value.AccessKeys.ToFrozenDictionary(static key => key.Name, static key => (key.Secret, CallerOf(key)));

    private readonly (byte[] Hash, ApiCaller Caller)[] _apiKeys = [.. options.Value.ApiKeys.Select(static key => (HashOf(key.Key), CallerOf(key)))];

    /// <summary>Who somebody says they are.</summary>
    /// <exception cref="ApiException">They do not say, or it cannot be true.</exception>
    public IClaim Examine(HttpContext http, string rawTarget)
    {
        if (!options.Value.RequiresCredentials) return new Known(ApiCaller.Local);
        var authorization = http.Request.Headers.Authorization.ToString();
        if (authorization.Length == 0) throw new ApiException(ApiErrors.MissingAuthentication, "Missing Authentication Token");
        return authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? new Known(HolderOf(authorization[Bearer.Length..].Trim()))
            : SignedClaim.Examine(http.Request, rawTarget, FindKey, engine.Clock.GetUtcNow(), options.Value.AllowedClockSkew);
    }

    private (string Secret, ApiCaller Caller)? FindKey(string accessKeyId) => _accessKeys.TryGetValue(accessKeyId, out var found) ? found : null;

    /// <summary>Hashes are compared, all of them and each to its end: how long it takes says nothing about any key.</summary>
    private ApiCaller HolderOf(string key)
    {
        var hash = HashOf(key);
        ApiCaller? holder = null;
        foreach (var (known, caller) in _apiKeys)
        {
            if (CryptographicOperations.FixedTimeEquals(known, hash)) holder = caller;
        }

        return holder ?? throw new ApiException(ApiErrors.UnrecognizedClient, "The API key is not one of this server's.");
    }

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    private static ApiCaller CallerOf(ServerCredential credential) => new(credential.Name, credential.Rights, credential.Functions?.ToHashSet())
    {
        Quota = credential.MaxConcurrentRequests is { } most ? new CallerQuota(most) : null,
    };

    private sealed record Known(ApiCaller Caller) : IClaim
    {
        public ApiCaller? Holder => Caller;

        public ApiCaller Prove(ReadOnlyMemory<byte> body) => Caller;
    }
}

/// <summary>Who somebody says they are, before the body is read.</summary>
internal interface IClaim
{
    /// <summary>Who they are, as far as it is certain without the body; null when it is not.</summary>
    ApiCaller? Holder { get; }

    /// <summary>Who they are.</summary>
    /// <exception cref="ApiException">They are not who they say.</exception>
    ApiCaller Prove(ReadOnlyMemory<byte> body);
}
