using System.Diagnostics;

namespace PriorAuthorization.Tests;

/// <summary>The example is killed at random moments and started again: every case finishes, and the payer has every claim once.</summary>
[Trait("Category", "Slow")]
public sealed class KillStories : IDisposable
{
    private const int Cases = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    private readonly DirectoryInfo _data = Directory.CreateTempSubdirectory("prior-authorization-");

    [Fact]
    public async Task Killed_at_20_random_moments_every_case_finishes_and_every_claim_is_in_the_ledger_once()
    {
        await using var worker = new Worker(_data.FullName, null);
        var random = new Random(20);
        var nextKill = Stopwatch.GetTimestamp();

        var outcome = await RunAsync(worker, kills: 20, () =>
        {
            if (worker.Kills == 20 || Stopwatch.GetTimestamp() < nextKill) return false;
            nextKill = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * random.Next(300, 1800) / 1000);
            return true;
        });

        Assert.Equal(20, worker.Kills);
        Assert.Empty(outcome.Violations);
    }

    [Fact]
    public async Task Control_without_idempotency_keys_the_same_check_fails()
    {
        await using var worker = new Worker(_data.FullName, "no-key");

        AssertFailsForClaimingTwice(await RunAsync(worker, kills: 0, static () => false));
    }

    [Fact]
    public async Task Control_without_fencing_the_same_check_fails()
    {
        await using var worker = new Worker(_data.FullName, "no-fence");

        AssertFailsForClaimingTwice(await RunAsync(worker, kills: 1, () => worker.Kills < 3 && HasClaimInFlight));
    }

    /// <summary>Not for anything else: a control that fails because the worker broke down proves nothing about the check.</summary>
    private static void AssertFailsForClaimingTwice(Outcome outcome)
    {
        Assert.NotEmpty(outcome.Violations);
        Assert.NotEmpty(outcome.ClaimedTwice);
        Assert.All(outcome.Violations, violation => Assert.Contains(violation.Split(' ')[0], outcome.ClaimedTwice));
    }

    /// <summary>Opens cases, signs letters and kills, until all cases are over and all kills done.</summary>
    /// <exception cref="TimeoutException">That did not happen in time: nothing can be said of the outcome.</exception>
    private static async Task<Outcome> RunAsync(Worker worker, int kills, Func<bool> isTimeToKill)
    {
        string[] behaviours = ["Accepts", "LosesTheAnswer", "Rejects"];
        var opened = 0;
        var began = Stopwatch.GetTimestamp();
        await worker.StartAsync();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(began) > Limit) throw new TimeoutException($"Not finished after {Limit}: {opened} cases opened, {worker.Kills} kills.");
            if (isTimeToKill())
            {
                await worker.KillAsync();
                await worker.StartAsync();
            }

            // An unanswered request may have been heard: then there is one case more, and it must finish too.
            if (opened < Cases && await worker.PostAsync("/api/cases", new { Template = "mri", Behaviour = behaviours[opened % 3] }) is { IsSuccessStatusCode: true }) opened++;
            if (await worker.GetAsync<CaseList>("/api/cases") is { } list)
            {
                foreach (var waiting in list.Cases.Where(item => item.Asks == "physician"))
                    await worker.PostAsync($"/api/cases/{waiting.Id}/decision", new { Approved = !Refuses(waiting), Physician = "Dr. Grey", Note = "checked" });
                var isOver = opened == Cases && list.Cases.All(item => item.State != "running");
                if (isOver && worker.Kills >= kills && await worker.GetAsync<LedgerEntry[]>("/api/ledger") is { } ledger)
                    return Check(list.Cases, [.. ledger.Where(entry => entry.Kind == LedgerKind.Claim)]);
            }

            await Worker.PauseAsync(25);
        }
    }

    private static Outcome Check(CaseSummary[] cases, List<LedgerEntry> claimed)
    {
        List<string> violations = [];
        if (cases.Length < Cases) violations.Add($"{cases.Length} cases, {Cases} were opened");
        foreach (var item in cases)
        {
            var expected = Refuses(item) ? "withdrawn" : item.Behaviour == PayerBehaviour.Rejects ? "denied" : "approved";
            if (item.State != expected) violations.Add($"{item.Id} ({item.Behaviour}) ended {item.State}, expected {expected}");
            var claims = claimed.Where(claim => claim.CaseId == item.Id).ToList();
            if (claims.Count != (Refuses(item) ? 0 : 1)) violations.Add($"{item.Id} has {claims.Count} claims in the ledger");
            if (!Refuses(item) && claims.All(claim => claim.Reference != item.PayerReference)) violations.Add($"{item.Id} knows another reference than the ledger");
        }

        return new Outcome(violations, [.. claimed.CountBy(claim => claim.CaseId).Where(count => count.Value > 1).Select(count => count.Key)]);
    }

    /// <summary>One case in eight is refused: told by its id, so that a repeated answer is the same answer.</summary>
    private static bool Refuses(CaseSummary item) => item.Id[^1] is '0' or '8';

    /// <summary>What is wrong with the outcome, each beginning with the case; and the cases of which the payer has several claims.</summary>
    private sealed record Outcome(IReadOnlyList<string> Violations, IReadOnlyList<string> ClaimedTwice);

    private bool HasClaimInFlight => Directory.Exists(InFlight) && Directory.EnumerateFiles(InFlight).Any();

    private string InFlight => Path.Combine(_data.FullName, "in-flight");

    public void Dispose() => _data.Delete(recursive: true);
}
