namespace Perdure.Bench;

/// <summary>What the command line asks for.</summary>
internal sealed record BenchArguments(string Workload, string Store, int? Concurrency, double Seconds, bool Json)
{
    public const string Usage = """
        usage: dotnet run -c Release --project bench/Perdure.Bench -- W1|W2|W3|W4|W6 [--store sqlite|memory] [--concurrency N] [--seconds S] [--json]

          W1  ten sequential steps of about 200 bytes
          W2  one step of about 200 bytes
          W3  a callback: from the outside completion to the finished execution
          W4  one execution with 1,000 steps side by side
          W6  as W3 behind 1,000 finished steps: the completion resumes, replays and ends it

          --store        sqlite (default; synchronous=FULL, a fresh file) or memory
          --concurrency  executions at a time; without it 1, 64, 512 and 2048 are tried (W4 and W6: 1 and 8)
          --seconds      measured time per concurrency (default 5)
          --json         the last line is one JSON object for the best concurrency tried
        """;

    public static BenchArguments Parse(string[] args)
    {
        string? workload = null, store = "sqlite";
        int? concurrency = null;
        double seconds = 5;
        var json = false;
        for (var i = 0; i < args.Length; i++)
        {
            switch (args[i])
            {
                case "--store": store = Value(args, ref i); break;
                case "--concurrency": concurrency = int.Parse(Value(args, ref i)); break;
                case "--seconds": seconds = double.Parse(Value(args, ref i)); break;
                case "--json": json = true; break;
                case var name when workload is null && !name.StartsWith('-'): workload = name.ToUpperInvariant(); break;
                default: throw new ArgumentException($"Unknown argument '{args[i]}'.");
            }
        }

        if (workload is null || !Bench.Workload.All.ContainsKey(workload)) throw new ArgumentException($"Unknown workload '{workload}'.");
        if (store is not ("sqlite" or "memory")) throw new ArgumentException($"Unknown store '{store}'.");
        if (concurrency is < 1) throw new ArgumentException($"--concurrency is {concurrency}; it must be at least 1.");
        return new BenchArguments(workload, store, concurrency, seconds, json);
    }

    private static string Value(string[] args, ref int i) => ++i < args.Length ? args[i] : throw new ArgumentException($"{args[i - 1]} needs a value.");
}
