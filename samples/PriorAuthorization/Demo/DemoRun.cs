using System.Diagnostics;

namespace PriorAuthorization;

/// <summary>What the demonstration opens, and what has to come of it.</summary>
/// <param name="Title">For people.</param>
/// <param name="Template">What is asked for.</param>
/// <param name="Behaviour">What the payer does.</param>
/// <param name="Signs">What the physician does.</param>
/// <param name="Status">How it has to end.</param>
/// <param name="Claims">How many claims the payer must have.</param>
internal sealed record DemoCase(string Title, string Template, PayerBehaviour Behaviour, bool Signs, string Status, int Claims);

/// <summary>
/// The whole example without anybody: opens three cases, plays physician and payer, kills its own worker twice where it hurts most, and
/// holds the outcome against what was promised.
/// </summary>
internal sealed class DemoRun(SampleArguments arguments, TextWriter output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);

    private static readonly DemoCase[] Cases =
    [
        new("approved", "mri", PayerBehaviour.Accepts, Signs: true, CaseStatus.Approved, Claims: 1),
        new("refused by the physician", "glucose", PayerBehaviour.Accepts, Signs: false, CaseStatus.Withdrawn, Claims: 0),
        new("payer loses its answer", "mri", PayerBehaviour.LosesTheAnswer, Signs: true, CaseStatus.Approved, Claims: 1),
    ];

    private readonly long _began = Stopwatch.GetTimestamp();

    /// <returns>0 when every promise was kept, 1 when one was not.</returns>
    public async Task<int> RunAsync()
    {
        var data = Directory.CreateTempSubdirectory("prior-authorization-").FullName;
        try
        {
            await using var worker = new Worker(data, arguments.Sabotage);
            Tell(arguments.Sabotage is { } sabotage ? $"Starting a worker without a protection: {sabotage}." : "Starting a worker.");
            await worker.StartAsync();
            var ids = await OpenAsync(worker);

            await UntilAsync(worker, static list => list.Usage.Calls >= 5);
            await KillAsync(worker, "Agents are at work");
            await SignAsync(worker, ids);
            await UntilClaimArrivesAsync(worker, ids[^1]);
            await KillAsync(worker, "The payer has a claim, and its answer is on the way");
            await SignAsync(worker, ids);
            await UntilAsync(worker, list => list.Cases.Count(static item => item.State != "running") == Cases.Length);
            return await ReportAsync(worker, ids);
        }
        catch (Exception error) when (error is TimeoutException or InvalidOperationException)
        {
            Tell($"The demonstration broke off: {error.Message}");
            return 1;
        }
        finally
        {
            Directory.Delete(data, recursive: true);
        }
    }

    private async Task<string[]> OpenAsync(Worker worker)
    {
        var ids = new string[Cases.Length];
        for (var i = 0; i < ids.Length; i++)
        {
            var order = new { Cases[i].Template, Urgency = nameof(Urgency.Standard), Behaviour = Cases[i].Behaviour.ToString() };
            using var response = await worker.PostAsync("/api/cases", order) ?? throw new InvalidOperationException("The worker does not answer.");
            ids[i] = (await response.Content.ReadFromJsonAsync<Opened>())!.Id; // every answer has one
            Tell($"Opened {ids[i]}: {Cases[i].Title}.");
        }

        return ids;
    }

    private async Task KillAsync(Worker worker, string moment)
    {
        Tell($"{moment}: kill -9.");
        await worker.KillAsync();
        await worker.StartAsync();
        Tell("Started again over the same data.");
    }

    /// <summary>Plays the physician, until each case that waits for one has been answered.</summary>
    private async Task SignAsync(Worker worker, string[] ids)
    {
        for (var i = 0; i < ids.Length; i++)
        {
            if (await WaitsForPhysicianAsync(worker, ids[i]) is false) continue;
            var decision = new { Approved = Cases[i].Signs, Physician = "Dr. Grey", Note = Cases[i].Signs ? null : "Not indicated." };
            using var response = await worker.PostAsync($"/api/cases/{ids[i]}/decision", decision);
            if (response is { IsSuccessStatusCode: true }) Tell($"The physician {(Cases[i].Signs ? "signs" : "refuses")} {ids[i]}.");
        }
    }

    /// <summary>Waits until the agents are done with the case; false when the physician was there before.</summary>
    private async Task<bool> WaitsForPhysicianAsync(Worker worker, string id)
    {
        while (true)
        {
            RequireTime();
            if (await worker.GetAsync<CaseDetails>($"/api/cases/{id}") is { Review: { } review }) return review.IsOpen;
            await Worker.PauseAsync(50);
        }
    }

    private async Task UntilAsync(Worker worker, Func<CaseList, bool> holds)
    {
        while (await worker.GetAsync<CaseList>("/api/cases") is not { } list || !holds(list))
        {
            RequireTime();
            await Worker.PauseAsync(50);
        }
    }

    /// <summary>Until the claim is in the payer's books. The case does not know yet: the answer takes a quarter of a second, or is lost.</summary>
    private async Task UntilClaimArrivesAsync(Worker worker, string id)
    {
        while (await worker.GetAsync<LedgerEntry[]>("/api/ledger") is not { } ledger || !ledger.Any(entry => entry.CaseId == id))
        {
            RequireTime();
            await Worker.PauseAsync(5);
        }
    }

    private async Task<int> ReportAsync(Worker worker, string[] ids)
    {
        List<CaseDetails> details = [];
        foreach (var id in ids) details.Add(await worker.GetAsync<CaseDetails>($"/api/cases/{id}") ?? throw new InvalidOperationException($"{id} is gone."));
        var broken = DemoPromises.Broken(Cases, details, worker.Kills).ToList();
        new DemoReport(output).Write(Cases, details, broken);
        Tell(broken.Count == 0 ? "Every promise was kept." : $"{broken.Count} promise(s) broken.");
        return broken.Count == 0 ? 0 : 1;
    }

    private void RequireTime()
    {
        if (Stopwatch.GetElapsedTime(_began) > Limit) throw new TimeoutException($"it did not come to its end within {Limit.TotalSeconds} s.");
    }

    private void Tell(string line) => output.WriteLine($"{Stopwatch.GetElapsedTime(_began).TotalSeconds,6:F1} s  {line}");

    private sealed record Opened(string Id);
}
