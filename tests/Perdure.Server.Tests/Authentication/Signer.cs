using System.Security.Cryptography;
using System.Text;

namespace Perdure.Server.Tests.Authentication;

/// <summary>Signs requests as an AWS SDK does. Written apart from the server's verification: what both have wrong the published examples show.</summary>
internal sealed record Signer(string KeyId, string Secret, DateTimeOffset At)
{
    public string Service { get; init; } = "lambda";

    public IReadOnlyList<(string Name, string Value)> Sign(string method, Uri address, string target, string body = "", params (string Name, string Value)[] headers)
    {
        var date = At.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'");
        var all = headers.Select(header => (Name: header.Name.ToLowerInvariant(), header.Value)).Append(("host", address.Authority)).Append(("x-amz-date", date))
            .OrderBy(header => header.Item1, StringComparer.Ordinal).ToList();
        var parts = target.Split('?', 2);
        var path = string.Join('/', parts[0].Split('/').Select(Uri.EscapeDataString));
        var query = parts.Length == 1 ? "" : string.Join('&', parts[1].Split('&').Order(StringComparer.Ordinal));
        var names = string.Join(';', all.Select(header => header.Item1));
        var canonical = $"{method}\n{path}\n{query}\n{string.Concat(all.Select(header => $"{header.Item1}:{header.Item2}\n"))}\n{names}\n{Hash(body)}";
        var scope = $"{date[..8]}/us-east-1/{Service}/aws4_request";
        var key = scope.Split('/').Aggregate(Encoding.UTF8.GetBytes("AWS4" + Secret), (mac, part) => HMACSHA256.HashData(mac, Encoding.UTF8.GetBytes(part)));
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"AWS4-HMAC-SHA256\n{date}\n{scope}\n{Hash(canonical)}")));
        return
        [
            .. headers,
            ("X-Amz-Date", date),
            ("Authorization", $"AWS4-HMAC-SHA256 Credential={KeyId}/{scope}, SignedHeaders={names}, Signature={signature}"),
        ];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
