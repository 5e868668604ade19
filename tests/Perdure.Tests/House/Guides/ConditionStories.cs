using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What conditions.md says.</summary>
public class ConditionStories
{
    [Fact]
    public async Task The_state_decides_about_the_pace()
    {
        int[] percents = [40, 90, 95, 100];
        var checks = 0;
        var (end, _, _) = await Guide.RunAsync(context => Conditions.FollowAsync(
            context, new Export("e", 0), (export, _) => Task.FromResult(export with { Percent = percents[checks++] })));

        Assert.Equal(4, checks);
        Assert.Equal(TimeSpan.FromSeconds(600 + 10 + 10), end.EndedAt - end.StartedAt);
    }

    [Fact]
    public async Task A_check_that_throws_ends_the_wait_and_is_not_retried()
    {
        var checks = 0;
        var result = await Guide.ResultOfAsync(async context =>
        {
            try
            {
                return (await Conditions.FollowAsync(context, new Export("e", 0), (_, _) => { checks++; throw new IOException("down"); })).Id;
            }
            catch (StepException error)
            {
                return error.ErrorType!;
            }
        });

        Assert.Equal("\"System.IO.IOException\"", result);
        Assert.Equal(1, checks);
    }

    [Fact]
    public async Task A_check_that_was_cut_off_runs_again_with_the_same_number_and_state()
    {
        var runs = new List<(int Attempt, int State)>();
        var entered = new TaskCompletionSource();
        await using var host = await Guide.HostAsync(context => context.WaitForConditionAsync(
            async (state, check, token) =>
            {
                runs.Add((check.AttemptNumber, state));
                if (check.AttemptNumber == 2 && entered.TrySetResult()) await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                return state + 1;
            },
            new WaitForConditionConfig<int> { InitialState = 10, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromMinutes(1), isDone: state => state == 12) }));
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();
        host.Clock.Advance(TimeSpan.FromMinutes(1));
        await entered.Task;

        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal([(1, 10), (2, 11), (2, 11)], runs);
        Assert.Equal("12", end.Result);
    }

    [Fact]
    public async Task A_state_over_262_144_bytes_ends_the_wait()
    {
        var (end, _, _) = await Guide.RunAsync(context => context.WaitForConditionAsync(
            (_, _, _) => Task.FromResult(new string('x', 262_144)),
            new WaitForConditionConfig<string> { InitialState = "", WaitStrategy = WaitStrategy.Fixed<string>(TimeSpan.FromMinutes(1)) }));

        Assert.Contains("PDR0204", end.Error!.ErrorMessage);
    }

    [Theory]
    [InlineData(true, ExecutionStatus.Succeeded)]
    [InlineData(false, ExecutionStatus.Failed)]
    public async Task A_condition_that_is_met_at_the_last_check_is_met(bool done, ExecutionStatus status)
    {
        var (end, _, _) = await Guide.RunAsync(context => context.WaitForConditionAsync(
            (_, _, _) => Task.FromResult(done),
            new WaitForConditionConfig<bool> { InitialState = false, WaitStrategy = WaitStrategy.Fixed<bool>(TimeSpan.FromMinutes(1), maxAttempts: 1, isDone: state => state) }));

        Assert.Equal(status, end.Status);
        if (!done) Assert.Equal("Perdure.WaitForConditionException", end.Error!.ErrorType);
    }
}
