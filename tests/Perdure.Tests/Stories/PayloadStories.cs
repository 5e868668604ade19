using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Large values by reference: the journal holds references, the function and its callers hold values.</summary>
public class PayloadStories
{
    private const int Large = 300_000; // over the 262,144 bytes that a step result may have without a store

    private static string Big(char c) => new(c, Large);

    /// <summary>Every place where a value can be, in one function.</summary>
    internal static async Task<string> Everything(string input, IDurableContext context)
    {
        var step = await context.StepAsync((_, _) => Task.FromResult(Big('s')), "step");
        var child = await context.RunInChildContextAsync(async (inner, _) => await inner.StepAsync((_, _) => Task.FromResult("small"), "inner") + Big('c'), "child");
        var map = await context.MapAsync([1, 2], (item, n, _, _, _) => item.StepAsync((_, _) => Task.FromResult(Big((char)('0' + n)))), "map");
        var state = await context.WaitForConditionAsync<string>(
            (before, _, _) => Task.FromResult(before + Big('w')),
            new() { InitialState = "", WaitStrategy = WaitStrategy.Fixed<string>(TimeSpan.FromMinutes(1), isDone: text => text.Length == 2 * Large) },
            "condition");
        var called = await context.InvokeAsync<string, string>("echo", Big('p'), "call");
        var answer = await (await context.CreateCallbackAsync<string>("question")).GetResultAsync();
        var all = input + step + child + string.Concat(map.GetResults()) + state + called + answer;
        return all;
    }

    private static string Expected { get; } =
        Big('i') + Big('s') + "small" + Big('c') + Big('1') + Big('2') + Big('w') + Big('w') + Big('p') + "!" + Big('a');

    private static Task<DurableTestHost> StartAsync(IPayloadStore store, Action<PayloadStoreOptions>? configure = null) => DurableTestHost.StartAsync(perdure => perdure
        .AddFunction<string, string>("everything", Everything)
        .AddFunction<string, string>("echo", (text, _) => Task.FromResult(text + "!"))
        .UsePayloadStore(store, configure));

    [Theory]
    [InlineData(PayloadStorageMode.Overflow, false)]
    [InlineData(PayloadStorageMode.Always, false)]
    [InlineData(PayloadStorageMode.Overflow, true)]
    public async Task Values_of_any_size_go_through_live_and_replayed(PayloadStorageMode mode, bool crashes)
    {
        using var folder = new TemporaryDirectory();
        await using var host = await StartAsync(new FileSystemPayloadStore(folder.Path), options => options.Mode = mode);

        var arn = await host.Client.StartAsync("everything", Big('i'));
        await AnswerAsync(host, arn, crashes);
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Succeeded, end.Status);
        Assert.True($"\"{Expected}\"" == end.Result, "The result is every value, whole.");
        Assert.True($"\"{Big('i')}\"" == end.Input, "The input is whole.");
        Assert.Equal(Expected, await host.Client.WaitForResultAsync<string>(arn));
        Assert.Contains(await host.Client.GetOperationsAsync(arn), operation => operation.StepDetails?.Result?.Length == Large + 2);
        await foreach (var e in host.Client.GetHistoryAsync(arn)) Assert.True(e.ToString().Length < 6000, $"{e.EventType} holds a value");
    }

    private static async Task AnswerAsync(DurableTestHost host, string arn, bool crashes)
    {
        while (true)
        {
            await host.SettleAsync();
            if (crashes) await host.CrashAsync();
            var question = (await host.Client.GetOperationsAsync(arn)).SingleOrDefault(operation => operation.Name == "question");
            if (question is not null)
            {
                await host.Client.SendCallbackSuccessAsync(question.CallbackDetails!.CallbackId, Big('a'));
                return;
            }

            await host.JumpAsync();
        }
    }
}
