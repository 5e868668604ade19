using System.Text;
using Perdure.Storage;

namespace Perdure.Testing.Conformance;

/// <summary>An opened store, and short words for what cases do to it. Executions are numbered; a higher number is a younger one.</summary>
internal sealed class StoreProbe
{
    public const string Function = "orders";

    private readonly IStoreFixture _fixture;
    private IExecutionStore? _store;
    private long _commits;

    private StoreProbe(IStoreFixture fixture) => _fixture = fixture;

    public ManualTimeProvider Clock { get; } = new();

    public IExecutionStore Store => _store ?? throw new InvalidOperationException("The store is not open.");

    /// <summary>The instant at which every case begins.</summary>
    public static DateTimeOffset T0 { get; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static async Task RunAsync(IStoreFixture fixture, Func<StoreProbe, Task> body)
    {
        ArgumentNullException.ThrowIfNull(fixture);
        var probe = new StoreProbe(fixture);
        try
        {
            await probe.ReopenAsync("node-1").ConfigureAwait(false);
            await body(probe).ConfigureAwait(false);
        }
        finally
        {
            await probe.CloseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>As after the end of a process: another store over the same data.</summary>
    public async Task ReopenAsync(string owner)
    {
        await CloseAsync().ConfigureAwait(false);
        _store = _fixture.CreateStore(Clock);
        await _store.OpenAsync(owner, CancellationToken.None).ConfigureAwait(false);
    }

    private async Task CloseAsync()
    {
        if (_store is { } store) await store.DisposeAsync().ConfigureAwait(false);
        _store = null;
    }

    public static ExecutionKey Key(int number) => new(1_000_000 + number);

    public static RowState Running(DateTimeOffset? wakeAt = null, string queue = Function) =>
        new() { Status = ExecutionStatus.Running, Queue = queue, WakeAt = wakeAt };

    public static RowState Leased(string owner, long epoch, DateTimeOffset until) => Running(until) with { LeaseOwner = owner, LeaseEpoch = epoch };

    public static RowState Ended(DateTimeOffset? expiresAt = null, ExecutionStatus status = ExecutionStatus.Succeeded) =>
        new() { Status = status, Queue = Function, EndedAt = T0, ExpiresAt = expiresAt };

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static ExecutionChange Insert(int number, RowState? row = null, string? name = null, string function = Function) => new()
    {
        Key = Key(number),
        ExpectedVersion = 0,
        Entry = Bytes($$"""{"entry":1,"of":{{number}}}"""),
        Payload = default,
        Insert = new ExecutionIdentity(Key(number), function, "$LATEST", name ?? $"run-{number}", T0),
        Row = row ?? Running(),
    };

    public static ExecutionChange Append(int number, long expectedVersion, RowState? row = null) => new()
    {
        Key = Key(number),
        ExpectedVersion = expectedVersion,
        Entry = Bytes($$"""{"entry":{{expectedVersion + 1}},"of":{{number}}}"""),
        Payload = default,
        Row = row,
    };

    public ChangeSet Set(params ExecutionChange[] changes) => new(Interlocked.Increment(ref _commits), changes);

    public async Task<CommitOutcome> CommitAsync(params ExecutionChange[] changes) =>
        (await Store.CommitAsync([Set(changes)]).ConfigureAwait(false))[0];

    /// <summary>A commit that the case takes for granted.</summary>
    public async Task WriteAsync(params ExecutionChange[] changes) =>
        Check.Equal(CommitOutcome.Committed, await CommitAsync(changes).ConfigureAwait(false), "An ordinary commit");

    public async Task<ExecutionRow> RowAsync(int number) =>
        Check.NotNull(await Store.FindAsync(Key(number), CancellationToken.None).ConfigureAwait(false), $"The row of execution {number}");

    public async Task<long> VersionAsync(int number) => (await RowAsync(number).ConfigureAwait(false)).Version;

    public Task<IReadOnlyList<ExecutionRow>> ClaimAsync(DateTimeOffset now, int max = 10, string owner = "node-1", string queue = Function) =>
        Store.ClaimDueAsync(new ClaimRequest(queue, owner, now, now.AddSeconds(30), max), CancellationToken.None);

    public Task<IReadOnlyList<JournalEntry>> EntriesAsync(int number, long from = 1, long to = long.MaxValue, bool withPayload = true) =>
        Store.ReadEntriesAsync(Key(number), from, to, withPayload, CancellationToken.None);

    public async Task<LoadedExecution> LoadAsync(int number) =>
        Check.NotNull(await Store.LoadAsync(Key(number), CancellationToken.None).ConfigureAwait(false), $"Execution {number}");
}
