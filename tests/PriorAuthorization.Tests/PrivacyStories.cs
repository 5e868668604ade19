using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Perdure;

namespace PriorAuthorization.Tests;

/// <summary>No clinical text outside of the record system and the payload store: not in logs, spans, messages, histories, nor in the database file.</summary>
public class PrivacyStories
{
    /// <summary>Sentences of the charts, what people wrote, references to patients: nobody may read these in passing.</summary>
    private static readonly string[] Clinical =
        ["fourteen weeks", "naproxen", "ibuprofen", "left ankle", "ten sessions", "patient-4711", "M54.16", "To the medical director", "XX-NOTE", "XX-LETTER", "XX-SENT", "XX-MISSING"];

    [Fact]
    public async Task No_clinical_text_is_in_logs_spans_messages_histories_or_the_database()
    {
        var folder = Directory.CreateTempSubdirectory("privacy-");
        var log = new LogText();
        using var spans = new SpanText();
        try
        {
            string history;
            await using (var clinic = await Clinic.OpenAsync(folder.FullName, log))
            {
                history = await clinic.RunAsync();
                Assert.Contains("XX-LETTER", JsonSerializer.Serialize(await clinic.OperationsAsync()), StringComparison.Ordinal); // control: functions see it
            }

            AssertClean("the log", log.Text);
            Assert.Contains("Step submit", spans.Text, StringComparison.Ordinal); // control: there are some
            AssertClean("the spans", spans.Text);
            AssertClean("the history", history);
            Assert.Contains("***", history, StringComparison.Ordinal); // control: it has masked values
            foreach (var file in folder.EnumerateFiles().Where(static file => file.Length > 0)) AssertClean(file.Name, Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file.FullName)));
            var stored = folder.GetDirectories("payloads")[0].EnumerateFiles("*", SearchOption.AllDirectories).Select(static file => File.ReadAllText(file.FullName));
            Assert.Contains(stored, static text => text.Contains("XX-LETTER", StringComparison.Ordinal)); // control: it is where it belongs
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static void AssertClean(string where, string text)
    {
        Assert.NotEqual(0, text.Length);
        Assert.All(Clinical, word => Assert.False(text.Contains(word, StringComparison.OrdinalIgnoreCase), $"'{word}' is in {where}"));
    }

    /// <summary>The sample as it runs for people: SQLite, the payload store, files; one case, in real time.</summary>
    private sealed class Clinic(IHost host, string arn) : IAsyncDisposable
    {
        private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

        private IPerdureClient Client => host.Services.GetRequiredService<IPerdureClient>();

        public static async Task<Clinic> OpenAsync(string folder, LogText log)
        {
            var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
            builder.Logging.SetMinimumLevel(LogLevel.Trace).AddProvider(log);
            builder.Services.AddSingleton(TimeProvider.System)
                .AddCaseServices(new DataFolder(folder), static clock => new ScriptedModel(clock, TimeSpan.Zero), TimeSpan.Zero)
                .AddSingleton(new ModelPace(TimeProvider.System, TimeSpan.Zero));
            builder.Services.AddPerdure()
                .AddFunction<PriorAuthorizationFunction>()
                .AddFunction<PolicyCriteriaFunction>()
                .AddInterceptor<AttemptSpans>()
                .UsePayloadStore(new FileSystemPayloadStore(Path.Combine(folder, "payloads")))
                .UseSqlite(Path.Combine(folder, "perdure.db"));
            var host = builder.Build();
            await host.StartAsync();
            var arn = await host.Services.GetRequiredService<IPerdureClient>().StartAsync(
                PriorAuthorizationFunction.Name, Some.Case(patient: "patient-4711"), new StartOptions { ExecutionName = Some.CaseId });
            return new Clinic(host, arn);
        }

        /// <returns>The history, payloads included.</returns>
        public async Task<string> RunAsync()
        {
            await AnswerAsync("physician-review-answer", new PhysicianDecision(true, "Dr. Grey", "XX-NOTE", "XX-LETTER"));
            await AnswerAsync("payer-webhook-callback", new PayerDecision(PayerVerdict.MoreInformation, "the payer called"));
            var pages = await host.Services.GetRequiredService<ChartStore>().AddAsync(Some.CaseId, "sent", "Letter\nXX-SENT\nMissing: XX-MISSING", default);
            await AnswerAsync("payer-information-answer", new ProviderDocs(pages));
            await AnswerAsync("payer-webhook-callback", new PayerDecision(PayerVerdict.Approved, "the payer called"));
            using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
            var outcome = await Client.WaitForResultAsync<PriorAuthOutcome>(arn, limit.Token);
            Assert.Equal(CaseStatus.Approved, outcome.Status);
            var text = new StringBuilder();
            await foreach (var entry in Client.GetHistoryAsync(arn)) text.AppendLine(JsonSerializer.Serialize(entry, entry.GetType()));
            return text.ToString();
        }

        public Task<IReadOnlyList<Operation>> OperationsAsync() => Client.GetOperationsAsync(arn);

        private async Task AnswerAsync<T>(string question, T answer)
        {
            using var limit = new CancellationTokenSource(Limit, TimeProvider.System);
            while (true)
            {
                var operations = await Client.GetOperationsAsync(arn, limit.Token);
                if (operations.LastOrDefault(operation => operation.Name == question) is { Status: OperationStatus.Started, CallbackDetails: { } open })
                {
                    await Client.SendCallbackSuccessAsync(open.CallbackId, answer, limit.Token);
                    return;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, limit.Token);
            }
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }

    /// <summary>Tracing as an application would add it: all that an attempt tells of itself.</summary>
    private sealed class AttemptSpans : IDurableInterceptor
    {
        private static readonly ActivitySource Source = new("PriorAuthorization");

        public async Task WrapAttemptAsync(AttemptInfo attempt, Func<Task> next)
        {
            using var span = Source.StartActivity($"{attempt.SubType} {attempt.Name}");
            span?.SetTag("attempt", attempt.ToString());
            await next();
        }

        public ValueTask OnAttemptEndAsync(AttemptInfo attempt, AttemptOutcome outcome)
        {
            Activity.Current?.SetTag("outcome", outcome.ToString());
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>Everything that is logged, at every level, with scopes.</summary>
    private sealed class LogText : ILoggerProvider, ILogger
    {
        private readonly ConcurrentQueue<string> _lines = new();

        public string Text => string.Join('\n', _lines);

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull
        {
            _lines.Enqueue(state is IEnumerable<KeyValuePair<string, object?>> fields ? string.Join(' ', fields) : state.ToString() ?? "");
            return null;
        }

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception) + exception);

        public void Dispose()
        {
        }
    }

    /// <summary>Every span of the process, with its tags and events.</summary>
    private sealed class SpanText : IDisposable
    {
        private readonly ConcurrentQueue<string> _spans = new();
        private readonly ActivityListener _listener;

        public SpanText()
        {
            _listener = new ActivityListener
            {
                ShouldListenTo = static _ => true,
                Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
                ActivityStopped = span => _spans.Enqueue(
                    $"{span.DisplayName} {string.Join(' ', span.TagObjects)} {string.Join(' ', span.Events.SelectMany(static e => e.Tags))} {span.StatusDescription}"),
            };
            ActivitySource.AddActivityListener(_listener);
        }

        public string Text => "spans: " + string.Join('\n', _spans);

        public void Dispose() => _listener.Dispose();
    }
}
