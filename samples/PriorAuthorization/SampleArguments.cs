namespace PriorAuthorization;

/// <summary>The command line.</summary>
internal sealed record SampleArguments(string Data, string Url, string? Sabotage, bool IsDemo)
{
    public const string Usage = """
        usage: dotnet run --project samples/PriorAuthorization [-- [--data DIR] [--urls http://127.0.0.1:5080] [--demo] [--sabotage=no-key|no-fence]]
        """;

    /// <exception cref="ArgumentException">Something in it is not understood.</exception>
    public static SampleArguments Parse(string[] args)
    {
        var arguments = new SampleArguments("data", "http://127.0.0.1:5080", null, IsDemo: false);
        for (var i = 0; i < args.Length; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var left, var right] ? (left, right) : (args[i], null);
            arguments = name switch
            {
                "--data" => arguments with { Data = Value() },
                "--urls" => arguments with { Url = RequireLoopback(Value()) },
                "--sabotage" => arguments with { Sabotage = RequireSabotage(Value()) },
                "--demo" => arguments with { IsDemo = true },
                _ => throw new ArgumentException($"Unknown argument '{name}'."),
            };

            string Value() => value ?? (i + 1 < args.Length ? args[++i] : throw new ArgumentException($"{name} needs a value."));
        }

        return arguments;
    }

    private static string RequireSabotage(string kind) =>
        kind is "no-key" or "no-fence" ? kind : throw new ArgumentException($"--sabotage is '{kind}'; it must be no-key or no-fence.");

    /// <summary>The page lets anybody sign: it must not be reachable from elsewhere.</summary>
    private static string RequireLoopback(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri is { Scheme: "http", IsLoopback: true }
            ? url
            : throw new ArgumentException($"--urls is '{url}'; this sample has no sign-in and only serves loopback, such as http://127.0.0.1:5080.");
}
