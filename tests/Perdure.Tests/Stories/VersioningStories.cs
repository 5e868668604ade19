using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>The code changes while executions run: keys, patches, and what happens when it no longer matches.</summary>
public class VersioningStories
{
    private static Task<int> Step(IDurableContext context, string name, List<string>? ran = null, string? key = null) => context.StepAsync(
        (_, _) =>
        {
            ran?.Add(name);
            return Task.FromResult(1);
        },
        name,
        new StepConfig { Key = key });

    /// <summary>Starts an execution on one version of the code and goes on with another on the same store.</summary>
    private static async Task<(ExecutionDescription End, DurableTestHost Host)> DeployAsync(
        Func<string, IDurableContext, Task<string>> old, Func<string, IDurableContext, Task<string>> current, Action<PerdureOptions>? options = null)
    {
        var clock = new ManualTimeProvider();
        var store = new InMemoryStore(clock);
        string arn;
        await using (var before = await DurableTestHost.StartAsync(builder => builder.AddFunction("f", old), options, store, clock))
        {
            arn = await before.Client.StartAsync("f", "");
            await before.SettleAsync();
        }

        var after = await DurableTestHost.StartAsync(builder => builder.AddFunction("f", current), options, store, clock);
        await after.JumpAsync();
        await after.SettleAsync();
        return ((await after.Client.GetAsync(arn))!, after);
    }

    [Fact]
    public async Task Keyed_operations_may_be_reordered_while_an_execution_runs()
    {
        var ran = new List<string>();
        var (end, host) = await DeployAsync(
            async (_, context) =>
            {
                await Step(context, "a", ran, "a");
                await Step(context, "b", ran, "b");
                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                return "old";
            },
            async (_, context) =>
            {
                var b = Step(context, "b", ran, "b");
                var a = Step(context, "a", ran, "a");
                await Task.WhenAll(a, b);
                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                await Step(context, "new", ran, "new");
                return "new";
            });
        await using (host)
        {
            Assert.Equal(ExecutionStatus.Succeeded, end.Status);
            Assert.Equal("\"new\"", end.Result);
            Assert.Equal(["a", "b", "new"], ran);
        }
    }

    [Fact]
    public async Task A_keyed_operation_takes_no_position()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await Step(context, "first");
            await Step(context, "keyed", key: "k");
            await Step(context, "second");
            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        await host.RunToEndAsync(arn);

        var ids = (await host.Client.GetOperationsAsync(arn)).Skip(1).ToDictionary(operation => operation.Name!, operation => operation.Id);
        Assert.Equal(Replay.OperationIds.At(null, 1), ids["first"]);
        Assert.Equal(Replay.OperationIds.At(null, 2), ids["second"]);
        Assert.Matches("^[0-9a-f]{64}$", ids["keyed"]);
    }

    [Fact]
    public async Task One_key_for_two_operations_of_a_context_is_refused_and_fine_in_two_contexts()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await context.RunInChildContextAsync((child, _) => Step(child, "inner", key: "k"), config: new ChildContextConfig { Key = "child" });
            await Step(context, "outer", key: "k");
            await Step(context, "again", key: "k");
            return "";
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(typeof(InvalidDurableOperationException).FullName, end.Error!.ErrorType);
        Assert.Contains("PDR0108", end.Error.ErrorMessage);
        Assert.Contains("'again'", end.Error.ErrorMessage);
    }

    [Theory]
    [InlineData("")]
    [InlineData("257")]
    public async Task A_key_that_is_empty_or_too_long_is_refused_before_anything_is_recorded(string key)
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            await Step(context, "keyed", key: key == "257" ? new string('k', 257) : key);
            return "";
        }));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Contains("Key has", end.Error!.ErrorMessage);
        Assert.Single(await host.Client.GetOperationsAsync(arn));
    }

    [Fact]
    public async Task An_execution_that_was_past_a_patch_keeps_to_the_old_branch_and_a_new_one_takes_the_new()
    {
        var ran = new List<string>();
        static async Task<string> Rest(IDurableContext context)
        {
            await context.WaitAsync(TimeSpan.FromDays(1), "pause");
            return "";
        }

        async Task<string> Patched(string input, IDurableContext context)
        {
            if (context.Patched("second-opinion")) await Step(context, "new", ran);
            else await Step(context, "old", ran);
            await Rest(context);
            return context.Patched("second-opinion") ? "new" : "old";
        }

        var (end, host) = await DeployAsync(
            async (_, context) =>
            {
                await Step(context, "old", ran);
                return await Rest(context);
            },
            Patched);
        await using (host)
        {
            Assert.Equal("\"old\"", end.Result);
            var fresh = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
            Assert.Equal("\"new\"", fresh.Result);
            Assert.Equal(["old", "new"], ran);
        }
    }

    [Fact]
    public async Task An_execution_that_gets_to_a_patch_after_its_deployment_takes_the_new_branch()
    {
        var (end, host) = await DeployAsync(
            async (_, context) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                await Step(context, "old");
                return "old";
            },
            async (_, context) =>
            {
                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                if (!context.Patched("p")) return "old";
                await Step(context, "new");
                return "new";
            });
        await using (host) Assert.Equal("\"new\"", end.Result);
    }

    [Fact]
    public async Task An_old_answer_stays_where_later_replays_would_answer_otherwise()
    {
        // The first question is asked inside a child whose body no later invocation runs.
        static Task<string> Child(IDurableContext context, bool asks) => context.RunInChildContextAsync(
            async (child, _) =>
            {
                await child.WaitAsync(TimeSpan.FromDays(1), "inner");
                return asks && child.Patched("p") ? "new" : "old";
            },
            "child");
        var answers = new List<string>();
        var (_, host) = await DeployAsync(
            async (_, context) =>
            {
                await Step(context, "first");
                var child = Child(context, asks: false);
                await Step(context, "beside");
                return await child;
            },
            async (_, context) =>
            {
                var first = context.Patched("p");
                await Step(context, "first");
                var child = Child(context, asks: true);
                await Step(context, "beside");
                answers.Add($"{first} {await child}");
                await context.WaitAsync(TimeSpan.FromDays(1), "later");
                answers.Add($"{context.Patched("p")}");
                return "";
            });
        await using (host)
        {
            while (await host.JumpAsync())
            {
            }

            Assert.Equal(["False old", "False old", "False"], answers);
        }
    }

    [Fact]
    public async Task A_new_execution_takes_the_new_branch_even_while_ends_that_came_together_are_being_delivered()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            async Task<bool> Flow()
            {
                await context.WaitAsync(TimeSpan.FromDays(1));
                return context.Patched("p");
            }

            return string.Join(" ", await Task.WhenAll(Flow(), Flow()));
        }));
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
        Assert.Equal("\"True True\"", end.Result);
    }

    [Fact]
    public async Task A_patch_takes_no_position_and_is_answered_once()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
        {
            var before = context.Patched("p");
            await Step(context, "first");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return $"{before} {context.Patched("p")}";
        }));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal("\"True True\"", end.Result);
        var operations = await host.Client.GetOperationsAsync(arn);
        Assert.Equal(Replay.OperationIds.At(null, 1), operations.Single(operation => operation.Name == "first").Id);
        var marker = operations.Single(operation => operation.SubType == OperationSubTypes.Patch);
        Assert.Equal(("p", "true", null), (marker.Name, marker.StepDetails!.Result, marker.ParentId));
    }

    [Fact]
    public async Task A_deprecated_patch_lets_new_executions_pass_and_refuses_old_ones()
    {
        var clock = new ManualTimeProvider();
        var store = new InMemoryStore(clock);
        static async Task<string> Pause(IDurableContext context)
        {
            await Step(context, "work");
            await context.WaitAsync(TimeSpan.FromDays(1), "pause");
            return "";
        }

        var arns = new List<string>();
        async Task RunAsync(Func<string, IDurableContext, Task<string>> code, bool start)
        {
            await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction("f", code), options => options.OnNonDeterminism = NonDeterminismPolicy.Park, store, clock);
            if (start) arns.Add(await host.Client.StartAsync("f", ""));
            else await host.JumpAsync();
            await host.SettleAsync();
        }

        await RunAsync((_, context) => Pause(context), start: true);
        await RunAsync(
            (_, context) =>
            {
                context.Patched("p");
                return Pause(context);
            },
            start: true);
        await using (var waker = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", (_, context) =>
            {
                context.Patched("p");
                return Pause(context);
            }), store: store, clock: clock))
        {
            // The old execution is asked while it replays: its answer is recorded.
            var id = (await waker.Client.GetOperationsAsync(arns[0])).Count;
            Assert.Equal(3, id);
        }

        await RunAsync(
            (_, context) =>
            {
                context.DeprecatePatch("p");
                return Pause(context);
            },
            start: false);

        await using var last = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", (_, context) => Pause(context)), store: store, clock: clock);
        Assert.Equal(ExecutionStatus.Succeeded, (await last.Client.GetAsync(arns[1]))!.Status);
    }

    [Fact]
    public async Task A_mismatch_parks_the_execution_and_matching_code_resumes_it()
    {
        var clock = new ManualTimeProvider();
        var store = new InMemoryStore(clock);
        Func<string, IDurableContext, Task<string>> good = async (_, context) =>
        {
            await Step(context, "first");
            await context.WaitAsync(TimeSpan.FromDays(1), "pause");
            return "done";
        };
        Func<string, IDurableContext, Task<string>> bad = async (_, context) =>
        {
            await Step(context, "other");
            await context.WaitAsync(TimeSpan.FromDays(1), "pause");
            return "done";
        };
        Action<PerdureOptions> park = options => options.OnNonDeterminism = NonDeterminismPolicy.Park;

        string arn;
        await using (var host = await DurableTestHost.StartAsync(builder => builder.AddFunction("f", good), park, store, clock))
        {
            arn = await host.Client.StartAsync("f", "");
            await host.SettleAsync();
        }

        await using (var host = await DurableTestHost.StartAsync(builder => builder.AddFunction("f", bad), park, store, clock))
        {
            await host.JumpAsync();
            var parked = await host.Client.GetAsync(arn);
            Assert.Equal((ExecutionStatus.Running, ExecutionAttention.Mismatched), (parked!.Status, parked.Attention));
            Assert.Contains("PDR0101", parked.AttentionReason);
            Assert.Contains("'other'", parked.AttentionReason);
            // Somebody looks at it and lets it run: the code is the same, so it is parked again, and nothing else happens.
            Assert.True(await host.Client.UnparkAsync(arn));
            await host.SettleAsync();
            Assert.Equal(ExecutionAttention.Mismatched, (await host.Client.GetAsync(arn))!.Attention);
        }

        await using (var host = await DurableTestHost.StartAsync(builder => builder.AddFunction("f", good), park, store, clock))
        {
            var end = await host.RunToEndAsync(arn);
            Assert.Equal((ExecutionStatus.Succeeded, "\"done\"", ExecutionAttention.None), (end.Status, end.Result, end.Attention));
        }
    }
}
