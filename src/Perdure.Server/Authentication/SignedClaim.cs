using System.Globalization;
using Microsoft.AspNetCore.Http;
using Perdure.Server.Api;

namespace Perdure.Server.Authentication;

/// <summary>A request that says to be signed by the holder of a key.</summary>
/// <remarks>
/// The signature covers the body's hash. Clients that send the hash along are known before their body is read, and the body must then be
/// the one; of those that do not, only the body can tell.
/// </remarks>
internal sealed class SignedClaim : IClaim
{
    private const string DateHeader = "x-amz-date";
    private const string BodyHashHeader = "x-amz-content-sha256";
    private const string DateFormat = "yyyyMMdd'T'HHmmss'Z'";

    private readonly HttpRequest _request;
    private readonly string _rawTarget;
    private readonly SignatureV4 _signature;
    private readonly string _date;
    private readonly string _secret;
    private readonly ApiCaller _caller;

    private SignedClaim(HttpRequest request, string rawTarget, SignatureV4 signature, string date, string secret, ApiCaller caller) =>
        (_request, _rawTarget, _signature, _date, _secret, _caller) = (request, rawTarget, signature, date, secret, caller);

    /// <summary>Everything that can be looked at before the body is read.</summary>
    /// <exception cref="ApiException">It cannot be a valid signature, whatever the body is.</exception>
    public static SignedClaim Examine(HttpRequest request, string rawTarget, Func<string, (string Secret, ApiCaller Caller)?> find, DateTimeOffset now, TimeSpan allowedSkew)
    {
        if (!SignatureV4.TryParse(request.Headers.Authorization.ToString(), out var signature))
            throw new ApiException(ApiErrors.IncompleteSignature, $"The Authorization header is no complete {SignatureV4.Algorithm} signature.");
        var date = RequireDate(request.Headers[DateHeader].ToString(), signature, now, allowedSkew);
        if (signature.Service != "lambda") throw Refused($"Credential should be scoped to correct service: 'lambda'.");
        RequireSigned(request, signature.SignedHeaders);
        var (secret, caller) = find(signature.AccessKeyId)
            ?? throw new ApiException(ApiErrors.UnrecognizedClient, "The security token included in the request is invalid.");
        var claim = new SignedClaim(request, rawTarget, signature, date, secret, caller);
        if (!request.Headers.TryGetValue(BodyHashHeader, out var said)) return claim;

        // UNSIGNED-PAYLOAD is no hash: a body that anybody could have changed is not taken.
        claim.RequireSignature(CanonicalRequest.IsHash(said.ToString()) ? said.ToString() : throw Mismatch());
        claim.Holder = caller;
        return claim;
    }

    public ApiCaller? Holder { get; private set; }

    private static string RequireDate(string date, SignatureV4 signature, DateTimeOffset now, TimeSpan allowedSkew)
    {
        const DateTimeStyles Universal = DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal;
        if (!DateTimeOffset.TryParseExact(date, DateFormat, CultureInfo.InvariantCulture, Universal, out var at))
            throw new ApiException(ApiErrors.IncompleteSignature, $"Authorization header requires existence of an 'X-Amz-Date' header of the form 20150830T123600Z; it is '{date}'.");
        if (!date.StartsWith(signature.Date + "T", StringComparison.Ordinal)) throw Refused("Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP.");
        if (at < now - allowedSkew) throw Refused($"Signature expired: {date} is now earlier than {Text(now - allowedSkew)} ({Text(now)} - {allowedSkew.TotalMinutes:0.##} min.)");
        if (at > now + allowedSkew) throw Refused($"Signature not yet current: {date} is still later than {Text(now + allowedSkew)} ({Text(now)} + {allowedSkew.TotalMinutes:0.##} min.)");
        return date;
    }

    /// <summary>What is not signed could have been changed on the way: the server's name, the time, and every header that means something to AWS.</summary>
    private static void RequireSigned(HttpRequest request, IReadOnlyList<string> signed)
    {
        if (!signed.SequenceEqual(signed.Order(StringComparer.Ordinal).Distinct()) || signed.Any(static name => name.Any(char.IsAsciiLetterUpper)))
            throw Refused("SignedHeaders must be in lower case, sorted, and each once.");
        foreach (var name in signed)
        {
            if (!request.Headers.ContainsKey(name)) throw Refused($"The signed header '{name}' is missing.");
        }

        // What a client says of itself is left out by some signers, and means nothing here.
        var wanted = request.Headers.Keys.Select(static name => name.ToLowerInvariant())
            .Where(static name => name.StartsWith("x-amz-", StringComparison.Ordinal) && name != "x-amz-user-agent").Append("host");
        foreach (var name in wanted)
        {
            if (!signed.Contains(name)) throw Refused($"'{name}' must be a 'SignedHeader' in the AWS Authorization.");
        }
    }

    public ApiCaller Prove(ReadOnlyMemory<byte> body)
    {
        var hash = CanonicalRequest.Hash(body.Span);
        if (Holder is null) RequireSignature(hash);
        else if (_request.Headers[BodyHashHeader] != hash) throw Mismatch();
        return _caller;
    }

    private void RequireSignature(string bodyHash)
    {
        var headers = _signature.SignedHeaders.Select(name => (name, _request.Headers[name].ToString())).ToList();
        if (!_signature.IsOf(CanonicalRequest.Of(_request.Method, _rawTarget, headers, bodyHash), _date, _secret)) throw Mismatch();
    }

    private static ApiException Mismatch() => Refused(
        "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.");

    private static ApiException Refused(string message) => new(ApiErrors.InvalidSignature, message);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString(DateFormat, CultureInfo.InvariantCulture);
}
