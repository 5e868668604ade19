using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Orderly ends: somebody cancels, or a business deadline passes.</summary>
public class CancellationStories
{
    private static Task<int> Step(IDurableContext context, string name, List<string> ran) => context.StepAsync(
        (_, _) =>
        {
            ran.Add(name);
            return Task.FromResult(1);
        },
        name);

    private static async Task<ExecutionDescription> CancelAsync(DurableTestHost host, string arn, string? reason = null)
    {
        await host.SettleAsync();
        Assert.True(await host.Client.CancelAsync(arn, reason));
        await host.SettleAsync();
        return (await host.Client.GetAsync(arn))!;
    }

    [Fact]
    public async Task A_cancelled_function_is_told_at_once_and_ends_stopped()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(14));
            return "waited";
        }));
        var arn = await host.Client.StartAsync("f", "");
        var end = await CancelAsync(host, arn, "withdrawn by the provider");

        Assert.Equal((ExecutionStatus.Stopped, "ExecutionCancelled"), (end.Status, end.Error!.ErrorType));
        var events = await host.Client.GetHistoryAsync(arn).ToListAsync();
        Assert.Equal("withdrawn by the provider", events.Single(e => e.EventType == "ExecutionCancelRequested").ExecutionCancelRequestedDetails!.Reason.Payload);
        Assert.Contains(events, e => e.EventType == "WaitCancelled");
        Assert.Equal("ExecutionStopped", events[^1].EventType);
        Assert.False(await host.Client.CancelAsync(arn));
    }

    [Fact]
    public async Task Every_kind_of_wait_is_interrupted()
    {
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            builder.AddFunction<string, string>("child", async (_, context) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(1));
                return "";
            });
            builder.AddFunction<string, string>("f", async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>("callback");
                Task[] tasks =
                [
                    context.WaitAsync(TimeSpan.FromDays(1), "wait"),
                    callback.GetResultAsync(),
                    context.InvokeAsync<string, string>("child", "", "invoke"),
                    context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "question"),
                    context.RunInChildContextAsync(async (child, _) => await child.WaitAsync(TimeSpan.FromDays(1)), "context"),
                    context.WaitForConditionAsync<int>((_, _, _) => Task.FromResult(0), new() { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromHours(6)) }, "condition"),
                    context.StepAsync<int>((_, _) => throw new TimeoutException(), "retrying", new StepConfig { RetryStrategy = RetryStrategy.Exponential(9, TimeSpan.FromHours(1), jitter: JitterStrategy.None) }),
                ];
                var seen = new List<string>();
                foreach (var task in tasks)
                {
                    try
                    {
                        await task;
                    }
                    catch (DurableExecutionException error)
                    {
                        seen.Add(error.GetType().Name);
                    }
                }

                return string.Join(",", seen.Distinct()) + seen.Count;
            });
        });
        var end = await CancelAsync(host, await host.Client.StartAsync("f", ""));

        // The function returned instead of letting it escape: its result stands.
        Assert.Equal((ExecutionStatus.Succeeded, "\"ExecutionCancelledException7\""), (end.Status, end.Result));
    }

    [Fact]
    public async Task A_running_body_hears_of_it_through_its_token_and_its_outcome_is_recorded()
    {
        var entered = new TaskCompletionSource();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.StepAsync(
                async (_, token) =>
                {
                    entered.SetResult();
                    await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token);
                },
                "long");
            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        await entered.Task;
        Assert.True(await host.Client.CancelAsync(arn));
        await host.SettleAsync();

        var end = (await host.Client.GetAsync(arn))!;
        Assert.Equal((ExecutionStatus.Stopped, "ExecutionCancelled"), (end.Status, end.Error!.ErrorType));
        var step = (await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "long");
        Assert.Equal((OperationStatus.Failed, "ExecutionCancelled", 1), (step.Status, step.StepDetails!.Error!.ErrorType, step.StepDetails.Attempt));
    }

    [Fact]
    public async Task After_a_cancellation_nothing_new_begins_and_a_replay_stops_at_the_same_point()
    {
        var ran = new List<string>();
        var points = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await Step(context, "first", ran);
            context.ExecutionCancellation.Register(() => points.Add("token"));
            try
            {
                await context.WaitAsync(TimeSpan.FromDays(14));
            }
            catch (ExecutionCancelledException)
            {
                points.Add("caught");
            }

            try
            {
                await Step(context, "second", ran);
            }
            catch (ExecutionCancelledException)
            {
                points.Add("refused");
            }

            return await context.RunSagaAsync<string>(
                (saga, _) =>
                {
                    saga.Cleanup("clean", (_, _) => Task.CompletedTask);
                    return Task.FromResult("");
                },
                "saga");
        }));
        var end = await CancelAsync(host, await host.Client.StartAsync("f", ""));

        Assert.Equal(["first"], ran);
        Assert.Equal(["token", "caught", "refused"], points);
        Assert.Equal(ExecutionStatus.Stopped, end.Status); // even a saga is a new operation
    }

    [Fact]
    public async Task A_cancellation_survives_a_crash_and_one_that_finds_nobody_waits_for_a_worker()
    {
        var ran = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await Step(context, "first", ran);
            try
            {
                await context.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "question");
            }
            catch (ExecutionCancelledException)
            {
                ran.Add("told");
                throw;
            }

            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.CrashAsync();
        await host.Client.CancelAsync(arn);
        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Stopped, end.Status);
        Assert.Equal("first", ran[0]);
        Assert.Equal("told", ran[^1]);
        Assert.Single(ran, "first");
    }

    [Fact]
    public async Task A_reason_that_is_too_long_is_refused()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, _) => Task.FromResult("")));
        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.CancelAsync("arn:x", new string('x', 1025)));
        Assert.Contains("1025 characters", error.Message);
        await Assert.ThrowsAsync<ExecutionNotFoundException>(() => host.Client.CancelAsync("arn:x"));
    }

    private static DateTimeOffset In(IDurableContext context, TimeSpan span) => context.TimeProvider.GetUtcNow() + span;

    [Fact]
    public async Task A_block_that_is_done_in_time_returns_its_result_and_leaves_no_timer()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var result = await context.WithDeadlineAsync(In(context, TimeSpan.FromDays(14)), async (timed, _) =>
            {
                await timed.WaitAsync(TimeSpan.FromDays(13));
                return "in time";
            }, "rule");
            await context.WaitAsync(TimeSpan.FromDays(30), "later");
            return result;
        }));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"in time\"", end.Result);
        var operations = await host.Client.GetOperationsAsync(arn);
        Assert.Equal(OperationStatus.Cancelled, operations.Single(operation => operation.Name == "rule-deadline").Status);

        // Start, the end of the body's wait, the end of the later one: the deadline itself woke nobody.
        Assert.Equal(3, await host.Client.GetHistoryAsync(arn).CountAsync(e => e.InvocationCompletedDetails is not null));
    }

    [Fact]
    public async Task A_deadline_stops_what_the_block_awaits_and_the_block_throws_on_every_replay()
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var due = In(context, TimeSpan.FromDays(14));
            try
            {
                await context.WithDeadlineAsync(due, async (timed, token) =>
                {
                    try
                    {
                        return await timed.WaitForCallbackAsync<string>((_, _, _) => Task.CompletedTask, "physician");
                    }
                    catch (DeadlineExceededException)
                    {
                        seen.Add($"inside {token.IsCancellationRequested}");
                        await timed.StepAsync((_, _) => Task.FromResult(0), "too late");
                        throw;
                    }
                }, "rule");
            }
            catch (DeadlineExceededException error)
            {
                seen.Add($"outside {error.Deadline == due}");
            }

            await context.WaitAsync(TimeSpan.FromDays(1), "after");
            return "expired";
        }));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"expired\"", end.Result);
        Assert.Equal(["inside True", "outside True", "outside True"], seen);
        Assert.DoesNotContain(await host.Client.GetOperationsAsync(arn), operation => operation.Name == "too late");
    }

    [Fact]
    public async Task A_deadline_that_has_passed_on_entry_does_not_start_the_block()
    {
        var ran = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.WaitAsync(TimeSpan.FromDays(2));
            try
            {
                await context.WithDeadlineAsync(context.ExecutionContext.StartedAt.AddDays(1), (timed, _) => Step(timed, "inside", ran), "rule");
            }
            catch (DeadlineExceededException)
            {
                return "expired";
            }

            return "";
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Equal("\"expired\"", end.Result);
        Assert.Empty(ran);
    }

    [Fact]
    public async Task An_inner_deadline_leaves_the_outer_block_running()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
            await context.WithDeadlineAsync(In(context, TimeSpan.FromDays(10)), async (outer, _) =>
            {
                try
                {
                    await outer.WithDeadlineAsync(In(outer, TimeSpan.FromDays(1)), async (inner, _) =>
                    {
                        await inner.WaitAsync(TimeSpan.FromDays(5));
                        return 0;
                    }, "inner");
                }
                catch (DeadlineExceededException)
                {
                    await outer.WaitAsync(TimeSpan.FromDays(2));
                    return "went on";
                }

                return "";
            }, "outer")));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Equal("\"went on\"", end.Result);
    }

    [Fact]
    public async Task An_outer_deadline_stops_an_inner_block_and_items_of_a_map()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                await context.WithDeadlineAsync(In(context, TimeSpan.FromDays(1)), (outer, _) =>
                    outer.MapAsync<int, int>([1, 2, 3], (item, _, _, _, _) => item.WithDeadlineAsync(In(item, TimeSpan.FromDays(5)), async (inner, _) =>
                    {
                        await inner.WaitAsync(TimeSpan.FromDays(4));
                        return 0;
                    }, "inner"), "items"), "outer");
            }
            catch (DeadlineExceededException error)
            {
                return error.Message;
            }

            return "";
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Contains("'outer'", end.Result);
        Assert.Equal(TimeSpan.FromDays(1), end.EndedAt - end.StartedAt);
    }

    [Fact]
    public async Task A_deadline_of_more_than_a_year_is_waited_for_in_parts()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) =>
            context.WithDeadlineAsync(In(context, TimeSpan.FromDays(500)), async (timed, _) =>
            {
                await timed.WaitAsync(TimeSpan.FromDays(360));
                return "done";
            }, "rule")));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Equal("\"done\"", end.Result);
    }
}
