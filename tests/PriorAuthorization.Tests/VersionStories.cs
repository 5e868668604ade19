using Microsoft.Extensions.DependencyInjection;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>As it was before second opinions.</summary>
[DurableFunction(PriorAuthorizationFunction.Name)]
internal sealed class FirstVersion(Intake intake, Assessment assessment, PhysicianReview review, Submission submission, Closing closing)
    : PriorAuthorizationFunction(intake, assessment, review, submission, closing)
{
    private protected override bool AsksForSecondOpinion(IDurableContext context) => false;
}

/// <summary>Second opinions added without a patch: a change of the code's shape.</summary>
[DurableFunction(PriorAuthorizationFunction.Name)]
internal sealed class UnpatchedVersion(Intake intake, Assessment assessment, PhysicianReview review, Submission submission, Closing closing)
    : PriorAuthorizationFunction(intake, assessment, review, submission, closing)
{
    private protected override bool AsksForSecondOpinion(IDurableContext context) => true;
}

/// <summary>A new version is deployed while letters wait for signatures.</summary>
public class VersionStories
{
    private static readonly PriorAuthRequest Unsure = Some.Case("glucose-monitor", "95250");

    [Fact]
    public async Task With_the_patch_a_case_in_review_goes_on_as_it_began()
    {
        await using var deployment = await Deployment.InReviewAsync(Unsure);

        await deployment.DeployAsync<PriorAuthorizationFunction>();
        await deployment.SignAsync();
        var outcome = await deployment.OutcomeAsync();

        Assert.Equal(CaseStatus.Approved, outcome.Status);
        var operations = await deployment.Host.Client.GetOperationsAsync(deployment.Arn);
        Assert.DoesNotContain(operations, static operation => operation.Name == "second-opinion");
    }

    [Fact]
    public async Task With_the_patch_a_new_case_gets_its_second_opinion()
    {
        await using var deployment = await Deployment.InReviewAsync(Unsure);
        await deployment.DeployAsync<PriorAuthorizationFunction>();

        var arn = await deployment.Host.Client.StartAsync(PriorAuthorizationFunction.Name, Unsure with { CaseId = "case-2" }, new StartOptions { ExecutionName = "case-2" });
        await deployment.Host.SettleAsync();

        Assert.Contains(await deployment.Host.Client.GetOperationsAsync(arn), static operation => operation is { Name: "second-opinion", Status: OperationStatus.Succeeded });
    }

    [Fact]
    public async Task Without_the_patch_it_is_parked_and_says_why_and_the_right_version_lets_it_go_on()
    {
        await using var deployment = await Deployment.InReviewAsync(Unsure);

        await deployment.DeployAsync<UnpatchedVersion>();
        await deployment.SignAsync();
        await deployment.Host.SettleAsync();
        var parked = await deployment.Host.Client.GetAsync(deployment.Arn);

        Assert.Equal(ExecutionAttention.Mismatched, parked!.Attention); // it exists
        Assert.Contains("second-opinion", parked.AttentionReason, StringComparison.Ordinal);
        Assert.Equal(0, deployment.Surroundings.Count(LedgerKind.Claim));

        await deployment.DeployAsync<PriorAuthorizationFunction>();
        var outcome = await deployment.OutcomeAsync();
        Assert.Equal(CaseStatus.Approved, outcome.Status);
        Assert.Equal(1, deployment.Surroundings.Count(LedgerKind.Claim));
    }

    /// <summary>A host whose function is replaced while a case is in review.</summary>
    private sealed class Deployment(ManualTimeProvider clock) : IAsyncDisposable
    {
        private Action<IPerdureBuilder> _version = static builder => builder.AddFunction<FirstVersion>();

        public Surroundings Surroundings { get; } = new(clock);

        public DurableTestHost Host { get; private set; } = null!; // set by InReviewAsync

        public string Arn { get; private set; } = "";

        public static async Task<Deployment> InReviewAsync(PriorAuthRequest request)
        {
            var clock = new ManualTimeProvider();
            var deployment = new Deployment(clock);
            deployment.Host = await DurableTestHost.StartAsync(
                builder =>
                {
                    deployment.Surroundings.Register(builder.Services);
                    deployment._version(builder);
                    builder.AddFunction<PolicyCriteriaFunction>();
                },
                static options => options.OnNonDeterminism = NonDeterminismPolicy.Park,
                clock: clock);
            deployment.Arn = await deployment.Host.Client.StartAsync(PriorAuthorizationFunction.Name, request, new StartOptions { ExecutionName = request.CaseId });
            await deployment.Host.SettleAsync();
            return deployment;
        }

        /// <summary>The old process ends, one with another version begins.</summary>
        public async Task DeployAsync<TFunction>() where TFunction : PriorAuthorizationFunction
        {
            _version = static builder => builder.AddFunction<TFunction>();
            await Host.CrashAsync();
            await Host.SettleAsync();
        }

        public async Task<PriorAuthOutcome> OutcomeAsync()
        {
            Assert.Equal(ExecutionStatus.Succeeded, (await Host.RunToEndAsync(Arn)).Status);
            return await Host.Client.WaitForResultAsync<PriorAuthOutcome>(Arn);
        }

        public async Task SignAsync()
        {
            var operations = await Host.Client.GetOperationsAsync(Arn);
            var question = operations.Single(static operation => operation.Name == "physician-review-answer").CallbackDetails!; // it is in review
            await Host.Client.SendCallbackSuccessAsync(question.CallbackId, new PhysicianDecision(true, "Dr. Grey", null, null));
            await Host.SettleAsync();
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
