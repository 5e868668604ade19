using Microsoft.Extensions.DependencyInjection;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>A case on the real engine, with everything around it in memory and a clock that the test moves.</summary>
internal sealed class CaseWorld : IAsyncDisposable
{
    private readonly Action<IServiceCollection> _configure;

    public CaseWorld(TestRunnerOptions? options = null, Action<IServiceCollection>? configure = null, Type? function = null)
    {
        _configure = configure ?? (static _ => { });
        Clock = options?.TimeProvider ?? new ManualTimeProvider();
        Books = new PayerBooks(new DataFolder(null));
        Messages = new Outbox(new DataFolder(null), Clock);
        Audit = new AuditTrail(new DataFolder(null), Clock);
        Meter = new ModelMeter(new DataFolder(null));
        Charts = new ChartStore(new DataFolder(null));
        Payer = new FakePayer(Books, Clock, TimeSpan.Zero);
        Runner = DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>.For<PriorAuthorizationFunction>(
            Register, (options ?? new TestRunnerOptions()) with { TimeProvider = Clock }).RegisterDurableFunction<PolicyCriteriaFunction>();
    }

    public ManualTimeProvider Clock { get; }

    public PayerBooks Books { get; }

    public FakePayer Payer { get; }

    public Outbox Messages { get; }

    public AuditTrail Audit { get; }

    public ModelMeter Meter { get; }

    public ChartStore Charts { get; }

    public DurableTestRunner<PriorAuthRequest, PriorAuthOutcome> Runner { get; }

    private void Register(IServiceCollection services)
    {
        services.AddCaseServices(new DataFolder(null), static clock => new ScriptedModel(clock, TimeSpan.Zero), TimeSpan.Zero)
            .AddSingleton(Books).AddSingleton(Payer).AddSingleton(Messages).AddSingleton(Audit).AddSingleton(Meter).AddSingleton(Charts)
            .AddSingleton(new ModelPace(Clock, TimeSpan.Zero));
        _configure(services);
    }

    public ValueTask DisposeAsync() => Runner.DisposeAsync();
}

internal static class Some
{
    public static PriorAuthRequest Case(string chart = "lumbar-mri", string procedure = "72148", Urgency urgency = Urgency.Standard, string patient = "patient-1") => new(
        "case-1", patient, "provider-7", "payer-3", procedure, ["M54.16"], $"chart://sample/{chart}", urgency);

    public static PhysicianDecision Signature { get; } = new(true, "Dr. Grey", null, null);

    public static PhysicianDecision Refusal { get; } = new(false, "Dr. Grey", "Not indicated.", null);
}
