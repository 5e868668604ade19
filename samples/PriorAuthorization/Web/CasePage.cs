using System.Reflection;

namespace PriorAuthorization;

/// <summary>The page: static files from the assembly, and headers that let nothing else run or post here.</summary>
internal static class CasePage
{
    private static readonly string[] Scripts = ["app.js", "current.js", "desks.js", "dom.js", "server.js", "words.js"];

    public static void UseCasePage(this WebApplication app)
    {
        app.Use(static async (http, next) =>
        {
            http.Response.Headers.ContentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
            http.Response.Headers.XContentTypeOptions = "nosniff";
            http.Response.Headers["Referrer-Policy"] = "no-referrer";

            // A name that is not the loopback's was resolved to it by somebody else: their page would be of "the same origin" as this one.
            if (!IsLoopback(http.Request.Host.Host) || (HttpMethods.IsPost(http.Request.Method) && !IsSameOrigin(http.Request)))
            {
                http.Response.StatusCode = StatusCodes.Status403Forbidden;
                await http.Response.WriteAsJsonAsync(new { Error = "Only the page of this address, opened as 127.0.0.1 or localhost, may ask here." });
                return;
            }

            await next(http);
        });
        app.MapGet("/", static () => Page("index.html", "text/html; charset=utf-8"));
        app.MapGet("/favicon.ico", static () => Page("icon.svg", "image/svg+xml"));
        foreach (var script in Scripts) app.MapGet("/" + script, () => Page(script, "text/javascript; charset=utf-8"));
        app.MapGet("/style.css", static () => Page("style.css", "text/css; charset=utf-8"));
    }

    private static bool IsLoopback(string host) => host is "127.0.0.1" or "localhost" or "[::1]";

    /// <summary>A browser names the origin of a cross-site post; a script of the user's own (curl, a test) names none.</summary>
    private static bool IsSameOrigin(HttpRequest request)
    {
        var origin = request.Headers.Origin.ToString();
        return origin.Length == 0 || origin == $"{request.Scheme}://{request.Host}";
    }

    private static IResult Page(string name, string contentType) =>
        Results.Stream(Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!, contentType); // embedded at build
}
