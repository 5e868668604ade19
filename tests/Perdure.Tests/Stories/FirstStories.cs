using Perdure.Testing;

namespace Perdure.Tests.Stories;

public class FirstStories
{
    [Fact]
    public async Task A_function_of_steps_runs_to_its_result()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("greet", async (name, context) =>
        {
            var greeting = await context.StepAsync(async (_, _) => { await Task.Yield(); return "Hello"; }, "greeting");
            var whole = await context.StepAsync((_, _) => Task.FromResult($"{greeting}, {name}!"), "whole");
            await context.WaitAsync(TimeSpan.FromDays(3), "cool-off");
            var answer = await context.WaitForConditionAsync<int>(
                (state, _, _) => Task.FromResult(state + 1),
                new() { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromHours(1), isDone: state => state == 3) }, "poll");
            var child = await context.RunInChildContextAsync(async (inner, _) =>
            {
                var a = await inner.StepAsync((_, _) => Task.FromResult(1));
                await inner.WaitAsync(TimeSpan.FromSeconds(5));
                return a + 1;
            }, "child");
            return $"{whole} {answer} {child}";
        }));

        var arn = await host.Client.StartAsync("greet", "World");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Succeeded, end.Status);
        Assert.Equal("\"Hello, World! 3 2\"", end.Result);
        var events = await host.Client.GetHistoryAsync(arn).ToListAsync();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(i => (long)i), events.Select(e => e.EventId));
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", events.Select(e => $"{e.EventId} {e.EventTimestamp:O} {e.EventType} {e.Name}")));
    }

    [Fact]
    public async Task A_callback_is_answered_by_the_outside_world()
    {
        string? id = null;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("ask", (_, context) =>
            context.WaitForCallbackAsync<string>((callbackId, _, _) => { id = callbackId; return Task.CompletedTask; }, "approval")));

        var arn = await host.Client.StartAsync("ask", "x");
        await host.SettleAsync();
        await host.Client.SendCallbackSuccessAsync(id!, "yes");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"yes\"", end.Result);
    }
}
