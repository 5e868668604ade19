using System.Net.Sockets;
using Perdure;
using PriorAuthorization;

SampleArguments arguments;
try
{
    arguments = SampleArguments.Parse(args);
}
catch (ArgumentException error)
{
    Console.Error.WriteLine(error.Message);
    Console.Error.WriteLine(SampleArguments.Usage);
    return 2;
}

var directory = Directory.CreateDirectory(arguments.Data).FullName;
var builder = WebApplication.CreateSlimBuilder();
builder.WebHost.UseUrls(arguments.Url);
builder.Logging.SetMinimumLevel(LogLevel.Warning).AddFilter("Microsoft.Extensions.Hosting", LogLevel.None); // a failed start is told below
builder.Services.AddSingleton(TimeProvider.System);
builder.Services.AddSingleton(new PayerLedger(directory));
builder.Services.AddSingleton<Agents>();
builder.Services.AddSingleton<CaseBook>();
builder.Services.AddSingleton<PayerClient>(services => arguments.Sabotage switch
{
    "no-key" => new KeylessPayerClient(services.GetRequiredService<PayerLedger>(), TimeProvider.System),
    "no-fence" => new UnfencedPayerClient(services.GetRequiredService<PayerLedger>(), TimeProvider.System, directory),
    _ => new PayerClient(services.GetRequiredService<PayerLedger>(), TimeProvider.System),
});
builder.Services.AddPerdure(static options => options.DrainTimeout = TimeSpan.FromSeconds(5))
    .AddFunction<PriorAuthorizationFunction>()
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

_ = app.Services.GetRequiredService<PayerClient>(); // what a predecessor left is looked at now, not at the first claim
Console.WriteLine($"""

      Prior authorization, on Perdure

      Open       {app.Urls.First()}
      Data       {directory}

      Try        1. New case. Three agents work; then the letter waits for your signature.
                 2. Approve it and watch it go to the payer. "Loses the answer" shows a retry that is not a second claim.
                 3. Kill this process at any moment (Ctrl+C, or kill -9 {Environment.ProcessId}) and start it again: cases go on.

    """);
await app.WaitForShutdownAsync();
return 0;
