namespace Perdure.Protocol;

/// <summary>Durations as the wire has them: whole seconds, 1 to 31,622,400.</summary>
internal static class Durations
{
    /// <summary>Rounds up, at least 1: a delay is never shorter than asked.</summary>
    public static int WholeSeconds(TimeSpan delay) => (int)Math.Clamp(Math.Ceiling(delay.TotalSeconds), 1, PerdureLimits.MaxDurationSeconds);

    /// <exception cref="ArgumentOutOfRangeException">The duration is not from 1 second to 366 days.</exception>
    public static TimeSpan Require(TimeSpan value, string field, string cure)
    {
        if (value < TimeSpan.FromSeconds(1) || value > TimeSpan.FromSeconds(PerdureLimits.MaxDurationSeconds))
        {
            throw new ArgumentOutOfRangeException(
                field, value, $"{field} is {value}; it must be from 1 second to 366 days (31,622,400 s). {cure} [PDR0301]");
        }

        return value;
    }

    /// <summary>As <see cref="Require"/>, but zero means none.</summary>
    public static int? OptionalSeconds(TimeSpan value, string field) =>
        value == TimeSpan.Zero ? null : WholeSeconds(Require(value, field, "TimeSpan.Zero means no timeout."));
}
