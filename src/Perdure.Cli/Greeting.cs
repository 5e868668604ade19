using System.Globalization;

namespace Perdure.Cli;

/// <summary>The first output: what runs where, and how it is called.</summary>
internal static class Greeting
{
    public static void Write(TextWriter output, ServerSettings settings, ICollection<string> addresses)
    {
        var address = addresses.First().TrimEnd('/');
        output.WriteLine($"Perdure listens on {string.Join(" and ", addresses)}; executions are kept in {Path.GetFullPath(settings.Data)}.");
        var functions = settings.Config.Functions.OrderBy(static function => function.Key, StringComparer.Ordinal).ToList();
        if (functions.Count == 0) output.WriteLine("No functions yet. Add one: --function hello=\"node hello.mjs\"");
        var width = functions.Select(static function => function.Key.Length).DefaultIfEmpty().Max();
        foreach (var (name, function) in functions) output.WriteLine($"  {name.PadRight(width)}  {function.Command ?? function.Url!.ToString()}  ({LimitOf(function)})"); // it has one of them
        if (settings.ShowsCalls && functions.Count > 0) WriteCalls(output, address, functions[0]);
    }

    private static string LimitOf(FunctionConfig function) =>
        function.Durable ? $"executions time out after {InWords(ServerSettings.ExecutionTimeoutOf(function))}" : "a plain function, called by others";

    private static string InWords(TimeSpan time) => (time switch
    {
        { TotalDays: >= 2 } => (time.TotalDays, "days"),
        { TotalHours: >= 2 } => (time.TotalHours, "hours"),
        { TotalMinutes: >= 2 } => (time.TotalMinutes, "minutes"),
        _ => (time.TotalSeconds, "seconds"),
    }) is var (number, unit) ? string.Create(CultureInfo.InvariantCulture, $"{number:0.#} {unit}") : "";

    private static void WriteCalls(TextWriter output, string address, KeyValuePair<string, FunctionConfig> function)
    {
        var name = function.Key;
        output.WriteLine($$"""

            Call it, in another terminal:

              AWS CLI
                export AWS_ACCESS_KEY_ID=x AWS_SECRET_ACCESS_KEY=x
                aws lambda invoke --endpoint-url {{address}} --region us-east-1 --function-name '{{name}}:$LATEST' answer.json

              curl
                curl -i -d '{}' '{{address}}/2015-03-31/functions/{{name}}/invocations?Qualifier=$LATEST'

              C#
                using var http = new HttpClient { BaseAddress = new Uri("{{address}}") };
                using var answer = await http.PostAsync("/2015-03-31/functions/{{name}}/invocations?Qualifier=$LATEST", new StringContent("{}"));
                Console.WriteLine(await answer.Content.ReadAsStringAsync());

            Ctrl+C ends it; what has not finished goes on when it starts again.
            """);
    }
}
