using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>What crosses with a cancellation or with a deadline.</summary>
public class StopStories
{
    private readonly List<string> _log = [];

    private Task Log(string line)
    {
        lock (_log) _log.Add(line);
        return Task.CompletedTask;
    }

    private static Task<DurableTestHost> HostAsync(Func<IDurableContext, Task<string>> function) =>
        DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => function(context)));

    [Fact]
    public async Task A_body_whose_durable_start_crosses_with_the_cancellation_does_not_begin()
    {
        DurableTestHost host = null!;
        host = await HostAsync(async context =>
        {
            // Recorded before the START that is asked for next, and told with its answer.
            _ = host.Client.CancelAsync(context.ExecutionContext.DurableExecutionArn);
            await context.StepAsync((_, _) => Log("begun"), "once", StepConfig.AtMostOnce());
            return "";
        });
        await using (host)
        {
            var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
            Assert.Equal(ExecutionStatus.Stopped, end.Status);
            Assert.Empty(_log);
            var step = (await host.Client.GetOperationsAsync(end.Arn)).Single(operation => operation.Name == "once");
            Assert.Equal((OperationStatus.Failed, "ExecutionCancelled"), (step.Status, step.StepDetails!.Error!.ErrorType));
        }
    }

    [Fact]
    public async Task An_attempt_that_falls_due_together_with_the_cancellation_does_not_begin()
    {
        DurableTestHost host = null!;
        host = await HostAsync(async context =>
        {
            var retried = context.StepAsync(
                (step, _) => step.AttemptNumber == 1 ? throw new TimeoutException() : Log($"attempt {step.AttemptNumber}"),
                "retried", new StepConfig { RetryStrategy = RetryStrategy.Exponential(3, TimeSpan.FromSeconds(5), jitter: JitterStrategy.None) });
            var keepsTheInvocation = context.StepAsync((_, token) => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, token), "long");
            var arn = context.ExecutionContext.DurableExecutionArn;
            await context.StepAsync(
                async (_, _) =>
                {
                    while ((await host.Client.GetOperationsAsync(arn)).All(operation => operation.Status != OperationStatus.Pending)) await Task.Yield();
                },
                "beside");

            // The checkpoint that brings the cancellation finds the attempt due.
            _ = host.Client.CancelAsync(arn);
            host.Clock.Advance(TimeSpan.FromMinutes(1));
            await Task.WhenAll(retried, keepsTheInvocation);
            return "";
        });
        await using (host)
        {
            var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
            Assert.Equal(ExecutionStatus.Stopped, end.Status);
            Assert.Empty(_log);
        }
    }

    [Fact]
    public async Task What_an_early_end_abandoned_does_not_run_on_because_of_a_cancellation()
    {
        DurableTestHost host = null!;
        host = await HostAsync(async context =>
        {
            await context.ParallelAsync<int>(
                [
                    (branch, _) => branch.StepAsync((_, _) => Task.FromResult(1), "quick"),
                    async (branch, _) =>
                    {
                        try
                        {
                            await branch.WaitAsync(TimeSpan.FromHours(1), "slow");
                        }
                        catch (ExecutionCancelledException)
                        {
                            await Log("the abandoned branch runs on"); // a replay does not run it at all
                        }

                        return 2;
                    },
                ],
                "race", new ParallelConfig { CompletionConfig = CompletionConfig.FirstSuccessful() });
            await context.StepAsync((_, _) => host.Client.CancelAsync(context.ExecutionContext.DurableExecutionArn), "cancel");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        });
        await using (host)
        {
            var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
            Assert.Equal(ExecutionStatus.Stopped, end.Status);
            Assert.Empty(_log);
        }
    }

    [Fact(Timeout = 60_000)]
    public async Task An_action_that_is_refused_for_its_key_is_not_compensated_and_the_others_are()
    {
        await using var host = await HostAsync(context => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                await Do(saga, "first", new StepConfig { Key = "k" });
                await Do(saga, "second", new StepConfig { Key = "k" });
                return "";
            },
            "saga"));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Contains("PDR0108", end.Error!.ErrorMessage);
        Assert.Equal(["first", "undo first"], _log);
    }

    [Fact]
    public async Task A_flow_that_a_failed_saga_did_not_await_has_no_more_effects()
    {
        await using var host = await HostAsync(context => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                var flow = Flow();
                saga.Compensate("slowly", (step, _) => step.AttemptNumber < 3 ? throw new IOException("down") : Task.CompletedTask, new StepConfig
                {
                    RetryStrategy = RetryStrategy.Exponential(3, TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(5), jitter: JitterStrategy.None),
                });
                await Do(saga, "first");
                return flow.IsCompleted ? "" : throw new TimeoutException("no");

                async Task Flow()
                {
                    await saga.WaitAsync(TimeSpan.FromMinutes(1));
                    await Do(saga, "late");
                }
            },
            "saga"));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal("System.TimeoutException", end.Error!.ErrorType);
        Assert.Equal(["first", "undo first"], _log);
    }

    [Fact]
    public async Task What_a_deadline_stops_inside_leaves_no_unobserved_exception()
    {
        const string Name = "observed by nobody";
        var unobserved = new List<string>();
        EventHandler<UnobservedTaskExceptionEventArgs> listen = (_, e) =>
        {
            lock (unobserved) unobserved.Add(e.Exception.ToString());
        };
        TaskScheduler.UnobservedTaskException += listen;
        try
        {
            await RunOneAsync();
            for (var i = 0; i < 3; i++)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        }
        finally
        {
            TaskScheduler.UnobservedTaskException -= listen;
        }

        Assert.DoesNotContain(unobserved, error => error.Contains(Name, StringComparison.Ordinal));

        static async Task RunOneAsync()
        {
            await using var host = await HostAsync(async context =>
            {
                var now = context.TimeProvider.GetUtcNow();
                try
                {
                    return await context.WithDeadlineAsync(
                        now.AddHours(1),
                        (outer, _) => outer.WithDeadlineAsync(
                            now.AddHours(9),
                            async (inner, _) =>
                            {
                                await inner.WaitAsync(TimeSpan.FromDays(1));
                                return "";
                            },
                            "inner"),
                        Name);
                }
                catch (DeadlineExceededException)
                {
                    return "late";
                }
            });
            Assert.Equal("\"late\"", (await host.RunToEndAsync(await host.Client.StartAsync("f", ""))).Result);
        }
    }

    private Task<int> Do(ISagaContext saga, string name, StepConfig? config = null, bool isFixable = true) => saga.StepAsync<int>(
        (_, _) =>
        {
            Log(name);
            return Task.FromResult(1);
        },
        (_, _, _) => isFixable ? Log($"undo {name}") : throw new IOException("down"),
        name, config, isFixable ? null : new StepConfig { RetryStrategy = RetryStrategy.None });

    [Fact]
    public async Task A_saga_that_swallows_its_deadline_is_undone_all_the_same()
    {
        await using var host = await HostAsync(async context =>
        {
            try
            {
                return await context.WithDeadlineAsync(
                    context.TimeProvider.GetUtcNow().AddHours(1),
                    (block, _) => block.RunSagaAsync<string>(
                        async (saga, _) =>
                        {
                            await Do(saga, "effect");
                            try
                            {
                                await saga.WaitAsync(TimeSpan.FromDays(1));
                            }
                            catch (DeadlineExceededException)
                            {
                                // A mistake, but the effect must not stay: nobody gets this result.
                            }

                            return "swallowed";
                        },
                        "saga"),
                    "rule");
            }
            catch (DeadlineExceededException)
            {
                return "late";
            }
        });
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal("\"late\"", end.Result);
        Assert.Equal(["effect", "undo effect"], _log);
    }

    [Theory]
    [InlineData(NestingType.Nested)]
    [InlineData(NestingType.Flat)]
    public async Task A_compensation_that_fails_in_a_stopped_batch_is_not_lost(NestingType nesting)
    {
        await using var host = await HostAsync(async context =>
        {
            await context.MapAsync<int, int>(
                [1, 2],
                (item, number, _, _, _) => item.RunSagaAsync(
                    async (saga, _) =>
                    {
                        await Do(saga, $"effect {number}", isFixable: number == 1);
                        await saga.WaitAsync(TimeSpan.FromDays(1));
                        return 0;
                    },
                    "saga"),
                "items", new MapConfig<int> { NestingType = nesting });
            return "";
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.CancelAsync(arn);
        var end = await host.RunToEndAsync(arn);

        Assert.Equal((ExecutionStatus.Failed, ExecutionAttention.Uncompensated), (end.Status, end.Attention));
        Assert.Contains("effect 2:compensate: down", end.Error!.ErrorMessage);
    }

    [Fact]
    public void A_timed_body_goes_on_where_it_ended() => Simulation.SimWorld.OnOwnThread(() =>
    {
        // On another thread nothing would be in recorded order.
        var body = new TaskCompletionSource<int>();
        var timed = Operations.Step.StepTimeout.RunAsync(_ => body.Task, TimeSpan.FromMinutes(1), new Here(), new ManualTimeProvider(), default, CancellationToken.None);
        body.SetResult(7);
        Assert.True(timed.IsCompletedSuccessfully);
    });

    private sealed class Here : Replay.WorkQueue
    {
        public override void Post(Action<object?> work, object? state) => work(state);
    }
}
