using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Perdure.Server.Api;

namespace Perdure.Server.Authentication;

/// <summary>Finds out who asks.</summary>
internal sealed class Authenticator(IOptions<PerdureServerOptions> options)
{
    public IClaim Examine(HttpContext http, string rawTarget) => options.Value.RequiresCredentials
        ? throw new ApiException(ApiErrors.MissingAuthentication, "Missing Authentication Token")
        : LocalClaim.Instance;

    private sealed class LocalClaim : IClaim
    {
        public static LocalClaim Instance { get; } = new();

        public ApiCaller Prove(ReadOnlyMemory<byte> body) => ApiCaller.Local;
    }
}

/// <summary>Who somebody says they are, before the body is read.</summary>
internal interface IClaim
{
    /// <summary>Who they are.</summary>
    /// <exception cref="Api.ApiException">They are not who they say.</exception>
    ApiCaller Prove(ReadOnlyMemory<byte> body);
}
