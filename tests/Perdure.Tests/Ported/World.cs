namespace Ported;

/// <summary>The systems around the functions: remembers what was asked of it, and fails when it is told to.</summary>
public sealed class World
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Queue<Exception>> _failures = [];
    private readonly List<string> _calls = [];

    /// <summary>What was done, in order.</summary>
    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_gate) return [.. _calls];
        }
    }

    /// <summary>The latest callback id that was given away.</summary>
    public string CallbackId { get; private set; } = "";

    /// <summary>The next calls of this fail.</summary>
    public World Fail(string call, params Exception[] errors)
    {
        _failures[call] = new Queue<Exception>(errors);
        return this;
    }

    public Task<string> CallAsync(string call, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_failures.TryGetValue(call, out var errors) && errors.TryDequeue(out var error)) throw error;
            _calls.Add(call);
            return Task.FromResult(call);
        }
    }

    public Task AskAsync(string whom, string callbackId, CancellationToken cancellationToken)
    {
        CallbackId = callbackId;
        return CallAsync($"ask {whom}", cancellationToken);
    }
}
