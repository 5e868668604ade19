using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Perdure.Server.Authentication;

/// <summary>What an <c>Authorization</c> header of Signature Version 4 says.</summary>
/// <param name="AccessKeyId">Whose key.</param>
/// <param name="Date">The day that the key was derived for, such as <c>20150830</c>.</param>
/// <param name="Region">The region that the client believes to talk to.</param>
/// <param name="Service">The service.</param>
/// <param name="SignedHeaders">The headers that are signed, in order.</param>
/// <param name="Signature">64 characters of lower-case hex.</param>
internal sealed record SignatureV4(string AccessKeyId, string Date, string Region, string Service, IReadOnlyList<string> SignedHeaders, string Signature)
{
    public const string Algorithm = "AWS4-HMAC-SHA256";

    public static bool TryParse(string authorization, [NotNullWhen(true)] out SignatureV4? signature)
    {
        signature = null;
        if (!authorization.StartsWith(Algorithm + " ", StringComparison.Ordinal)) return false;
        string? credential = null, headers = null, mac = null;
        foreach (var part in authorization[(Algorithm.Length + 1)..].Split(',', StringSplitOptions.TrimEntries))
        {
            var at = part.IndexOf('=', StringComparison.Ordinal);
            if (at < 0) return false;
            var (name, value) = (part[..at], part[(at + 1)..]);
            if (name == "Credential" && credential is null) credential = value;
            else if (name == "SignedHeaders" && headers is null) headers = value;
            else if (name == "Signature" && mac is null) mac = value;
            else return false; // said twice, or something that is not part of it
        }

        if (credential?.Split('/') is not { Length: 5 } scope || scope[4] != "aws4_request" || headers is null || mac?.Length != 64) return false;
        signature = new SignatureV4(scope[0], scope[1], scope[2], scope[3], headers.Split(';'), mac);
        return true;
    }

    /// <summary>Whether a key's holder signed this request at this time.</summary>
    public bool IsOf(string canonicalRequest, string amzDate, string secret)
    {
        var scope = $"{Date}/{Region}/{Service}/aws4_request";
        var toSign = $"{Algorithm}\n{amzDate}\n{scope}\n{CanonicalRequest.Hash(Encoding.UTF8.GetBytes(canonicalRequest))}";
        var key = Mac(Mac(Mac(Mac(Encoding.UTF8.GetBytes("AWS4" + secret), Date), Region), Service), "aws4_request");
        return CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(Convert.ToHexStringLower(Mac(key, toSign))), Encoding.UTF8.GetBytes(Signature));
    }

    private static byte[] Mac(byte[] key, string text) => HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
}
