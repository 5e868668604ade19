using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>What this version leaves on the record, and what earlier versions left in <c>histories</c>, replays.</summary>
public class HistoryStories
{
    private static readonly ReplayVerifierOptions Options = new()
    {
        ConfigureServices = static services => new Surroundings(TimeProvider.System).Register(services),
    };

    [Theory]
    [InlineData("in-review")]
    [InlineData("approved")]
    [InlineData("claim-withdrawn")]
    public async Task Exported_histories_replay_clean(string moment)
    {
        await using var world = new CaseWorld();
        var arn = await world.Runner.StartAsync(Some.Case());
        await world.Runner.Operation("physician-review-answer").WaitForAsync(OperationStatus.Started);
        if (moment != "in-review")
        {
            await Act.Sign(world.Runner);
            await Act.PayerCalls(moment == "approved" ? PayerVerdict.Approved : PayerVerdict.MoreInformation)(world.Runner);
            await world.Runner.WaitForResultAsync(arn);
        }

        var folder = Directory.CreateTempSubdirectory("histories-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, moment + ".json"), await world.Runner.ExportHistoryAsync(arn));

            await ReplayVerifier.VerifyAsync<PriorAuthorizationFunction>(folder.FullName, Options);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>A new version that fails here would park cases that are under way: see docs/guides/versioning.md.</summary>
    [Fact]
    public Task Cases_of_earlier_versions_replay_with_this_one() =>
        ReplayVerifier.VerifyAsync<PriorAuthorizationFunction>(Path.Combine(AppContext.BaseDirectory, "histories"), Options);

    [Fact]
    public async Task Control_a_version_that_adds_a_call_without_a_patch_does_not_replay()
    {
        await using var world = new CaseWorld<FirstVersion>();
        var arn = await world.Runner.StartAsync(Some.Case("glucose-monitor", "95250"));
        await world.Runner.Operation("physician-review-answer").WaitForAsync(OperationStatus.Started);
        var folder = Directory.CreateTempSubdirectory("histories-");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "first.json"), await world.Runner.ExportHistoryAsync(arn));

            await ReplayVerifier.VerifyAsync<PriorAuthorizationFunction>(folder.FullName, Options);
            var error = await Assert.ThrowsAsync<ReplayVerificationException>(() => ReplayVerifier.VerifyAsync<UnpatchedVersion>(folder.FullName, Options));
            Assert.Contains("second-opinion", error.Message, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
