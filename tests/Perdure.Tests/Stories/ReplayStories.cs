using Microsoft.Extensions.Logging;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>What a function can observe is the same live and replayed.</summary>
public class ReplayStories
{
    [Fact]
    public async Task The_logger_is_silent_while_its_context_replays()
    {
        using var log = new CapturedLog();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            log.AddTo(builder);
            builder.AddFunction<string, string>("f", async (_, context) =>
            {
                context.Logger.LogInformation("before");
                await context.StepAsync((step, _) => { step.Logger.LogInformation("in the body"); return Task.FromResult(0); }, "work");
                context.Logger.LogInformation("between");
                await context.RunInChildContextAsync(async (child, _) =>
                {
                    child.Logger.LogInformation("in the child");
                    await child.WaitAsync(TimeSpan.FromDays(1));
                    child.Logger.LogInformation("child after");
                    return 0;
                });
                context.Logger.LogInformation("after");
                await context.WaitAsync(TimeSpan.FromDays(1));
                context.Logger.LogInformation("end");
                return "";
            });
        });
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        var ours = log.Lines.Where(line => line.Scope.Any(pair => pair.Key == "executionArn")).ToList();
        Assert.Equal(["before", "in the body", "between", "in the child", "child after", "after", "end"], ours.Select(line => line.Message));
        Assert.Contains(ours[1].Scope, pair => pair is { Key: "operationName", Value: "work" });
        Assert.Contains(ours[1].Scope, pair => pair is { Key: "attempt", Value: 1 });
    }

    [Fact]
    public async Task An_extra_invocation_that_changes_nothing_repeats_no_line()
    {
        using var log = new CapturedLog();
        string? id = null;
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            log.AddTo(builder);
            builder.AddFunction<string, string>("f", async (_, context) =>
            {
                var callback = await context.CreateCallbackAsync<string>();
                id = callback.CallbackId;
                context.Logger.LogInformation("asked");
                await context.WaitAsync(TimeSpan.FromDays(1));
                context.Logger.LogInformation("waited");
                return await callback.GetResultAsync();
            });
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.SendCallbackSuccessAsync(id!, "early");
        await host.RunToEndAsync(arn);

        Assert.Equal(["asked", "waited"], log.Messages.Where(message => message is "asked" or "waited"));
        Assert.Equal(3, await host.Client.GetHistoryAsync(arn).CountAsync(e => e.InvocationCompletedDetails is not null));
    }

    [Fact]
    public async Task A_logger_that_is_not_mode_aware_writes_on_replay_too()
    {
        using var log = new CapturedLog();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            log.AddTo(builder);
            builder.AddFunction<string, string>("f", async (_, context) =>
            {
                context.ConfigureLogger(new LoggerConfig { ModeAware = false });
                context.Logger.LogInformation("again");
                await context.WaitAsync(TimeSpan.FromDays(1));
                return "";
            });
        });
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(2, log.Messages.Count(message => message == "again"));
    }

    [Fact]
    public async Task Values_make_the_round_trip_on_the_first_run_too()
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var value = await context.StepAsync((_, _) => Task.FromResult("hello"), config: new StepConfig { Serializer = new Shouting() });
            seen.Add(value);
            await context.WaitAsync(TimeSpan.FromDays(1));
            return value;
        }));
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(["HELLO", "HELLO"], seen);
    }

    [Fact]
    public async Task Errors_are_rebuilt_from_the_record_on_the_first_run_too()
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                await context.RunInChildContextAsync(async (child, _) => await child.StepAsync<int>(
                    (_, _) => throw new TimeoutException("late", new InvalidOperationException("why")), config: new StepConfig { RetryStrategy = RetryStrategy.None }));
            }
            catch (ChildContextException error)
            {
                seen.Add($"{error.ErrorType}|{error.Message}|{error.InnerException is null}|{error.OriginalStackTrace?.Count > 0}|{error.SubType}");
            }

            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        }));
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(2, seen.Count);
        Assert.Equal(seen[0], seen[1]);
        Assert.Equal("System.TimeoutException|late|True|True|RunInChildContext", seen[0]);
    }

    [Fact]
    public async Task An_error_is_recognised_by_its_type_or_its_stable_code_through_contexts_and_replays()
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            foreach (var code in new[] { true, false })
            {
                try
                {
                    await context.RunInChildContextAsync(async (child, _) => await child.StepAsync<int>(
                        (_, _) => throw (code ? new RejectedException() : new TimeoutException()), config: StepConfig.AtMostOnce()));
                }
                catch (ChildContextException error)
                {
                    seen.Add($"{error.ErrorType} {error.IsError<RejectedException>()} {error.IsError<TimeoutException>()} {error.IsError<Exception>()}");
                }
            }

            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        }));
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(["payer-rejected True False False", "System.TimeoutException False True False"], seen.Take(2));
        Assert.Equal(seen.Take(2), seen.Skip(2));
    }

    [DurableError("payer-rejected")]
    private sealed class RejectedException : Exception;

    [Fact]
    public async Task An_error_mapping_gets_the_rebuilt_exception_each_time()
    {
        var seen = new List<string>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                await context.RunInChildContextAsync<int>(
                    (_, _) => throw new TimeoutException("late"),
                    config: new ChildContextConfig { ErrorMapping = error => new InvalidOperationException($"mapped {((ChildContextException)error).ErrorType}") });
            }
            catch (InvalidOperationException error)
            {
                seen.Add(error.Message);
            }

            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        }));
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(["mapped System.TimeoutException", "mapped System.TimeoutException"], seen);
    }

    [Fact]
    public async Task Clock_random_and_guids_are_the_same_in_every_invocation_and_never_ahead()
    {
        var seen = new List<string>();
        var clocks = new List<TimeSpan>();
        DurableTestHost? current = null;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var line = new List<string>();
            void Note(IDurableContext c)
            {
                line.Add($"{c.TimeProvider.GetUtcNow():O} {c.Random.Next()} {c.NewGuid()} {c.NewGuid("k")} {c.GetIdempotencyKey("p")}");
                clocks.Add(current!.Clock.GetUtcNow() - c.TimeProvider.GetUtcNow());
            }

            Note(context);
            await context.StepAsync((_, _) => Task.FromResult(0));
            Note(context);
            await context.RunInChildContextAsync(async (child, _) => { await Task.CompletedTask; Note(child); return 0; }, config: new() { NestingType = NestingType.Flat });
            seen.Add(string.Join(";", line));
            await context.WaitAsync(TimeSpan.FromDays(1));
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        }));
        current = host;
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(6, seen.Count);
        Assert.Single(seen.Take(3).Distinct());
        Assert.Single(seen.Skip(3).Distinct());
        Assert.NotEqual(seen[0], seen[3]);
        Assert.All(clocks, ahead => Assert.True(ahead >= TimeSpan.Zero));
    }

    [Fact]
    public async Task The_functions_clock_cannot_make_timers()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await Task.Delay(TimeSpan.FromSeconds(1), context.TimeProvider);
            return "";
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Contains("PDR0104", end.Error!.ErrorMessage);
    }

    [Fact]
    public async Task An_idempotency_key_is_the_same_on_every_attempt_and_differs_between_executions_and_purposes()
    {
        var keys = new List<(string Input, string Key, string Other)>();
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (input, context) => context.StepAsync((step, _) =>
        {
            keys.Add((input, step.IdempotencyKey, step.GetIdempotencyKey("refund")));
            return step.AttemptNumber < 3 ? throw new TimeoutException() : Task.FromResult("x");
        }, config: new StepConfig { RetryStrategy = RetryStrategy.Transient })));
        await host.RunToEndAsync(await host.Client.StartAsync("f", "1"));
        await host.RunToEndAsync(await host.Client.StartAsync("f", "2"));

        Assert.Equal(6, keys.Count);
        Assert.Equal(4, keys.SelectMany(key => new[] { key.Key, key.Other }).Distinct().Count());
        Assert.All(keys, key => Assert.Equal(43, key.Key.Length));
        Assert.Single(keys.Where(key => key.Input == "1").Select(key => key.Key).Distinct());
    }
}
