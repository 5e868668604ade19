using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>The parts around the case: books that survive a kill, a clock that can be moved, a meter that tells what a crash cost.</summary>
public sealed class WorldRules : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("world-");

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);

    [Fact]
    public void A_log_keeps_what_it_was_given_and_a_line_that_was_cut_off_never_was()
    {
        var path = Path("log.jsonl");
        var log = new KeyedLog<Message>(path);
        log.Add("a", _ => new Message("a", "case-1", "x", "first", default));
        File.AppendAllText(path, "{\"Key\":\"b\",\"Cas");

        var reopened = new KeyedLog<Message>(path);
        var (entry, isNew) = reopened.Add("b", number => new Message("b", "case-1", "x", $"number {number}", default));

        Assert.Equal(("number 2", true), (entry.Subject, isNew));
        Assert.Equal(["first", "number 2"], new KeyedLog<Message>(path).Entries.Select(static message => message.Subject));
    }

    [Fact]
    public void An_entry_whose_key_is_known_is_the_one_that_is_there()
    {
        var log = new KeyedLog<Message>(null);
        log.Add("a", _ => new Message("a", "case-1", "x", "first", default));

        var (entry, isNew) = log.Add("a", _ => new Message("a", "case-1", "x", "second", default));

        Assert.Equal(("first", false), (entry.Subject, isNew));
    }

    [Fact]
    public void What_a_reader_was_given_stays_as_it_was_and_is_not_copied_for_it()
    {
        var log = new KeyedLog<Message>(null);
        for (var number = 1; number <= 1000; number++) log.Append(key => new Message(key, "case-1", "x", "", default));
        var read = log.Entries;
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var look = 0; look < 10; look++) Assert.Equal(1000, log.Entries.Count);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        log.Append(key => new Message(key, "case-1", "x", "", default));

        Assert.Equal((1000, "1000"), (read.Count, read[^1].Key));
        Assert.Equal((1001, "1001"), (log.Entries.Count, log.Entries[^1].Key));
        Assert.InRange(allocated, 0, 8000);
    }

    [Fact]
    public void A_clock_that_was_moved_fires_what_is_due_and_keeps_its_time_over_a_restart()
    {
        var folder = new DataFolder(_folder.FullName);
        var clock = new DemoClock(folder);
        var fired = new List<string>();
        using var soon = clock.CreateTimer(_ => fired.Add("hour"), null, TimeSpan.FromHours(1), Timeout.InfiniteTimeSpan);
        using var later = clock.CreateTimer(_ => fired.Add("day"), null, TimeSpan.FromDays(1), Timeout.InfiniteTimeSpan);
        using var never = clock.CreateTimer(_ => fired.Add("never"), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        var before = clock.GetTimestamp();

        clock.Advance(TimeSpan.FromHours(2));

        Assert.Equal(["hour"], fired);
        Assert.InRange(clock.GetElapsedTime(before), TimeSpan.FromHours(2), TimeSpan.FromHours(2.1));
        clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(["hour", "day"], fired);
        Assert.InRange(new DemoClock(folder).Ahead, TimeSpan.FromHours(26), TimeSpan.FromHours(26));
    }

    [Fact]
    public void A_clock_that_cannot_be_read_is_told_and_not_taken_for_one_that_was_never_moved()
    {
        File.WriteAllText(Path("clock.txt"), "");

        var error = Assert.Throws<InvalidDataException>(() => new DemoClock(new DataFolder(_folder.FullName)));

        Assert.Contains(Path("clock.txt"), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clock_is_written_beside_the_one_that_it_replaces()
    {
        var folder = new DataFolder(_folder.FullName);
        var clock = new DemoClock(folder);
        clock.Advance(TimeSpan.FromHours(1));
        File.WriteAllText(Path("clock.txt.next"), "1.0"); // killed while it was written
        using var old = new StreamReader(new FileStream(Path("clock.txt"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete));

        clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal("01:00:00", old.ReadToEnd());
        Assert.Equal(TimeSpan.FromHours(2), new DemoClock(folder).Ahead);
    }

    [Fact]
    public void A_timer_that_repeats_goes_on_after_a_jump_and_one_that_was_stopped_does_not()
    {
        var clock = new DemoClock(new DataFolder(null));
        var (ticks, stopped) = (0, 0);
        using var repeating = clock.CreateTimer(_ => ticks++, null, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        var gone = clock.CreateTimer(_ => stopped++, null, TimeSpan.FromHours(1), TimeSpan.FromHours(1));
        gone.Dispose();

        for (var hour = 0; hour < 3; hour++) clock.Advance(TimeSpan.FromHours(1));

        Assert.Equal((3, 0), (ticks, stopped));
    }

    [Fact]
    public async Task The_meter_tells_a_call_that_a_crash_repeated_from_one_that_failed()
    {
        var folder = new DataFolder(_folder.FullName);
        var meter = new ModelMeter(folder);
        await meter.MeasureAsync("case-1", "summary", "step-1", static () => Task.FromResult(7L), static tokens => tokens);
        await Assert.ThrowsAsync<InvalidOperationException>(() => meter.MeasureAsync<long>("case-1", "summary", "step-2", static () => throw new InvalidOperationException(), static tokens => tokens));
        var killed = meter.MeasureAsync("case-1", "summary", "step-3", static () => new TaskCompletionSource<long>().Task, static tokens => tokens);

        var next = new ModelMeter(folder);
        await next.MeasureAsync("case-1", "summary", "step-2", static () => Task.FromResult(5L), static tokens => tokens);
        await next.MeasureAsync("case-1", "summary", "step-3", static () => Task.FromResult(3L), static tokens => tokens);

        Assert.False(killed.IsCompleted);
        Assert.Equal(new ModelUsage(Calls: 5, Tokens: 15, Repeated: 1), next.Usage("case-1"));
        Assert.Equal(new ModelUsage(0, 0, 0), next.Usage("case-2"));
    }

    [Fact]
    public async Task The_meter_counts_cases_apart_and_together()
    {
        var meter = new ModelMeter(new DataFolder(null));
        await meter.MeasureAsync("case-1", "summary", "step-1", static () => Task.FromResult(7L), static tokens => tokens);
        await meter.MeasureAsync("case-2", "summary", "step-2", static () => Task.FromResult(5L), static tokens => tokens);

        Assert.Equal((new(1, 7, 0), new(1, 5, 0), new(2, 12, 0)), (meter.Usage("case-1"), meter.Usage("case-2"), meter.Usage()));
    }

    [Fact]
    public async Task The_pace_lets_calls_go_one_by_one()
    {
        var clock = new ManualTimeProvider();
        using var pace = new ModelPace(clock, TimeSpan.FromMilliseconds(200));
        var turns = Enumerable.Range(0, 4).Select(_ => pace.WaitForTurnAsync(default)).ToList();

        for (var given = 1; given <= 4; given++)
        {
            await turns[given - 1];
            Assert.Equal(given, pace.Given);
            clock.Advance(TimeSpan.FromMilliseconds(200));
        }
    }

    [Theory]
    [InlineData("chart://../etc/1")]
    [InlineData("chart://case-1/../../secret/1")]
    [InlineData("chart://case-1/a.b/1")]
    [InlineData("file:///etc/passwd/1")]
    public async Task An_address_that_leads_out_of_the_record_system_leads_nowhere(string address) =>
        await Assert.ThrowsAsync<ChartNotFoundException>(() => new ChartStore(new DataFolder(_folder.FullName)).ReadPageAsync(address, default));

    public void Dispose() => _folder.Delete(recursive: true);
}
