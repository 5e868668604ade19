using System.Buffers;

namespace Perdure;

/// <summary>Keeps large values outside the journal: a folder, a bucket. Thread-safe.</summary>
/// <remarks>
/// <para>
/// Content is addressed by its hash, below one place per execution: putting the same again changes nothing, and content never changes
/// under its key. Perdure puts a value before it commits the reference to it, checks the hash of whatever it gets, and deletes an
/// execution's place when its retention has expired, before the execution itself.
/// </para>
/// <para>A method that throws breaks the invocation that needed it, which is repeated; nothing is lost.</para>
/// </remarks>
public interface IPayloadStore
{
    /// <summary>Stores content. When this returns it is durable.</summary>
    Task PutAsync(PayloadKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken);

    /// <summary>The content; null when there is none under this key. Its hash need not be checked here.</summary>
    Task<ReadOnlyMemory<byte>?> GetAsync(PayloadKey key, CancellationToken cancellationToken);

    /// <summary>Deletes everything of an execution. Deleting what is not there is no error.</summary>
    /// <param name="executionId">As in <see cref="PayloadKey.ExecutionId"/>.</param>
    /// <param name="cancellationToken">Ends the deleting; what is left is deleted by the next call.</param>
    Task DeleteExecutionAsync(string executionId, CancellationToken cancellationToken);
}

/// <summary>Where a value lies. Both parts are checked: neither can leave the place it names.</summary>
public sealed record PayloadKey
{
    private static readonly SearchValues<char> IdCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");
    private static readonly SearchValues<char> HexCharacters = SearchValues.Create("0123456789abcdef");

    /// <summary>A key.</summary>
    /// <exception cref="ArgumentException">The id is not 1 to 64 characters of <c>[a-zA-Z0-9-]</c>, or the hash not 64 of <c>[0-9a-f]</c>.</exception>
    public PayloadKey(string executionId, string sha256)
    {
        RequireExecutionId(executionId);
        ArgumentNullException.ThrowIfNull(sha256);
        if (sha256.Length != 64 || sha256.AsSpan().ContainsAnyExcept(HexCharacters))
            throw new ArgumentException($"sha256 '{sha256}' is not the hash of a payload; it must have 64 characters of [0-9a-f].", nameof(sha256));
        (ExecutionId, Sha256) = (executionId, sha256);
    }

    /// <summary>The execution's id: the last part of its ARN.</summary>
    public string ExecutionId { get; }

    /// <summary>The SHA-256 of the content, in lower-case hex.</summary>
    public string Sha256 { get; }

    /// <summary>Refuses what is not an execution's id, so that a store may use it as a name.</summary>
    /// <exception cref="ArgumentException">It is not 1 to 64 characters of <c>[a-zA-Z0-9-]</c>.</exception>
    public static void RequireExecutionId(string executionId)
    {
        ArgumentNullException.ThrowIfNull(executionId);
        if (executionId.Length is 0 or > 64 || executionId.AsSpan().ContainsAnyExcept(IdCharacters))
            throw new ArgumentException($"executionId '{executionId}' is not an execution's id; it must have 1 to 64 characters of [a-zA-Z0-9-].", nameof(executionId));
    }
}

/// <summary>A value that lies in the payload store cannot be had: it is missing, or is not what was stored.</summary>
public sealed class PayloadUnavailableException(string message) : DurableExecutionException(message);
