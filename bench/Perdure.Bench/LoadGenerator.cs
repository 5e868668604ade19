using System.Collections.Concurrent;
using System.Diagnostics;

namespace Perdure.Bench;

/// <summary>What one concurrency came to.</summary>
internal sealed record BenchResult(
    string Workload, string Store, int Concurrency, double StepsPerSecond, double ExecutionsPerSecond, double P50Ms, double P99Ms,
    double CommitsPerExecution, double ChangeSetsPerBatch, double CpuMicrosecondsPerStep, int Executions);

/// <summary>Keeps a fixed number of executions going for a while, and counts.</summary>
internal static class LoadGenerator
{
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(2);

    public static async Task<BenchResult> RunAsync(BenchArguments arguments, Workload workload, int concurrency, IPerdureClient client, CountingStore store)
    {
        await LoadAsync(workload, concurrency, client, WarmUp);
        var process = Process.GetCurrentProcess();
        var (changeSets, batches, cpu) = (store.ChangeSets, store.Batches, process.TotalProcessorTime);
        var began = Stopwatch.GetTimestamp();
        var latencies = await LoadAsync(workload, concurrency, client, TimeSpan.FromSeconds(arguments.Seconds));
        var seconds = Stopwatch.GetElapsedTime(began).TotalSeconds;
        process.Refresh();

        latencies.Sort();
        var steps = latencies.Count * Math.Max(1, workload.StepsPerExecution);
        return new BenchResult(
            arguments.Workload, arguments.Store, concurrency,
            Math.Round(latencies.Count * workload.StepsPerExecution / seconds, 1),
            Math.Round(latencies.Count / seconds, 1),
            Math.Round(latencies[latencies.Count / 2], 3),
            Math.Round(latencies[Math.Min(latencies.Count - 1, latencies.Count * 99 / 100)], 3),
            Math.Round((store.ChangeSets - changeSets) / (double)latencies.Count, 2),
            Math.Round((store.ChangeSets - changeSets) / (double)Math.Max(1, store.Batches - batches), 1),
            Math.Round((process.TotalProcessorTime - cpu).TotalMicroseconds / steps, 1),
            latencies.Count);
    }

    private static async Task<List<double>> LoadAsync(Workload workload, int concurrency, IPerdureClient client, TimeSpan duration)
    {
        var latencies = new ConcurrentQueue<double>();
        var end = Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            do latencies.Enqueue(await workload.RunOneAsync(client, TimeProvider.System));
            while (Stopwatch.GetTimestamp() < end);
        })));
        return [.. latencies];
    }
}
