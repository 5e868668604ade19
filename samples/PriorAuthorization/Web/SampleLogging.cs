namespace PriorAuthorization;

/// <summary>What the console is told besides the greeting.</summary>
internal static class SampleLogging
{
    /// <summary>A start that failed is told in the program's own words; that the host stops because something failed later is said by the host alone.</summary>
    public static ILoggingBuilder AddSampleFilters(this ILoggingBuilder logging) => logging
        .SetMinimumLevel(LogLevel.Warning)
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical);
}
