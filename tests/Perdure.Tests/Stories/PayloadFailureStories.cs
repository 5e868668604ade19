using System.Text.Json;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>What can go wrong between the record and the payload store: crashes around a commit, missing and altered files, forged references.</summary>
public class PayloadFailureStories
{
    private static readonly string Big = new('b', 100_000);

    /// <summary>A folder whose next operations can be made to fail, before or after they have happened.</summary>
    private sealed class FailingStore(IPayloadStore inner) : IPayloadStore
    {
        public int Puts { get; private set; }

        public bool FailsBeforePut { get; set; }

        public bool FailsAfterPut { get; set; }

        public async Task PutAsync(PayloadKey key, ReadOnlyMemory<byte> content, CancellationToken cancellationToken)
        {
            Puts++;
            if (FailsBeforePut) throw new IOException("The disk is full.");
            await inner.PutAsync(key, content, cancellationToken);
            if (FailsAfterPut) throw new IOException("The answer was lost.");
        }

        public Task<ReadOnlyMemory<byte>?> GetAsync(PayloadKey key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public Task DeleteExecutionAsync(string executionId, CancellationToken cancellationToken) => inner.DeleteExecutionAsync(executionId, cancellationToken);
    }

    /// <summary>A store whose next commit happens and is not answered: the process ended in between.</summary>
    private sealed class LosesAnswers(IExecutionStore inner) : DelegatingStore(inner)
    {
        public bool LosesNext { get; set; }

        public override async Task<IReadOnlyList<CommitOutcome>> CommitAsync(IReadOnlyList<ChangeSet> batch)
        {
            var outcomes = await base.CommitAsync(batch);
            if (!LosesNext) return outcomes;
            LosesNext = false;
            throw new StoreUnavailableException("The answer was lost.", null);
        }
    }

    private static Task<DurableTestHost> StartAsync(
        IPayloadStore payloads, Func<string, IDurableContext, Task<string>> function, ManualTimeProvider? clock = null, IExecutionStore? store = null) => DurableTestHost.StartAsync(
        perdure => perdure.AddFunction("f", function).AddFunction<string, string>("echo", (text, _) => Task.FromResult(text)).UsePayloadStore(payloads),
        clock: clock, store: store);

    private static string[] Files(TemporaryDirectory folder) => Directory.GetFiles(folder.Path, "*", SearchOption.AllDirectories);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_put_that_fails_repeats_the_step_and_loses_nothing(bool before)
    {
        using var folder = new TemporaryDirectory();
        var store = new FailingStore(new FileSystemPayloadStore(folder.Path)) { FailsBeforePut = before, FailsAfterPut = !before };
        var runs = 0;
        await using var host = await StartAsync(store, async (_, context) =>
        {
            await context.StepAsync((_, _) => { runs++; return Task.FromResult(Big); }, "big");
            return "done";
        });
        var arn = await host.Client.StartAsync("f", "small");
        await host.SettleAsync();
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        await host.CrashAsync();
        (store.FailsBeforePut, store.FailsAfterPut) = (false, false);

        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"done\"", end.Result);
        Assert.True(runs >= 2, "The body ran again: its result was never recorded.");
        Assert.Single(Files(folder));
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_found_again_with_its_value()
    {
        using var folder = new TemporaryDirectory();
        var clock = new ManualTimeProvider();
        var store = new LosesAnswers(new InMemoryStore(clock));
        var runs = 0;
        await using var host = await StartAsync(new FileSystemPayloadStore(folder.Path), async (_, context) =>
        {
            var value = await context.StepAsync((_, _) => { runs++; store.LosesNext = true; return Task.FromResult(Big); }, "big");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return value;
        }, clock, store);
        var arn = await host.Client.StartAsync("f", "small");
        await host.SettleAsync();
        await host.CrashAsync();

        var end = await host.RunToEndAsync(arn);

        Assert.True($"\"{Big}\"" == end.Result, "The value is whole.");
        Assert.Equal(1, runs);
    }

    [Theory]
    [InlineData("missing", "PDR0208")]
    [InlineData("altered", "PDR0209")]
    public async Task A_missing_or_altered_file_breaks_the_invocation_until_it_is_back(string how, string code)
    {
        using var folder = new TemporaryDirectory();
        await using var host = await StartAsync(new FileSystemPayloadStore(folder.Path), async (_, context) =>
        {
            var value = await context.StepAsync((_, _) => Task.FromResult(Big), "big");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return value;
        });
        var arn = await host.Client.StartAsync("f", "small");
        await host.SettleAsync();
        var file = Assert.Single(Files(folder));
        var content = await File.ReadAllBytesAsync(file);
        if (how == "missing") File.Delete(file);
        else await File.WriteAllBytesAsync(file, [.. content[..^2], (byte)'x', (byte)'"']);

        await host.JumpAsync();
        var refused = await Assert.ThrowsAsync<PayloadUnavailableException>(() => host.Client.GetOperationsAsync(arn));
        Assert.Contains(code, refused.Message);
        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(arn))!.Status);
        Assert.Contains(await EventsAsync(host, arn), e => e.InvocationCompletedDetails?.Error?.Payload?.ErrorMessage?.Contains(code, StringComparison.Ordinal) == true);

        await File.WriteAllBytesAsync(file, content);
        var end = await host.RunToEndAsync(arn);
        Assert.True($"\"{Big}\"" == end.Result, "Nothing was lost.");
    }

    [Fact]
    public async Task Retention_deletes_the_values_with_their_execution_and_no_others()
    {
        using var folder = new TemporaryDirectory();
        await using var host = await StartAsync(new FileSystemPayloadStore(folder.Path), async (input, context) =>
        {
            if (input == "waits") await context.WaitAsync(TimeSpan.FromDays(100));
            return await context.StepAsync((_, _) => Task.FromResult(Big));
        });
        await host.RunToEndAsync(await host.Client.StartAsync("f", Big));
        var waiting = await host.Client.StartAsync("f", "waits");
        Assert.Single(Files(folder)); // input and result are the same content, and lie there once

        await host.AdvanceAsync(TimeSpan.FromDays(15));

        Assert.Empty(Directory.GetDirectories(folder.Path));
        await host.RunToEndAsync(waiting);
        Assert.Single(Files(folder));
    }

    [Fact]
    public async Task Called_functions_own_their_values_whatever_becomes_of_the_caller()
    {
        using var folder = new TemporaryDirectory();
        await using var host = await DurableTestHost.StartAsync(perdure => perdure
            .AddFunction<string, string>("caller", async (input, context) =>
            {
                _ = context.InvokeAsync<string, string>("slow", Big, "call");
                await context.WaitAsync(TimeSpan.FromHours(1));
                return "left early";
            })
            .AddFunction<string, string>("slow", async (text, context) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(40));
                return text;
            })
            .UsePayloadStore(new FileSystemPayloadStore(folder.Path)));
        await host.RunToEndAsync(await host.Client.StartAsync("caller", ""));
        var child = await SingleAsync(host, "slow");
        await host.AdvanceAsync(TimeSpan.FromDays(20)); // the caller and its values are gone

        var end = await host.RunToEndAsync(child);

        Assert.True($"\"{Big}\"" == end.Result, "The input was the called function's own.");
    }

    private static async Task<string> SingleAsync(DurableTestHost host, string function)
    {
        var found = new List<string>();
        await foreach (var execution in host.Client.ListAsync(new ExecutionFilter { Function = function })) found.Add(execution.Arn);
        return Assert.Single(found);
    }

    private static async Task<List<HistoryEvent>> EventsAsync(DurableTestHost host, string arn)
    {
        var events = new List<HistoryEvent>();
        await foreach (var e in host.Client.GetHistoryAsync(arn)) events.Add(e);
        return events;
    }

    /// <summary>An answer that is given as text, as an HTTP client would: what it looks like is up to whoever sends it.</summary>
    private sealed class Verbatim : IDurableSerializer
    {
        public string Serialize<T>(T value, DurableSerializationContext context) => (string)(object)value!;

        public T Deserialize<T>(string payload, DurableSerializationContext context) => (T)(object)payload;
    }

    [Fact]
    public async Task A_reference_from_outside_is_a_text_like_any_other()
    {
        using var folder = new TemporaryDirectory();
        await using var host = await DurableTestHost.StartAsync(
            perdure => perdure
                .AddFunction<string, string>("victim", async (_, context) =>
                {
                    await context.StepAsync((_, _) => Task.FromResult(Big), "secret");
                    return await (await context.CreateCallbackAsync<string>("question")).GetResultAsync();
                })
                .UsePayloadStore(new FileSystemPayloadStore(folder.Path)),
            options => options.Serializer = new Verbatim());
        var other = await host.Client.StartAsync("victim", "other");
        await host.SettleAsync();
        var genuine = (await EventsAsync(host, other)).Single(e => e.EventType == "StepSucceeded").StepSucceededDetails!.Result.Payload!;
        using var reference = JsonDocument.Parse(genuine);
        Assert.Equal(Big.Length, reference.RootElement.GetProperty("$perdure.payload").GetProperty("bytes").GetInt32());

        // One genuine reference of another operation, in another execution and in the same one; one made up; one broken.
        string[] forgeries = [genuine, genuine.Replace("\"seal\":\"", "\"seal\":\"00", StringComparison.Ordinal), """{"$perdure.payload":{"sha256":"x"}}""", """{"$perdure.payload":{"""];
        foreach (var forgery in forgeries)
        {
            var arn = await host.Client.StartAsync("victim", "");
            Assert.Equal(forgery, await AnsweredAsync(host, arn, forgery));
        }

        Assert.Equal(genuine, await AnsweredAsync(host, other, genuine));
    }

    private static async Task<string?> AnsweredAsync(DurableTestHost host, string arn, string answer)
    {
        await host.SettleAsync();
        var question = (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "question");
        await host.Client.SendCallbackSuccessAsync(question.CallbackDetails!.CallbackId, answer);
        return (await host.RunToEndAsync(arn)).Result;
    }

    [Fact]
    public async Task A_start_with_a_large_input_is_joined_by_the_same_input_and_stores_nothing_more()
    {
        using var folder = new TemporaryDirectory();
        var store = new FailingStore(new FileSystemPayloadStore(folder.Path));
        await using var host = await StartAsync(store, (text, _) => Task.FromResult(text[..1]));
        var options = new StartOptions { ExecutionName = "once" };

        var first = await host.Client.StartAsync("f", Big, options);

        Assert.Equal(first, await host.Client.StartAsync("f", Big, options));
        Assert.Equal(1, store.Puts);
        await Assert.ThrowsAsync<ExecutionAlreadyStartedException>(() => host.Client.StartAsync("f", Big + "!", options));
        Assert.Single(Directory.GetDirectories(folder.Path));
    }

    [Fact]
    public async Task An_answer_that_comes_too_late_leaves_no_file()
    {
        using var folder = new TemporaryDirectory();
        await using var host = await StartAsync(new FileSystemPayloadStore(folder.Path), async (_, context) =>
        {
            try
            {
                return await (await context.CreateCallbackAsync<string>("question", new CallbackConfig { Timeout = TimeSpan.FromHours(1) })).GetResultAsync();
            }
            catch (CallbackTimeoutException)
            {
                return "nobody";
            }
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        var id = (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "question").CallbackDetails!.CallbackId;
        await host.RunToEndAsync(arn);

        await Assert.ThrowsAsync<CallbackClosedException>(() => host.Client.SendCallbackSuccessAsync(id, Big));

        Assert.Empty(Directory.GetDirectories(folder.Path));
    }

    [Fact]
    public async Task Values_over_the_limit_are_refused_by_name_and_size()
    {
        using var folder = new TemporaryDirectory();
        await using var host = await DurableTestHost.StartAsync(perdure => perdure
            .AddFunction<string, string>("f", async (_, context) => await context.StepAsync((_, _) => Task.FromResult(new string('x', 262_143)), "huge"))
            .AddFunction<string, string>("g", (_, _) => Task.FromResult(new string('x', 262_143)))
            .UsePayloadStore(new FileSystemPayloadStore(folder.Path), options => options.MaxPayloadBytes = 262_144));

        Assert.Contains("PDR0204", (await host.RunToEndAsync(await host.Client.StartAsync("f", ""))).Error!.ErrorMessage);
        Assert.Contains("262,145 bytes", (await host.RunToEndAsync(await host.Client.StartAsync("g", ""))).Error!.ErrorMessage);
        var refused = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("f", new string('x', 262_143)));
        Assert.Contains("at most 262,144", refused.Message);
    }
}
