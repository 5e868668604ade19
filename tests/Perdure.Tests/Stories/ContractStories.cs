using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>The author's contract: one test per sentence.</summary>
public class ContractStories
{
    [Fact]
    public async Task A_durable_call_inside_a_step_body_is_refused()
    {
        var end = await RunAsync(async context =>
            await context.StepAsync(async (_, _) =>
            {
                await context.WaitAsync(TimeSpan.FromSeconds(1), "nap");
                return "unreachable";
            }, "body", new StepConfig { RetryStrategy = RetryStrategy.None }));

        Assert.Equal(ExecutionStatus.Failed, end.Status);
        Assert.Equal(typeof(InvalidDurableOperationException).FullName, end.Error!.ErrorType);
        Assert.Contains("Wait 'nap' was asked for inside the body of Step 'body'", end.Error.ErrorMessage);
    }

    [Fact]
    public async Task A_durable_call_outside_of_a_turn_is_refused()
    {
        Exception? refused = null;
        var end = await RunAsync(
            async context =>
            {
                await context.StepAsync((_, _) => Task.FromResult(0));
                refused = await Task.Run(async () => await Record.ExceptionAsync(() => context.StepAsync((_, _) => Task.FromResult(0), "elsewhere")));
                return "done";
            },
            strict: false);

        Assert.Contains("PDR0106", Assert.IsType<InvalidDurableOperationException>(refused).Message);
        Assert.Equal(ExecutionStatus.Succeeded, end.Status);
    }

    [Theory]
    [InlineData("Wait")]
    [InlineData("Result")]
    [InlineData("GetResult")]
    [InlineData("helper")]
    public async Task A_blocking_wait_throws(string how)
    {
        var end = await RunAsync(context =>
        {
            var task = context.StepAsync((_, _) => Task.FromResult("value"));
            if (how == "Wait") task.Wait();
            if (how == "helper") Helper(context).Wait();
            return Task.FromResult(how == "Result" ? task.Result : task.GetAwaiter().GetResult());
        });

        Assert.Equal(ExecutionStatus.Failed, end.Status);
        Assert.Contains("PDR0103", end.Error!.ErrorMessage);

        static async Task Helper(IDurableContext context) => await context.StepAsync((_, _) => Task.FromResult("value"));
    }

    [Fact]
    public async Task A_contended_lock_does_not_throw()
    {
        var gate = new object();
        var modern = new Lock();
        var holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var wanted = new ManualResetEventSlim();
        var holder = Task.Factory.StartNew(
            () =>
            {
                lock (gate)
                {
                    lock (modern)
                    {
                        holds.SetResult();
                        wanted.Wait();
                        for (var i = 0; i < 1000; i++) Thread.SpinWait(10_000);
                    }
                }
            },
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        await holds.Task;
        var end = await RunAsync(async context =>
        {
            wanted.Set();
            lock (gate)
            {
            }

            lock (modern)
            {
            }

            return await context.StepAsync((_, _) => Task.FromResult("through"));
        });
        await holder;

        Assert.Equal("\"through\"", end.Result);
    }

    [Fact]
    public async Task ConfigureAwait_false_on_durable_tasks_and_combinators_of_them_stays_in_turns()
    {
        var end = await RunAsync(async context =>
        {
            var first = await context.StepAsync((_, _) => Task.FromResult("a")).ConfigureAwait(false);
            var both = await Task.WhenAll(
                context.StepAsync((_, _) => Task.FromResult("b")),
                context.RunInChildContextAsync(async (child, _) => await child.StepAsync((_, _) => Task.FromResult("c")).ConfigureAwait(false))).ConfigureAwait(false);
            await context.WaitAsync(TimeSpan.FromSeconds(5)).ConfigureAwait(false);
            return first + string.Concat(both) + await context.StepAsync((_, _) => Task.FromResult("d")).ConfigureAwait(false);
        });

        Assert.Equal("\"abcd\"", end.Result);
    }

    [Fact]
    public async Task ConfigureAwait_false_on_an_async_method_of_ones_own_is_found_out()
    {
        var end = await RunAsync(
            async context =>
            {
                await Helper(context).ConfigureAwait(false);
                return await context.StepAsync((_, _) => Task.FromResult("unreachable"));
            },
            strict: false);

        Assert.Equal(ExecutionStatus.Failed, end.Status);
        Assert.Contains("PDR0106", end.Error!.ErrorMessage);

        static async Task Helper(IDurableContext context) => await context.StepAsync((_, _) => Task.FromResult("value"));
    }

    [Fact]
    public async Task A_call_on_a_child_context_whose_body_has_ended_is_refused()
    {
        var end = await RunAsync(async context =>
        {
            var leaked = await Leak(context);
            await leaked.StepAsync((_, _) => Task.FromResult(0));
            return "unreachable";
        });

        Assert.Contains("PDR0107", end.Error!.ErrorMessage);

        static async Task<IDurableContext> Leak(IDurableContext context)
        {
            IDurableContext? leaked = null;
            await context.RunInChildContextAsync((child, _) =>
            {
                leaked = child;
                return Task.FromResult(0);
            });
            return leaked!;
        }
    }

    [Fact]
    public async Task An_operation_that_was_reordered_ends_the_execution_with_position_record_and_request()
    {
        var swapped = false;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            try
            {
                await context.StepAsync((_, _) => Task.FromResult(0), swapped ? "second" : "first");
                await context.WaitAsync(TimeSpan.FromDays(1));
                return "done";
            }
            catch (Exception)
            {
                return "must not be catchable";
            }
        }));

        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        swapped = true;
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(typeof(NonDeterministicExecutionException).FullName, end.Error!.ErrorType);
        Assert.Contains("At position 1 ", end.Error.ErrorMessage);
        Assert.Contains("the record has Step 'first', the code asked for Step 'second'", end.Error.ErrorMessage);
    }

    [Fact]
    public async Task A_recorded_operation_that_is_never_asked_for_ends_the_execution()
    {
        var removed = false;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var wait = context.WaitAsync(TimeSpan.FromDays(1), "pause");
            if (!removed) await context.StepAsync((_, _) => Task.FromResult(0), "gone");
            await wait;
            return "done";
        }));

        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        removed = true;
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(typeof(NonDeterministicExecutionException).FullName, end.Error!.ErrorType);
        Assert.Contains("Step 'gone'", end.Error.ErrorMessage);
    }

    [Fact]
    public async Task Ids_are_hashes_of_positions_consumed_at_the_call()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var first = context.StepAsync((_, _) => Task.FromResult(0), "1");
            var second = context.RunInChildContextAsync(async (child, _) => await child.StepAsync((_, _) => Task.FromResult(0), "2-1"), "2");
            await Task.WhenAll(first, second);
            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        await host.RunToEndAsync(arn);
        var ids = (await host.Client.GetOperationsAsync(arn)).Skip(1).ToDictionary(operation => operation.Name!, operation => operation.Id);

        Assert.Equal(Hash("1"), ids["1"]);
        Assert.Equal(Hash("2"), ids["2"]);
        Assert.Equal(Hash($"{Hash("2")}-1"), ids["2-1"]);

        static string Hash(string text) => Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.ASCII.GetBytes(text)));
    }

    [Fact]
    public async Task Async_void_code_that_throws_breaks_the_invocation_not_the_process()
    {
        var calm = false;
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            if (!calm) Rash();
            await context.WaitAsync(TimeSpan.FromSeconds(1));
            return "done";
        }));
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        calm = true;
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"done\"", end.Result);
        Assert.Contains(await host.Client.GetHistoryAsync(arn).ToListAsync(), e => e.InvocationCompletedDetails?.Error?.Payload?.ErrorMessage == "rash");

        static async void Rash()
        {
            await Task.CompletedTask;
            throw new InvalidOperationException("rash");
        }
    }

    private static async Task<ExecutionDescription> RunAsync(Func<IDurableContext, Task<string>> function, bool strict = true)
    {
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", (_, context) => function(context)),
            options => options.StrictDeterminism = strict);
        return await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
    }
}
