namespace PriorAuthorization;

/// <summary>The endpoints behind the page.</summary>
internal static class CaseApi
{
    private static readonly TimeSpan MaxLapse = TimeSpan.FromDays(31);

    public static void MapCaseApi(this WebApplication app)
    {
        app.MapGet("/api/templates", static () => Results.Ok(CaseTemplates.All.Select(static template => new { template.Id, template.Title, template.About })));
        app.MapGet("/api/cases", static async (CaseBook cases, ModelMeter meter, DemoClock clock, CancellationToken token) =>
            Results.Ok(new { Cases = await cases.ListAsync(token), Usage = meter.Usage(), Now = clock.GetUtcNow(), AheadHours = Math.Round(clock.Ahead.TotalHours, 2) }));
        app.MapGet("/api/cases/{id}", static async (string id, CaseBook cases, CancellationToken token) =>
            await cases.FindAsync(id, token) is { } found ? Results.Ok(found) : NoSuchCase(id));
        app.MapGet("/api/ledger", static (PayerBooks books) => Results.Ok(books.Ledger));

        app.MapPost("/api/cases", OpenAsync);
        app.MapPost("/api/cases/{id}/decision", static async (string id, NewDecision decision, CaseDesk desk, CancellationToken token) => decision.Approved is { } approved
            ? Tell(id, await desk.DecideAsync(id, new PhysicianDecision(approved, decision.Physician ?? "", decision.Note, decision.EditedLetter), token))
            : Problem("approved", "is missing: true signs the letter, false refuses it."));
        app.MapPost("/api/cases/{id}/documents", static async (string id, Delivery delivery, CaseDesk desk, CancellationToken token) =>
            Tell(id, await desk.DeliverAsync(id, delivery.Text, token)));
        app.MapPost("/api/cases/{id}/withdraw", static async (string id, CaseDesk desk, CancellationToken token) =>
            Tell(id, await desk.WithdrawAsync(id, token)));
        app.MapPost("/api/cases/{id}/payer", static async (string id, Treatment treatment, PayerBooks books, CaseBook cases, CancellationToken token) =>
        {
            if (await cases.ArnOfAsync(id, token) is null) return NoSuchCase(id);
            if (!TryRead<PayerBehaviour>(treatment.Behaviour, out var behaviour)) return NotOneOf<PayerBehaviour>("behaviour", treatment.Behaviour);
            books.SetBehaviour(id, behaviour);
            return Results.Ok(new { Id = id });
        });
        app.MapPost("/api/clock", static async (Lapse lapse, TimeLapse time, DemoClock clock, CancellationToken token) =>
        {
            if (!(lapse.Hours > 0) || lapse.Hours > MaxLapse.TotalHours) return Problem("hours", $"is {lapse.Hours}; it must be more than 0 and at most {MaxLapse.TotalHours}.");
            await time.PassAsync(TimeSpan.FromHours(lapse.Hours), token);
            return Results.Ok(new { Now = clock.GetUtcNow() });
        });
    }

    private static async Task<IResult> OpenAsync(NewCase order, CaseBook cases, CancellationToken token)
    {
        if (CaseTemplates.Find(order.Template) is not { } template)
            return Problem("template", $"is '{order.Template}'; it must be one of {string.Join(", ", CaseTemplates.All.Select(static template => template.Id))}.");
        if (!TryRead<Urgency>(order.Urgency, out var urgency)) return NotOneOf<Urgency>("urgency", order.Urgency);
        if (!TryRead<PayerBehaviour>(order.Behaviour, out var behaviour)) return NotOneOf<PayerBehaviour>("behaviour", order.Behaviour);
        return Results.Ok(new { Id = await cases.OpenAsync(template, urgency, behaviour, token) });
    }

    private static IResult Tell(string id, Answered answered) => answered switch
    {
        Answered.Taken => Results.Ok(new { Id = id }),
        Answered.NoSuchCase => NoSuchCase(id),
        Answered.Invalid invalid => Problem(invalid.Field, invalid.Problem),
        Answered.Closed { First: { } first } => Results.Conflict(new { Error = $"{first.Physician} has answered before: {(first.Approved ? "signed" : "refused")}. Nothing was changed.", First = first }),
        Answered.Closed => Results.Conflict(new { Error = $"The case '{id}' does not wait for this (any more). Nothing was changed." }),
        _ => throw new System.Diagnostics.UnreachableException($"Unknown answer {answered}."),
    };

    private static IResult NoSuchCase(string id) => Results.NotFound(new { Error = $"There is no case '{id}'." });

    private static IResult Problem(string field, string problem) => Results.BadRequest(new { Error = $"{field} {problem}", Field = field });

    /// <summary>By its name only: <see cref="Enum.TryParse{T}(string, out T)"/> takes any number too.</summary>
    private static bool TryRead<T>(string? text, out T value) where T : struct, Enum => Enum.TryParse(text, out value) && Enum.GetNames<T>().Contains(text);

    private static IResult NotOneOf<T>(string field, string? value) where T : struct, Enum =>
        Problem(field, $"is '{value}'; it must be one of {string.Join(", ", Enum.GetNames<T>())}.");

    private sealed record NewCase(string Template, string Urgency = nameof(PriorAuthorization.Urgency.Standard), string Behaviour = nameof(PayerBehaviour.Accepts));

    /// <summary>As it is posted: what was left out is told from what was said.</summary>
    private sealed record NewDecision(bool? Approved, string? Physician, string? Note, string? EditedLetter);

    private sealed record Delivery(string Text);

    private sealed record Treatment(string Behaviour);

    private sealed record Lapse(double Hours);
}
