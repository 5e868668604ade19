using System.Collections.Concurrent;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>What a case meets outside of the engine, in memory: it outlives the nodes of its run, as the real world would.</summary>
internal sealed class Surroundings
{
    public Surroundings(TimeProvider clock)
    {
        var memory = new DataFolder(null);
        (Clock, Books, Messages, Audit, Meter, Charts) = (clock, new(memory), new(memory, clock), new(memory, clock), new(memory), new(memory));
        Payer = new FakePayer(Books, clock, TimeSpan.Zero);
        Model = new ScriptedModel(clock, TimeSpan.Zero);
    }

    public TimeProvider Clock { get; }

    public PayerBooks Books { get; }

    public Outbox Messages { get; }

    public AuditTrail Audit { get; }

    public ModelMeter Meter { get; }

    public ChartStore Charts { get; }

    public FakePayer Payer { get; }

    public IChatClient Model { get; init; }

    public int Count(LedgerKind kind) => Books.Ledger.Count(entry => entry.Kind == kind);

    /// <summary>Both functions on an engine with these surroundings.</summary>
    /// <param name="clock">The clock that the surroundings were made with.</param>
    /// <param name="configure">Puts something else in place of the usual surroundings.</param>
    /// <param name="options">How the engine runs.</param>
    public Task<DurableTestHost> StartHostAsync(ManualTimeProvider clock, Action<IServiceCollection>? configure = null, Action<PerdureOptions>? options = null) =>
        DurableTestHost.StartAsync(
            builder =>
            {
                Register(builder.Services);
                configure?.Invoke(builder.Services);
                builder.AddFunction<PriorAuthorizationFunction>().AddFunction<PolicyCriteriaFunction>();
            },
            options,
            clock: clock);

    public void Register(IServiceCollection services) => services
        .AddCaseServices(new DataFolder(null), _ => Model, TimeSpan.Zero)
        .AddSingleton(Books).AddSingleton(Messages).AddSingleton(Audit).AddSingleton(Meter).AddSingleton(Charts).AddSingleton(Payer)
        .AddSingleton(Clock).AddSingleton(new ModelPace(Clock, TimeSpan.Zero));
}

/// <summary>A case on the real engine, with a clock that the test moves.</summary>
/// <typeparam name="TFunction">The version of the function.</typeparam>
internal class CaseWorld<TFunction> : IAsyncDisposable where TFunction : PriorAuthorizationFunction
{
    private readonly ConcurrentDictionary<TimeProvider, Surroundings> _runs = new();

    /// <param name="options">How the engine runs.</param>
    /// <param name="configure">Puts something else in place of the usual surroundings.</param>
    /// <param name="model">Another model than the scripted one.</param>
    public CaseWorld(TestRunnerOptions? options = null, Action<IServiceCollection>? configure = null, IChatClient? model = null)
    {
        Runner = DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>.For<TFunction>(
            services =>
            {
                // Each run has a clock of its own, and each node of the run registers it again: the surroundings stay.
                var clock = services.Select(static service => service.ImplementationInstance).OfType<ManualTimeProvider>().Last();
                _runs.GetOrAdd(clock, key => model is null ? new Surroundings(key) : new Surroundings(key) { Model = model }).Register(services);
                configure?.Invoke(services);
            },
            options ?? new TestRunnerOptions()).RegisterDurableFunction<PolicyCriteriaFunction>();
    }

    public DurableTestRunner<PriorAuthRequest, PriorAuthOutcome> Runner { get; }

    public Surroundings Surroundings => _runs[Runner.TimeProvider];

    /// <summary>Of all runs: a proof of crash safety makes many.</summary>
    public IEnumerable<Surroundings> Runs => _runs.Values;

    /// <summary>Opens a case and plays the people in it.</summary>
    public async Task<TestResult<PriorAuthOutcome>> RunAsync(PriorAuthRequest request, params Func<DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>, Task>[] acts)
    {
        var arn = await Runner.StartAsync(request);
        foreach (var act in acts) await act(Runner);
        var result = await Runner.WaitForResultAsync(arn);
        result.EnsureSucceeded();
        return result;
    }


    public ValueTask DisposeAsync() => Runner.DisposeAsync();
}

/// <inheritdoc/>
internal sealed class CaseWorld(TestRunnerOptions? options = null, Action<IServiceCollection>? configure = null, IChatClient? model = null)
    : CaseWorld<PriorAuthorizationFunction>(options, configure, model);

/// <summary>What people and payers do.</summary>
internal static class Act
{
    public static Task Sign(DurableTestRunner<PriorAuthRequest, PriorAuthOutcome> runner) => Decide(runner, new PhysicianDecision(true, "Dr. Grey", null, null));

    public static Task Refuse(DurableTestRunner<PriorAuthRequest, PriorAuthOutcome> runner) => Decide(runner, new PhysicianDecision(false, "Dr. Grey", "Not indicated.", null));

    public static Task Decide(DurableTestRunner<PriorAuthRequest, PriorAuthOutcome> runner, PhysicianDecision decision) =>
        runner.Operation("physician-review-answer").SendCallbackSuccessAsync(decision);

    /// <summary>The provider sends pages that are in the record system already.</summary>
    public static Func<DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>, Task> Send(string question, params string[] pages) =>
        runner => runner.Operation(question + "-answer").SendCallbackSuccessAsync(new ProviderDocs(pages));

    public static Func<DurableTestRunner<PriorAuthRequest, PriorAuthOutcome>, Task> PayerCalls(PayerVerdict verdict) =>
        runner => runner.Operation("payer-webhook").SendCallbackSuccessAsync(new PayerDecision(verdict, "the payer called"));
}

internal static class Some
{
    public const string CaseId = "case-1";

    public static PriorAuthRequest Case(string chart = "lumbar-mri", string procedure = "72148", Urgency urgency = Urgency.Standard, string patient = "patient-1") => new(
        CaseId, patient, "provider-7", "payer-3", procedure, ["M54.16"], $"chart://sample/{chart}", urgency);

    public static PriorAuthRequest KneeCase() => Case("knee-replacement", "27447");
}
