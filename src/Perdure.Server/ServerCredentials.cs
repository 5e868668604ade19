namespace Perdure.Server;

/// <summary>What a credential is good for.</summary>
public abstract class ServerCredential
{
    private protected ServerCredential(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        Name = name;
    }

    /// <summary>What it is called in messages and logs. Not a secret.</summary>
    public string Name { get; }

    /// <summary>What its holder may do. Default: everything.</summary>
    public ApiRights Rights { get; init; } = ApiRights.All;

    /// <summary>The functions that it is good for, by name, with their executions and callbacks. Null, the default: all. An empty list, or what is no name, is refused when the host starts.</summary>
    public IReadOnlyCollection<string>? Functions { get; init; }

    /// <summary>Requests of its holder that are served at the same time, invocations that wait included; the next one is answered 429. 1 to 100,000. Null, the default: as many as the server serves.</summary>
    public int? MaxConcurrentRequests { get; init; }
}

/// <summary>A key of the kind that AWS SDKs sign requests with.</summary>
public sealed class ServerAccessKey : ServerCredential
{
    /// <summary>A key.</summary>
    /// <param name="accessKeyId">Its id, sent with every request: 16 to 128 characters of <c>[A-Za-z0-9_]</c>.</param>
    /// <param name="secretAccessKey">Its secret, never sent: at least 16 characters.</param>
    /// <exception cref="ArgumentException">One of them is not of that form.</exception>
    public ServerAccessKey(string accessKeyId, string secretAccessKey) : base(accessKeyId)
    {
        if (accessKeyId.Length is < 16 or > 128 || !accessKeyId.All(static c => char.IsAsciiLetterOrDigit(c) || c == '_'))
            throw new ArgumentException($"The access key id '{accessKeyId}' is not valid; it must have 16 to 128 characters of [A-Za-z0-9_].", nameof(accessKeyId));
        ArgumentNullException.ThrowIfNull(secretAccessKey);
        if (secretAccessKey.Length < 16)
            throw new ArgumentException($"The secret of access key '{accessKeyId}' has {secretAccessKey.Length} characters; it must have at least 16.", nameof(secretAccessKey));
        Secret = secretAccessKey;
    }

    internal string Secret { get; }
}

/// <summary>A key that is sent as it is.</summary>
public sealed class ServerApiKey : ServerCredential
{
    /// <summary>A key.</summary>
    /// <param name="name">What it is called in messages and logs.</param>
    /// <param name="key">The key: at least 16 visible ASCII characters; make it of at least 128 random bits.</param>
    /// <exception cref="ArgumentException">One of them is not of that form.</exception>
    public ServerApiKey(string name, string key) : base(name)
    {
        ArgumentNullException.ThrowIfNull(key);
        if (key.Length < 16 || !key.All(static c => c is > ' ' and <= '~'))
            throw new ArgumentException($"The API key '{name}' has {key.Length} characters; it must have at least 16 visible ASCII characters.", nameof(key));
        Key = key;
    }

    internal string Key { get; }
}
