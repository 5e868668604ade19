using System.Collections.Concurrent;

namespace Perdure.Bench;

/// <summary>One unit of measured work.</summary>
/// <param name="StepsPerExecution">Steps that one execution records.</param>
/// <param name="Function">The function under measurement.</param>
/// <param name="RunOneAsync">Runs one execution and returns the measured milliseconds.</param>
internal sealed record Workload(
    int StepsPerExecution, Func<string, IDurableContext, Task<string>> Function, Func<IPerdureClient, TimeProvider, Task<double>> RunOneAsync)
{
    private const int Many = 1000;

    private static readonly string Payload = new('x', 196);

    /// <summary>Who waits for the callback id of which execution, by its input.</summary>
    private static readonly ConcurrentDictionary<string, TaskCompletionSource<string>> Asked = new();

    private static long s_number;

    /// <summary>Executions at a time that are tried when the command line asks for none.</summary>
    public IReadOnlyList<int> Concurrencies { get; private init; } = [1, 64, 512, 2048];

    public static IReadOnlyDictionary<string, Workload> All { get; } = new Dictionary<string, Workload>
    {
        ["W1"] = new(10, (input, context) => StepsAsync(context, 10), StartToEndAsync),
        ["W2"] = new(1, (input, context) => StepsAsync(context, 1), StartToEndAsync),
        ["W3"] = new(0, (input, context) => CallbackAsync(input, context, 0), CallbackToEndAsync),
        ["W4"] = new(Many, (_, context) => FanAsync(context), StartToEndAsync) { Concurrencies = [1, 8] },
        ["W6"] = new(Many, (input, context) => CallbackAsync(input, context, Many), CallbackToEndAsync) { Concurrencies = [1, 8] },
    };

    private static async Task<string> StepsAsync(IDurableContext context, int count)
    {
        var last = "";
        for (var i = 0; i < count; i++) last = await context.StepAsync(static (_, _) => Task.FromResult(Payload), "step");
        return last;
    }

    private static async Task<string> FanAsync(IDurableContext context)
    {
        var steps = new Task<string>[Many];
        for (var i = 0; i < Many; i++) steps[i] = context.StepAsync(static (_, _) => Task.FromResult(Payload), "step");
        return (await Task.WhenAll(steps))[^1];
    }

    private static async Task<string> CallbackAsync(string input, IDurableContext context, int stepsBefore)
    {
        await StepsAsync(context, stepsBefore);
        var callback = await context.CreateCallbackAsync<string>("answer");
        if (Asked.TryRemove(input, out var asked)) asked.TrySetResult(callback.CallbackId);
        return await callback.GetResultAsync(CancellationToken.None);
    }

    private static async Task<double> StartToEndAsync(IPerdureClient client, TimeProvider clock)
    {
        var began = clock.GetTimestamp();
        var arn = await client.StartAsync("bench", Payload);
        await client.WaitForResultAsync<string>(arn);
        return clock.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Measures from the answer on. The execution is suspended by then: its invocation has been recorded as completed.</summary>
    private static async Task<double> CallbackToEndAsync(IPerdureClient client, TimeProvider clock)
    {
        var name = "callback-" + Interlocked.Increment(ref s_number);
        var asked = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);

        Asked[name] = asked;
        var arn = await client.StartAsync("bench", name, new StartOptions { ExecutionName = name });
        var callbackId = await asked.Task;
        while (true)
        {
            var events = await client.GetHistoryAsync(arn, includeData: false).ToListAsync();
            if (events.Any(static e => e.InvocationCompletedDetails is not null)) break;
            await Task.Yield();
        }

        var began = clock.GetTimestamp();
        await client.SendCallbackSuccessAsync(callbackId, Payload);
        await client.WaitForResultAsync<string>(arn);
        return clock.GetElapsedTime(began).TotalMilliseconds;
    }
}
