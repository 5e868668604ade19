using AotFunction;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

// AotFunction [folder]: starts the execution "order-4711", or joins it after a kill, and prints its result as one line.
var folder = Directory.CreateDirectory(args.Length > 0 ? args[0] : "data").FullName;
var builder = Host.CreateEmptyApplicationBuilder(null);
builder.Services.AddLogging(logging => logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning));
builder.Services.AddSingleton(new Ledger(Path.Combine(folder, "ledger.txt")));
builder.Services.AddPerdure()
    .AddJsonContext(OrderJson.Default)
    .AddFunction<OrderFunction>()
    .AddFunction<Quote, decimal>("price", static (quote, _) => Task.FromResult(quote.Pieces * 10m))
    .UseSqlite(Path.Combine(folder, "orders.db"))
    .UsePayloadStore(new FileSystemPayloadStore(Path.Combine(folder, "payloads")));
using var host = builder.Build();
await host.StartAsync();

var client = host.Services.GetRequiredService<IPerdureClient>();
var arn = await client.StartAsync("order", new Order(4711, ["tea", "cup"], "Ada Lovelace", new DateOnly(1815, 12, 10)), new StartOptions { ExecutionName = "order-4711" });
var receipt = await client.WaitForResultAsync<Receipt>(arn);
var history = "";
await foreach (var e in client.GetHistoryAsync(arn)) history += e;
var isMasked = history.Contains("""
    "customer":"***","birthday":"***"
    """, StringComparison.Ordinal) && !history.Contains("Lovelace", StringComparison.Ordinal) && !history.Contains("1815", StringComparison.Ordinal);
await host.StopAsync();
Console.WriteLine($"order {receipt.Number}: {string.Join(" and ", receipt.Reserved.Select(item => item.Item))} for {receipt.Price}, confirmed {receipt.IsConfirmed}");
return isMasked && receipt is { IsConfirmed: true, Reserved.Length: 2 } ? 0 : 1;
