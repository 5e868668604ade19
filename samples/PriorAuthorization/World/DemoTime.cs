namespace PriorAuthorization;

/// <summary>What runs on the clock that can be moved, and what does not.</summary>
internal static class DemoTime
{
    /// <summary>After <see cref="CaseServices.AddCaseServices"/>: a model is given its time for an answer by the wall, which nobody moves.</summary>
    public static IServiceCollection AddDemoTime(this IServiceCollection services, DemoClock clock) => services
        .AddSingleton(clock)
        .AddSingleton<TimeProvider>(clock)
        .AddSingleton(static provider => ActivatorUtilities.CreateInstance<ModelService>(provider, TimeProvider.System));
}
