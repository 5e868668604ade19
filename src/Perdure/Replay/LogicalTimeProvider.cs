namespace Perdure.Replay;

/// <summary>The time as the function may know it: that of the latest completion delivered to its context. The same in every replay.</summary>
internal sealed class LogicalTimeProvider(Func<DateTimeOffset> now) : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => now();

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => now().UtcTicks;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("A function's clock has no timers: nothing would wake it after a crash. Use WaitAsync. [PDR0104]");
}
