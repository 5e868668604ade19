using Microsoft.Extensions.AI;

namespace PriorAuthorization;

/// <summary>What the functions need, the same for the application and for its tests.</summary>
internal static class CaseServices
{
    /// <param name="services">Gets them; must have a <see cref="TimeProvider"/>.</param>
    /// <param name="folder">Where the world around the function keeps its books.</param>
    /// <param name="createModel">Which model is asked.</param>
    /// <param name="payerLatency">How long each call of the payer takes.</param>
    public static IServiceCollection AddCaseServices(
        this IServiceCollection services, DataFolder folder, Func<TimeProvider, IChatClient> createModel, TimeSpan payerLatency) => services
        .AddSingleton(folder)
        .AddSingleton<Outbox>()
        .AddSingleton<AuditTrail>()
        .AddSingleton<ChartStore>()
        .AddSingleton<PolicyLibrary>()
        .AddSingleton<ModelMeter>()
        .AddSingleton(static services => new ModelPace(services.GetRequiredService<TimeProvider>(), TimeSpan.FromSeconds(1) / 5))
        .AddSingleton(services => createModel(services.GetRequiredService<TimeProvider>()))
        .AddSingleton<ModelService>()
        .AddSingleton<ExtractionAgents>()
        .AddSingleton<NecessityAgent>()
        .AddSingleton<PayerBooks>()
        .AddSingleton(services => new FakePayer(services.GetRequiredService<PayerBooks>(), services.GetRequiredService<TimeProvider>(), payerLatency))
        .AddSingleton<IPayer>(static services => services.GetRequiredService<FakePayer>())
        .AddSingleton<People>()
        .AddSingleton<Intake>()
        .AddSingleton<Assessment>()
        .AddSingleton<PhysicianReview>()
        .AddSingleton<Closing>()
        .AddSingleton<Submission>();
}
