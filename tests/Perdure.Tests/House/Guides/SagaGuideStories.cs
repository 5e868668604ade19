using Microsoft.Extensions.DependencyInjection;
using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What sagas.md says.</summary>
public class SagaGuideStories
{
    private readonly List<string> _log = [];

    private Task Log(string line)
    {
        lock (_log) _log.Add(line);
        return Task.CompletedTask;
    }

    [Theory]
    [InlineData("nothing", "room, flight", 2)]
    [InlineData("room", "no trip: System.TimeoutException", 0)]
    [InlineData("flight", "no trip: System.TimeoutException", 0)]
    public async Task Whatever_fails_all_of_the_trip_is_booked_or_nothing(string fails, string outcome, int booked)
    {
        // The booking is made before it fails: its effect is there, and its result is not known.
        var travel = new Travel(what => what == fails);
        var (end, _, _) = await Guide.RunAsync(
            context => Sagas.BookAsync(context, travel), configure: builder => builder.Services.Configure<PerdureOptions>(options => options.DefaultStepRetry = RetryStrategy.None));

        Assert.Equal($"\"{outcome}\"", end.Result);
        Assert.Equal(booked, travel.Booked.Count);
    }

    [Theory]
    [InlineData(false, false, "moved", "close old, tell")]
    [InlineData(true, false, null, "reopen old, tell")]
    [InlineData(true, true, "somebody must look: reopen:compensate", "tell")]
    public async Task What_is_registered_beside_steps_is_undone_and_cleaned_up(bool closeFails, bool reopenFails, string? outcome, string log)
    {
        var (end, _, _) = await Guide.RunAsync(context => Sagas.MoveAsync(
            context,
            (what, _) => closeFails ? throw new IOException("closed already") : Log($"close {what}"),
            (what, _) => reopenFails ? throw new IOException("locked") : Log($"reopen {what}"),
            _ => Log("tell")));

        Assert.Equal(outcome is null ? null : $"\"{outcome}\"", end.Result);
        Assert.Equal(log, string.Join(", ", _log));
        Assert.Equal(ExecutionAttention.None, end.Attention); // caught, or compensated in full
    }

    [Theory]
    [InlineData(false, 6)] // not the host's default: that is for forward work
    [InlineData(true, 1)]
    public async Task A_compensation_without_a_config_is_tried_six_times(bool config, int attempts)
    {
        var runs = 0;
        await Guide.RunAsync(
            context => context.RunSagaAsync<string>(
                (saga, _) =>
                {
                    saga.Compensate("x", (_, _) => { runs++; throw new IOException(); }, config ? new StepConfig() : null);
                    throw new TimeoutException();
                },
                "saga"),
            configure: builder => builder.Services.Configure<PerdureOptions>(options => options.DefaultStepRetry = RetryStrategy.None));

        Assert.Equal(attempts, runs);
    }

    [Fact]
    public async Task A_saga_that_a_finished_batch_left_running_undoes_nothing()
    {
        var result = await Guide.ResultOfAsync(async context =>
        {
            var race = await context.MapAsync<int, string>(
                [1, 2],
                (item, number, _, _, _) => item.RunSagaAsync(
                    async (saga, _) =>
                    {
                        await saga.StepAsync((_, _) => Task.FromResult(number), (_, _, _) => Log($"undo {number}"), "reserve");
                        if (number == 2) await saga.WaitAsync(TimeSpan.FromDays(1));
                        return "done";
                    },
                    "saga"),
                "race",
                new MapConfig<int> { CompletionConfig = CompletionConfig.FirstSuccessful() });
            return $"{race.SuccessCount} {race.StartedCount}";
        });

        Assert.Equal("\"1 1\"", result);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_saga_inside_another_is_not_undone_by_it_once_it_has_succeeded()
    {
        await Guide.RunAsync(context => context.RunSagaAsync<string>(
            async (outer, _) =>
            {
                await outer.StepAsync((_, _) => Task.FromResult(1), (_, _, _) => Log("undo outer"), "outer");
                await outer.RunSagaAsync(
                    (inner, _) => inner.StepAsync((_, _) => Task.FromResult(1), (_, _, _) => Log("undo inner"), "inner"), "inner");
                throw new TimeoutException();
            },
            "saga"));

        Assert.Equal(["undo outer"], _log);
    }

    [Fact]
    public async Task Neither_does_the_executions_own_timeout_run_any_code()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>(
            "f",
            (_, context) => context.RunSagaAsync(
                async (saga, _) =>
                {
                    await saga.StepAsync((_, _) => Task.FromResult(1), (_, _, _) => Log("undo"), "reserve");
                    await saga.WaitAsync(TimeSpan.FromDays(1));
                    return "";
                },
                "saga"),
            TimeSpan.FromHours(1)));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(ExecutionStatus.TimedOut, end.Status);
        Assert.Empty(_log);
    }

    [Fact]
    public async Task A_crash_between_two_compensations_goes_on_with_the_next()
    {
        var entered = new TaskCompletionSource();
        await using var host = await Guide.HostAsync(context => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                await saga.StepAsync((_, _) => Task.FromResult(1), (_, _, _) => Log("undo first"), "first");
                await saga.StepAsync(
                    (_, _) => Task.FromResult(1),
                    async (_, _, token) =>
                    {
                        await Log("undo second");
                        if (entered.TrySetResult()) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                    },
                    "second");
                await saga.StepAsync((_, _) => Task.FromResult(1), (_, _, _) => Log("undo third"), "third");
                throw new TimeoutException();
            },
            "saga"));
        var arn = await host.Client.StartAsync("guide", "");
        await entered.Task;
        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(["undo third", "undo second", "undo second", "undo first"], _log);
        Assert.Equal("System.TimeoutException", end.Error!.ErrorType);
    }
}
