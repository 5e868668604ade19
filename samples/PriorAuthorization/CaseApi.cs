using System.Reflection;

namespace PriorAuthorization;

/// <summary>The page and the few endpoints behind it.</summary>
internal static class CaseApi
{
    public static void MapCaseApi(this WebApplication app)
    {
        app.MapGet("/api/cases", static async (CaseBook cases, Agents agents, CancellationToken token) =>
            Results.Ok(new { Cases = await cases.ListAsync(token), ModelCalls = agents.Calls }));
        app.MapGet("/api/cases/{id}", static async (string id, CaseBook cases, CancellationToken token) =>
            await cases.FindAsync(id, token) is { } found ? Results.Ok(found) : Results.NotFound(new { Error = $"There is no case '{id}'." }));
        app.MapGet("/api/ledger", static (PayerLedger ledger) => Results.Ok(ledger.Entries.Select(static entry => new { entry.Reference, entry.CaseId })));
        app.MapPost("/api/cases", static async (NewCase order, CaseBook cases, CancellationToken token) =>
            Enum.TryParse<PayerScenario>(order.Scenario, out var scenario)
                ? Results.Ok(new { Id = await cases.OpenAsync(scenario, token) })
                : Results.BadRequest(new { Error = $"scenario is '{order.Scenario}'; it must be one of {string.Join(", ", Enum.GetNames<PayerScenario>())}." }));
        app.MapPost("/api/cases/{id}/decision", static async (string id, PhysicianDecision decision, CaseBook cases, CancellationToken token) =>
            await cases.DecideAsync(id, decision, token)
                ? Results.Ok(new { Id = id })
                : Results.Conflict(new { Error = $"The case '{id}' does not wait for a signature (any more)." }));
    }

    /// <summary>Static files from the assembly, and headers that let nothing else run or post here.</summary>
    public static void UseCasePage(this WebApplication app)
    {
        app.Use(static async (http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";
            if (HttpMethods.IsPost(http.Request.Method) && !IsSameOrigin(http.Request))
            {
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                await http.Response.WriteAsJsonAsync(new { Error = "Only this page may post here." });
                return;
            }

            await next(http);
        });
        app.MapGet("/", static () => Page("index.html", "text/html; charset=utf-8"));
        app.MapGet("/app.js", static () => Page("app.js", "text/javascript; charset=utf-8"));
        app.MapGet("/style.css", static () => Page("style.css", "text/css; charset=utf-8"));
    }

    /// <summary>A browser names the origin of a cross-site post; a script of the user's own (curl, a test) names none.</summary>
    private static bool IsSameOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}";
    }

    private static IResult Page(string name, string contentType) =>
        Results.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!, contentType); // embedded at build

    private sealed record NewCase(string Scenario);
}
