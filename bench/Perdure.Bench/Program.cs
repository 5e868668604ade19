using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;
using Perdure.Bench;

BenchArguments arguments;
try
{
    arguments = BenchArguments.Parse(args);
}
catch (Exception error) when (error is ArgumentException or FormatException)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine(BenchArguments.Usage);
    return 2;
}

var workload = Workload.All[arguments.Workload];
var tried = arguments.Concurrency is { } one ? [one] : workload.Concurrencies;
Console.WriteLine($"{arguments.Workload} on {arguments.Store}, {arguments.Seconds} s each");
Console.WriteLine($"{"conc",6} {"steps/s",10} {"exec/s",10} {"p50 ms",9} {"p99 ms",9} {"commits/exec",13} {"exec/batch",11} {"CPU us/step",12}");

BenchResult? best = null;
foreach (var concurrency in tried)
{
    var result = await MeasureAsync(concurrency);
    Console.WriteLine(
        $"{concurrency,6} {result.StepsPerSecond,10:N0} {result.ExecutionsPerSecond,10:N0} {result.P50Ms,9:N2} {result.P99Ms,9:N2} " +
        $"{result.CommitsPerExecution,13:N2} {result.ChangeSetsPerBatch,11:N1} {result.CpuMicrosecondsPerStep,12:N1}");
    if (best is null || result.ExecutionsPerSecond > best.ExecutionsPerSecond) best = result;
}

if (arguments.Json) Console.WriteLine(JsonSerializer.Serialize(best, JsonSerializerOptions.Web));
return 0;

async Task<BenchResult> MeasureAsync(int concurrency)
{
    var directory = Directory.CreateTempSubdirectory("perdure-bench-");
    try
    {
        using var host = BuildHost(directory.FullName, concurrency);
        await host.StartAsync();
        var client = host.Services.GetRequiredService<IPerdureClient>();
        var result = await LoadGenerator.RunAsync(arguments, workload, concurrency, client, host.Services.GetRequiredService<CountingStore>());
        await host.StopAsync();
        return result;
    }
    finally
    {
        directory.Delete(recursive: true);
    }
}

IHost BuildHost(string directory, int concurrency)
{
    var builder = Host.CreateApplicationBuilder();
    builder.Logging.ClearProviders();
    var perdure = builder.Services.AddPerdure(options => options.MaxConcurrentInvocations = Math.Max(256, concurrency * 2));
    perdure.AddFunction("bench", workload.Function);
    if (arguments.Store == "sqlite") perdure.UseSqlite(Path.Combine(directory, "bench.db"));
    else perdure.UseStore(static _ => new InMemoryStore(TimeProvider.System));
    CountingStore.Wrap(builder.Services);
    return builder.Build();
}
