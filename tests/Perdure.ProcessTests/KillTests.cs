using System.Diagnostics;

namespace Perdure.ProcessTests;

/// <summary>The example is killed at random moments and started again: every case finishes, and the payer has every claim once.</summary>
[Trait("Category", "Slow")]
public class KillTests
{
    private const int Cases = 12;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    [Fact]
    public async Task Killed_at_20_random_moments_every_case_finishes_and_every_claim_is_in_the_ledger_once()
    {
        using var example = new ExampleProcess();
        var random = new Random(20);
        var nextKill = Stopwatch.GetTimestamp();

        var outcome = await RunAsync(example, kills: 20, () =>
        {
            if (example.Kills == 20 || Stopwatch.GetTimestamp() < nextKill) return false;
            nextKill = Stopwatch.GetTimestamp() + (Stopwatch.Frequency * random.Next(300, 1800) / 1000);
            return true;
        });

        Assert.Equal(20, example.Kills);
        Assert.Empty(outcome.Violations);
    }

    [Fact]
    public async Task Control_without_idempotency_keys_the_same_check_fails()
    {
        using var example = new ExampleProcess("--sabotage=no-key");

        AssertFailsForClaimingTwice(await RunAsync(example, kills: 0, static () => false));
    }

    [Fact]
    public async Task Control_without_fencing_the_same_check_fails()
    {
        using var example = new ExampleProcess("--sabotage=no-fence");

        AssertFailsForClaimingTwice(await RunAsync(example, kills: 1, () => example.Kills < 3 && example.HasClaimInFlight));
    }

    /// <summary>Not for anything else: a control that fails because the example broke down proves nothing about the check.</summary>
    private static void AssertFailsForClaimingTwice(Outcome outcome)
    {
        Assert.NotEmpty(outcome.Violations);
        Assert.NotEmpty(outcome.ClaimedTwice);
        Assert.All(outcome.Violations, violation => Assert.Contains(violation.Split(' ')[0], outcome.ClaimedTwice));
    }

    /// <summary>Opens cases, signs letters and kills, until all cases are over and all kills done.</summary>
    /// <exception cref="TimeoutException">That did not happen in time: nothing can be said of the outcome.</exception>
    private static async Task<Outcome> RunAsync(ExampleProcess example, int kills, Func<bool> isTimeToKill)
    {
        string[] behaviours = ["Accepts", "LosesTheAnswer", "Rejects"];
        var opened = 0;
        var began = Stopwatch.GetTimestamp();
        await example.StartAsync();
        while (true)
        {
            if (Stopwatch.GetElapsedTime(began) > Limit) throw new TimeoutException($"Not finished after {Limit}: {opened} cases opened, {example.Kills} kills.");
            if (isTimeToKill())
            {
                example.Kill();
                await example.StartAsync();
            }

            // An unanswered request may have been heard: then there is one case more, and it must finish too.
            if (opened < Cases && await example.PostAsync("/api/cases", new { Template = "mri", Behaviour = behaviours[opened % 3] }) is { IsSuccessStatusCode: true }) opened++;
            if (await example.GetAsync<CaseList>("/api/cases") is { } list)
            {
                foreach (var waiting in list.Cases.Where(item => item.Asks == "physician"))
                    await example.PostAsync($"/api/cases/{waiting.Id}/decision", new { Approved = !Refuses(waiting), Physician = "Dr. Grey", Note = "checked" });
                var isOver = opened == Cases && list.Cases.All(item => item.State != "running");
                if (isOver && example.Kills >= kills && await example.GetAsync<Entry[]>("/api/ledger") is { } ledger)
                    return Check(list.Cases, [.. ledger.Where(entry => entry.Kind == "Claim")]);
            }

            await ExampleProcess.Pause(25);
        }
    }

    private static Outcome Check(Case[] cases, Entry[] claimed)
    {
        List<string> violations = [];
        if (cases.Length < Cases) violations.Add($"{cases.Length} cases, {Cases} were opened");
        foreach (var item in cases)
        {
            var expected = Refuses(item) ? "withdrawn" : item.Behaviour == "Rejects" ? "denied" : "approved";
            if (item.State != expected) violations.Add($"{item.Id} ({item.Behaviour}) ended {item.State}, expected {expected}");
            var claims = claimed.Where(claim => claim.CaseId == item.Id).ToList();
            if (claims.Count != (Refuses(item) ? 0 : 1)) violations.Add($"{item.Id} has {claims.Count} claims in the ledger");
            if (!Refuses(item) && claims.All(claim => claim.Reference != item.PayerReference)) violations.Add($"{item.Id} knows another reference than the ledger");
        }

        return new Outcome(violations, [.. claimed.CountBy(claim => claim.CaseId).Where(count => count.Value > 1).Select(count => count.Key)]);
    }

    /// <summary>One case in eight is refused: told by its id, so that a repeated answer is the same answer.</summary>
    private static bool Refuses(Case item) => item.Id[^1] is '0' or '8';

    /// <summary>What is wrong with the outcome, each beginning with the case; and the cases of which the payer has several claims.</summary>
    private sealed record Outcome(IReadOnlyList<string> Violations, IReadOnlyList<string> ClaimedTwice);

    private sealed record CaseList(Case[] Cases);

    private sealed record Case(string Id, string Behaviour, string State, string Asks, string? PayerReference);

    private sealed record Entry(string Kind, string Reference, string CaseId);
}
