using System.Net.Sockets;
using Perdure;
using PriorAuthorization;

SampleArguments arguments;
ModelEndpoint model;
try
{
    arguments = SampleArguments.Parse(args);
    model = ModelEndpoint.FromEnvironment(Environment.GetEnvironmentVariable);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine(SampleArguments.Usage);
    return 2;
}

if (arguments.IsDemo) return await new DemoRun(arguments, Console.Out).RunAsync();

var directory = Directory.CreateDirectory(arguments.Data).FullName;
var folder = new DataFolder(directory);
DemoClock clock;
try
{
    clock = new DemoClock(folder);
}
catch (InvalidDataException error)
{
    Console.Error.WriteLine($"The sample could not start: {error.Message}");
    return 1;
}

var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(arguments.Url);
builder.Logging.AddSampleFilters();
builder.Services.ConfigureHttpJsonOptions(static json => json.SerializerOptions.Converters.Add(new System.Text.Json.Serialization.JsonStringEnumConverter()));
builder.Services
    .AddCaseServices(folder, model.CreateClient, payerLatency: TimeSpan.FromMilliseconds(250))
    .AddDemoTime(clock)
    .AddSingleton<CaseBook>()
    .AddSingleton<CaseDesk>()
    .AddHostedService<PayerOffice>();
if (arguments.Sabotage is { } sabotage) builder.Services.AddSabotage(sabotage, directory);
builder.Services.AddPerdure(static options =>
    {
        options.DrainTimeout = TimeSpan.FromSeconds(5);
        options.LeaseDuration = TimeLapse.Lease; // on SQLite a new process takes over at once
        options.Retention = TimeSpan.FromDays(90);
    })
    .AddFunction<PriorAuthorizationFunction>()
    .AddFunction<PolicyCriteriaFunction>()
    .AddInterceptor<TimeLapse>()
    .UsePayloadStore(new FileSystemPayloadStore(Path.Combine(directory, "payloads")))
    .UseSqlite(Path.Combine(directory, "perdure.db"));

await using var app = builder.Build();
app.UseCasePage();
app.MapCaseApi();
try
{
    await app.StartAsync();
}
catch (Exception error) when (error is IOException or SocketException or InvalidOperationException)
{
    Console.Error.WriteLine($"The sample could not start: {error.Message}");
    if (error is not InvalidOperationException) Console.Error.WriteLine("Choose another port: -- --urls http://127.0.0.1:5081");
    return 1;
}

_ = app.Services.GetRequiredService<IPayer>(); // what a predecessor left is looked at now, not at the first claim
Console.WriteLine($"""

      Prior authorization, on Perdure

      Open       {app.Urls.First()}
      Data       {directory}
      Model      {(model.Address is null ? "scripted, no network" : $"{model.Model} at {model.Address}")}

      Try        1. Open a case. Agents read the chart and draft a letter; then it waits for your signature.
                 2. Sign it and watch the claim go to the payer. Have the payer lose its answer: a retry, not a second claim.
                 3. Let a day pass: reminders, deadlines, polling.
                 4. Kill this process at any moment (Ctrl+C, or kill -9 {Environment.ProcessId}) and start it again: cases go on.

    """);
await app.WaitForShutdownAsync();
return 0;
