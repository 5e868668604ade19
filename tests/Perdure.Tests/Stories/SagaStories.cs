using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Each saga undoes exactly what it must, whatever made it fail and wherever its process ends.</summary>
public class SagaStories
{
    private readonly List<string> _log = [];

    private Task<int> Do(ISagaContext saga, string name, Func<Task>? effect = null, StepConfig? config = null) => saga.StepAsync<int>(
        async (step, _) =>
        {
            _log.Add(name);
            if (effect is not null) await effect();
            return name.Length;
        },
        (outcome, _, _) =>
        {
            _log.Add($"undo {name} {(outcome.IsKnown ? outcome.Result : "?")}");
            return Task.CompletedTask;
        },
        name,
        config ?? new StepConfig { RetryStrategy = RetryStrategy.None });

    private static async Task<(ExecutionDescription End, DurableTestHost Host)> RunAsync(Func<ISagaContext, CancellationToken, Task<string>> body)
    {
        var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.RunSagaAsync(body, "saga")));
        return (await host.RunToEndAsync(await host.Client.StartAsync("f", "")), host);
    }

    [Fact]
    public async Task A_saga_that_succeeds_undoes_nothing_and_cleans_up()
    {
        var (end, host) = await RunAsync(async (saga, _) =>
        {
            saga.Cleanup("release", (_, _) =>
            {
                _log.Add("release");
                return Task.CompletedTask;
            });
            await Do(saga, "reserve");
            await Do(saga, "pay");
            return "done";
        });
        await using (host)
        {
            Assert.Equal("\"done\"", end.Result);
            Assert.Equal(["reserve", "pay", "release"], _log);
            var cleanup = (await host.Client.GetOperationsAsync(end.Arn)).Single(operation => operation.Name == "release");
            Assert.Equal(OperationSubTypes.Cleanup, cleanup.SubType);
        }
    }

    [Fact]
    public async Task A_failure_undoes_everything_in_reverse_the_failed_action_included()
    {
        var (end, host) = await RunAsync(async (saga, _) =>
        {
            saga.Cleanup("release", (_, _) => { _log.Add("release"); return Task.CompletedTask; });
            await Do(saga, "reserve");
            saga.Compensate("mark", (_, _) => { _log.Add("undo mark"); return Task.CompletedTask; });
            await Do(saga, "pay", () => throw new TimeoutException("no answer"));
            return "done";
        });
        await using (host)
        {
            Assert.Equal((ExecutionStatus.Failed, "System.TimeoutException", "no answer"), (end.Status, end.Error!.ErrorType, end.Error.ErrorMessage));
            Assert.Equal(ExecutionAttention.None, end.Attention);
            Assert.Equal(["reserve", "pay", "undo pay ?", "undo mark", "undo reserve 7", "release"], _log);
            var operations = await host.Client.GetOperationsAsync(end.Arn);
            Assert.Equal(
                ["pay:compensate", "mark:compensate", "reserve:compensate"],
                operations.Where(operation => operation.SubType == OperationSubTypes.Compensation).Select(operation => operation.Name));
        }
    }

    [Fact]
    public async Task The_compensator_gets_the_key_that_the_action_was_given()
    {
        string? given = null;
        string? found = null;
        var (_, host) = await RunAsync(async (saga, _) =>
        {
            await saga.StepAsync<int>(
                (step, _) =>
                {
                    given = step.IdempotencyKey;
                    throw new TimeoutException();
                },
                (outcome, _, _) =>
                {
                    found = outcome.IdempotencyKey;
                    return Task.CompletedTask;
                },
                "submit", new StepConfig { RetryStrategy = RetryStrategy.None, Key = "submit:4711" });
            return "";
        });
        await using (host)
        {
            Assert.NotNull(given);
            Assert.Equal(given, found);
        }
    }

    [Fact]
    public async Task A_crash_between_effect_and_record_is_compensated_when_the_saga_fails_afterwards()
    {
        var crash = new TaskCompletionSource();
        var fail = false;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                await Do(saga, "submit", async () =>
                {
                    if (fail) throw new TimeoutException("gone");
                    await crash.Task; // the effect has happened, its record never will
                }, StepConfig.AtMostOnce());
                return "";
            },
            "saga")));
        var arn = await host.Client.StartAsync("f", "");
        while (_log.Count == 0) await Task.Yield();
        fail = true;
        await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(typeof(StepInterruptedException).FullName, end.Error!.ErrorType);
        Assert.Equal(["submit", "undo submit ?"], _log);
    }

    [Fact]
    public async Task One_failing_compensation_does_not_stop_the_others_and_marks_the_execution()
    {
        var (end, host) = await RunAsync(async (saga, _) =>
        {
            await Do(saga, "a");
            await saga.StepAsync<int>(
                (_, _) => Task.FromResult(1), (_, _, _) => throw new IOException("payer is down"), "b",
                compensateConfig: new StepConfig { RetryStrategy = RetryStrategy.Exponential(3, TimeSpan.FromMinutes(1)) });
            await Do(saga, "c");
            throw new InvalidOperationException("changed our mind");
        });
        await using (host)
        {
            Assert.Equal(["a", "c", "undo c 1", "undo a 1"], _log);
            Assert.Equal((ExecutionStatus.Failed, "SagaCompensation", ExecutionAttention.Uncompensated), (end.Status, end.Error!.ErrorType, end.Attention));
            Assert.Contains("b:compensate: payer is down", end.Error.ErrorMessage);
            Assert.Contains("changed our mind", end.Error.ErrorMessage);
            Assert.Equal(3, (await host.Client.GetOperationsAsync(end.Arn)).Single(operation => operation.Name == "b:compensate").StepDetails!.Attempt);
        }
    }

    [Fact]
    public async Task The_function_may_catch_a_failed_compensation_live_and_replayed()
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                await context.RunSagaAsync<string>(
                    (saga, _) =>
                    {
                        saga.Compensate("x", (_, _) => throw new IOException("down"), new StepConfig { RetryStrategy = RetryStrategy.None });
                        throw new TimeoutException("late");
                    },
                    "saga");
            }
            catch (SagaCompensationException error)
            {
                seen.Add($"{error.Failures.Single().Name} {error.Failures.Single().Error.ErrorType} {error.SagaError!.ErrorType}");
            }

            await context.WaitAsync(TimeSpan.FromDays(1));
            return "handled";
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(("\"handled\"", ExecutionAttention.None), (end.Result, end.Attention));
        Assert.Equal(["x:compensate System.IO.IOException System.TimeoutException", "x:compensate System.IO.IOException System.TimeoutException"], seen);
    }

    [Fact]
    public async Task A_deadline_compensates_and_one_that_passes_during_compensation_changes_nothing()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var start = context.TimeProvider.GetUtcNow();
            try
            {
                // The outer deadline passes while the inner one's compensation waits between its attempts.
                await context.WithDeadlineAsync(start.AddDays(2), (outer, _) => outer.WithDeadlineAsync(start.AddDays(1), (inner, _) => inner.RunSagaAsync<string>(
                    async (saga, _) =>
                    {
                        await saga.StepAsync<int>(
                            (_, _) => Task.FromResult(1),
                            (_, step, _) => step.AttemptNumber < 3 ? throw new IOException("down") : Log("undone"),
                            "submit", compensateConfig: new StepConfig { RetryStrategy = RetryStrategy.Exponential(5, TimeSpan.FromHours(20), TimeSpan.FromHours(20), jitter: JitterStrategy.None) });
                        await saga.WaitAsync(TimeSpan.FromDays(10));
                        return "";
                    },
                    "saga"), "inner"), "outer");
            }
            catch (DeadlineExceededException error)
            {
                return error.Message;
            }

            return "";
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(["undone"], _log);
        Assert.Contains("'outer'", end.Result);
        Assert.Equal(TimeSpan.FromHours(24 + 40), end.EndedAt - end.StartedAt);
    }

    private Task Log(string line)
    {
        _log.Add(line);
        return Task.CompletedTask;
    }

    [Fact]
    public async Task A_cancellation_compensates_and_the_execution_ends_stopped()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                saga.Cleanup("notify", (_, _) => Log("notify"));
                await Do(saga, "submit");
                await saga.WaitAsync(TimeSpan.FromDays(10));
                return "";
            },
            "saga")));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.CancelAsync(arn, "withdrawn");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal((ExecutionStatus.Stopped, "ExecutionCancelled"), (end.Status, end.Error!.ErrorType));
        Assert.Equal(["submit", "undo submit 6", "notify"], _log);
    }

    [Fact]
    public async Task An_action_that_still_runs_is_waited_for_before_it_is_undone()
    {
        var entered = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                await Do(saga, "submit", async () =>
                {
                    entered.SetResult();
                    await release.Task; // does not listen to its token: the effect happens in the end
                    await Log("submitted");
                });
                return "";
            },
            "saga")));
        var arn = await host.Client.StartAsync("f", "");
        await entered.Task;
        await host.Client.CancelAsync(arn);
        release.SetResult();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Stopped, end.Status);
        Assert.Equal(["submit", "submitted", "undo submit 6"], _log);
    }

    [Fact]
    public async Task An_action_between_two_attempts_is_not_tried_again_and_is_undone()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                await Do(saga, "submit", () => throw new TimeoutException(), new StepConfig { RetryStrategy = RetryStrategy.Exponential(5, TimeSpan.FromMinutes(1), jitter: JitterStrategy.None) });
                return "";
            },
            "saga")));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.CancelAsync(arn);
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Stopped, end.Status);
        Assert.Equal(["submit", "undo submit ?"], _log);
    }

    [Fact]
    public async Task A_hard_stop_compensates_nothing()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => context.RunSagaAsync<string>(
            async (saga, _) =>
            {
                await Do(saga, "submit");
                await saga.WaitAsync(TimeSpan.FromDays(10));
                return "";
            },
            "saga")));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.StopAsync(arn);
        await host.SettleAsync();

        Assert.Equal(["submit"], _log);
    }

    [Fact]
    public async Task Parallel_items_undo_their_own_sagas_when_the_execution_is_cancelled()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.MapAsync<int, string>(
                [1, 2, 3],
                (item, number, _, _, _) => item.RunSagaAsync<string>(
                    async (saga, _) =>
                    {
                        await Do(saga, new string('x', number));
                        await saga.WaitAsync(TimeSpan.FromDays(1));
                        return "";
                    },
                    "saga"),
                "items");
            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.CancelAsync(arn);
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Stopped, end.Status);
        Assert.Equal(["undo x 1", "undo xx 2", "undo xxx 3"], _log.Where(line => line.StartsWith("undo", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task A_saga_s_own_verbs_are_refused_on_another_context()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) =>
        {
            ((ISagaContext)context).Compensate("x", (_, _) => Task.CompletedTask);
            return Task.FromResult("");
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Contains("RunSagaAsync", end.Error!.ErrorMessage);
    }
}
