using Perdure.Sqlite;
using Perdure.Testing;

namespace Perdure.Tests.Conformance;

public sealed class UnreadableExecutionTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly ManualTimeProvider _clock = new();

    private string FilePath => _directory.File("store.db");

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("substr(entry, 1, length(entry) / 2)", "cannot be read")]
    [InlineData("x'00ff00'", "cannot be read")]
    [InlineData("cast(replace(cast(entry as text), '\"WAIT\"', '\"SIGNAL\"') as blob)", "Unknown operation type 'SIGNAL'")]
    [InlineData("cast(replace(cast(entry as text), '\"STARTED\"', '\"DREAMING\"') as blob)", "Unknown operation status 'DREAMING'")]
    public async Task An_unreadable_entry_quarantines_its_execution_and_no_other(string damage, string reason)
    {
        string[] names = ["first", "broken", "last"];
        await RunHostAsync(async host =>
        {
            foreach (var name in names) await host.Client.StartAsync("nap", name, new StartOptions { ExecutionName = name });
            await host.SettleAsync();
        });
        Damage("broken", damage);

        await RunHostAsync(async host =>
        {
            await host.AdvanceAsync(TimeSpan.FromDays(2));

            var all = await host.Client.ListAsync().ToDictionaryAsync(execution => execution.Name);
            Assert.Equal(ExecutionStatus.Succeeded, all["first"].Status);
            Assert.Equal(ExecutionStatus.Succeeded, all["last"].Status);
            Assert.Equal(ExecutionStatus.Running, all["broken"].Status);
            Assert.Equal(ExecutionAttention.Quarantined, all["broken"].Attention);
            Assert.Contains(reason, all["broken"].AttentionReason, StringComparison.Ordinal);
            Assert.False(await host.JumpAsync()); // nobody tries again and again
        });
    }

    private async Task RunHostAsync(Func<DurableTestHost, Task> body)
    {
        await using var store = new SqliteStore(FilePath, _clock);
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("nap", async (name, context) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(1));
                return name;
            }),
            store: store,
            clock: _clock);
        await body(host);
    }

    /// <summary>The entry that holds the wait.</summary>
    private void Damage(string name, string expression)
    {
        using var connection = SqliteFile.Open(FilePath);
        using var command = connection.CreateCommand();
        command.CommandText = $"""
            update journal set entry = {expression}
            where version = 2 and execution = (select key from executions where name = $name)
            """;
        command.Parameters.AddWithValue("$name", name);
        Assert.Equal(1, command.ExecuteNonQuery());
    }
}
