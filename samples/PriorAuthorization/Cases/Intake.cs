using Perdure;

namespace PriorAuthorization;

/// <summary>What the chart says; null facts: the provider did not send what was missing.</summary>
internal sealed record IntakeResult(ClinicalFacts? Facts, TimelineEntry[] Timeline);

/// <summary>The first part of a case: finds the chart, has it read page by page, and asks the provider for what is missing.</summary>
internal sealed class Intake(ChartStore charts, ExtractionAgents agents, People people)
{
    private const int MaxQuestions = 2;
    private const double TolerableShare = 0.1;

    public async Task<IntakeResult> RunAsync(IDurableContext context, PriorAuthRequest request)
    {
        var timeline = new Timeline(context);
        var reading = Reading.None;
        try
        {
            var pages = await context.StepAsync(
                (_, token) => charts.FindPagesAsync(request.ChartUri, token),
                "load-chart",
                new StepConfig { RetryStrategy = RetryStrategy.FromDelegate(static (error, attempt) =>
                    error is ChartNotFoundException || attempt == 5 ? RetryDecision.DoNotRetry() : RetryDecision.RetryAfter(TimeSpan.FromSeconds(5 * attempt))) });
            reading = await ReadAsync(context, request.CaseId, pages, reading);
            timeline.Note($"The chart was read: {pages.Length} pages.");
        }
        catch (StepException error) when (error.IsError<ChartNotFoundException>())
        {
            reading = reading with { Missing = [Reading.Chart] };
            timeline.Note("There is no chart under the address that was given.");
        }

        for (var question = 1; reading.Missing.Length > 0 && question <= MaxQuestions; question++)
        {
            if (await AskProviderAsync(context, request, $"missing-information-{question}", "Documents are missing for") is not { } sent)
            {
                timeline.Note("The provider did not send what was missing.");
                return new IntakeResult(null, timeline.Entries);
            }

            reading = await ReadAsync(context, request.CaseId, sent.Pages, reading);
            timeline.Note($"The provider sent {sent.Pages.Length} pages.");
        }

        var summary = await SummarizeAsync(context, request.CaseId, reading);
        return new IntakeResult(new ClinicalFacts(summary, reading.Evidence, reading.Missing, reading.Pages, reading.UnreadablePages), timeline.Entries);
    }

    /// <summary>Asks for pages; null when none came in time.</summary>
    public Task<ProviderDocs?> AskProviderAsync(IDurableContext context, PriorAuthRequest request, string name, string subject) => people.AskAsync<ProviderDocs>(
        context,
        new PersonalQuestion(name, request.CaseId, request.ProviderId)
        {
            Subject = $"{subject} {request.CaseId}",
            Timeout = TimeSpan.FromHours(72),
            RemindEvery = TimeSpan.FromHours(24),
        });

    /// <summary>Reads pages, these only, and adds what they say to what was read before.</summary>
    public async Task<Reading> ReadAsync(IDurableContext context, string caseId, string[] pages, Reading before)
    {
        // A page that cannot be read costs confidence, more than a tenth of them a question to the provider.
        var read = await context.MapAsync<string, PageFacts>(
            pages,
            (page, uri, _, _, _) => agents.ReadPageAsync(page, caseId, uri),
            $"read-pages-{before.Rounds + 1}",
            new MapConfig<string>
            {
                MaxConcurrency = 4,
                ItemNamer = static (_, index) => $"page-{index + 1}",
                CompletionConfig = new CompletionConfig { ToleratedFailurePercentage = TolerableShare },
            });
        var facts = read.Succeeded.Select(item => (Page: pages[item.Index], Facts: item.Result!)).ToList(); // succeeded
        var statements = facts.SelectMany(static page => page.Facts.All.Select(text => (page.Page, Text: text)));
        Evidence[] evidence = [.. before.Evidence, .. statements.Select((found, index) => new Evidence($"E{before.Evidence.Length + index + 1}", found.Page, found.Text))];
        var missing = Reading.StillMissing(
            before.Missing.Except([Reading.Chart, Reading.ReadableCopy]).Concat(facts.SelectMany(static page => page.Facts.Missing)), evidence.Select(static item => item.Text));
        return new Reading(
            evidence,
            read.CompletionReason == CompletionReason.FailureToleranceExceeded ? [.. missing, Reading.ReadableCopy] : [.. missing],
            before.Rounds + 1)
        {
            Pages = before.Pages + pages.Length,
            UnreadablePages = before.UnreadablePages + pages.Length - facts.Count,
        };
    }

    /// <summary>For the letter; the evidence says the same at greater length.</summary>
    private async Task<string> SummarizeAsync(IDurableContext context, string caseId, Reading reading)
    {
        try
        {
            return (await context.RunInChildContextAsync((child, _) => agents.SummarizeAsync(child, caseId, reading.Evidence), "summary")).Text;
        }
        catch (ChildContextException)
        {
            return "No agent could sum up the chart.";
        }
    }
}

/// <summary>What was read so far, in how many rounds, and what is still missing.</summary>
[SensitiveData]
internal sealed record Reading(Evidence[] Evidence, string[] Missing, int Rounds)
{
    public const string Chart = "the chart";
    public const string ReadableCopy = "a readable copy";

    public static Reading None { get; } = new([], [], 0);

    /// <summary>Documents that pages mention as missing, and that nothing which was read shows.</summary>
    public static IEnumerable<string> StillMissing(IEnumerable<string> mentioned, IEnumerable<string> read) =>
        mentioned.Distinct().Where(document => !read.Any(text => text.Contains(document, StringComparison.OrdinalIgnoreCase)));

    public int Pages { get; init; }

    public int UnreadablePages { get; init; }
}
