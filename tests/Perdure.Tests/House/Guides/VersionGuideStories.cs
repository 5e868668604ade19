using Microsoft.Extensions.Logging;
using Perdure.Snippets;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What versioning.md says, one deployment after the other on the same store.</summary>
public class VersionGuideStories
{
    private readonly ManualTimeProvider _clock = new();
    private readonly InMemoryStore _store;
    private readonly List<string> _asked = [];

    public VersionGuideStories() => _store = new InMemoryStore(_clock);

    private Task<string> Ask(string who, CancellationToken token)
    {
        lock (_asked) _asked.Add(who);
        return Task.FromResult(who);
    }

    /// <summary>A node with this code does what there is to do now.</summary>
    private async Task DeployAsync(Func<IDurableContext, Task<string>> code, Func<DurableTestHost, Task> meanwhile)
    {
        await using var host = await DurableTestHost.StartAsync(
            builder => builder.AddFunction<string, string>("f", (_, context) => code(context)), options => options.OnNonDeterminism = NonDeterminismPolicy.Park, _store, _clock);
        await meanwhile(host);
        await host.SettleAsync();
    }

    [Fact]
    public async Task A_change_in_three_deployments_serves_executions_from_before_and_after_it()
    {
        string old = "", fresh = "";
        await DeployAsync(context => Versions.FirstAsync(context, Ask), async host => old = await host.Client.StartAsync("f", ""));

        // 1: both branches.
        await DeployAsync(context => Versions.PatchedAsync(context, Ask), async host =>
        {
            fresh = await host.Client.StartAsync("f", "");
            await host.SettleAsync();
            await host.AdvanceAsync(TimeSpan.FromDays(7));
            Assert.Equal("\"one\"", (await host.Client.GetAsync(old))!.Result);
        });

        // 2: nobody is left who was answered false; who was answered true passes.
        string later = "";
        await DeployAsync(context => Versions.DeprecatedAsync(context, Ask), async host =>
        {
            later = await host.Client.StartAsync("f", "");
            Assert.Equal("\"onetwo\"", (await host.RunToEndAsync(fresh)).Result);
        });

        // 3: nothing of the change is left in the code.
        await DeployAsync(
            async context =>
            {
                var opinion = await context.StepAsync((_, token) => Ask("one", token), "opinion");
                opinion += await context.StepAsync((_, token) => Ask("two", token), "second-opinion");
                await context.WaitAsync(TimeSpan.FromDays(7), "objections");
                return opinion;
            },
            async host => Assert.Equal("\"onetwo\"", (await host.RunToEndAsync(later)).Result));

        Assert.Equal(["one", "one", "two", "one", "two"], _asked);
    }

    [Fact]
    public async Task An_execution_on_the_removed_branch_is_parked_and_goes_on_where_the_branch_is()
    {
        string arn = "";
        async Task<string> Twice(IDurableContext context)
        {
            var opinion = await Versions.PatchedAsync(context, Ask);
            await context.WaitAsync(TimeSpan.FromDays(7), "more");
            return opinion;
        }

        await DeployAsync(
            async context =>
            {
                await Versions.FirstAsync(context, Ask);
                await context.WaitAsync(TimeSpan.FromDays(7), "more");
                return "";
            },
            async host => arn = await host.Client.StartAsync("f", ""));
        await DeployAsync(Twice, host => host.AdvanceAsync(TimeSpan.FromDays(7))); // answered false
        await DeployAsync(context => Versions.DeprecatedAsync(context, Ask), async host =>
        {
            await host.AdvanceAsync(TimeSpan.FromDays(7));
            Assert.Equal(ExecutionAttention.Mismatched, (await host.Client.GetAsync(arn))!.Attention);
            Assert.Contains("PDR0109", (await Versions.MismatchedAsync(host.Client)).Single());
        });
        await DeployAsync(Twice, async host => Assert.Equal("\"one\"", (await host.RunToEndAsync(arn)).Result));
        Assert.Equal(["one"], _asked);
    }

    [Fact]
    public async Task Keyed_operations_change_places_and_what_runs_inside_and_after_them_changes_too()
    {
        string arn = "";
        await DeployAsync(
            async context =>
            {
                var both = await Versions.KeyedAsync(context, Ask);
                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                return both;
            },
            async host => arn = await host.Client.StartAsync("f", ""));
        await DeployAsync(
            async context =>
            {
                var identity = context.StepAsync((_, token) => Ask("another body", token), "identity", new StepConfig { Key = "identity", RetryStrategy = RetryStrategy.None });
                var credit = context.StepAsync((_, token) => Ask("another body", token), "credit", new StepConfig { Key = "credit", Timeout = TimeSpan.FromMinutes(1) });
                await Task.WhenAll(identity, credit);
                context.Logger.LogInformation("a new line");
                await context.WaitAsync(TimeSpan.FromDays(3), "pause"); // the recorded end stands
                return await context.StepAsync((_, token) => Ask("new", token), "new") + await identity + await credit;
            },
            async host =>
            {
                var end = await host.RunToEndAsync(arn);
                Assert.Equal("\"newidentitycredit\"", end.Result);
                Assert.Equal(TimeSpan.FromDays(1), end.EndedAt - end.StartedAt);
            });

        Assert.Equal(["credit", "identity", "new"], _asked.Order());
    }

    private static Task<string> Keyed(IDurableContext context, string name) =>
        context.StepAsync((_, _) => Task.FromResult(name), name, new StepConfig { Key = name });

    [Theory]
    [InlineData("side by side", true)]
    [InlineData("one more beside them", true)]
    [InlineData("one after the other", false)]
    [InlineData("another between", false)]
    [InlineData("another before", false)]
    public async Task What_is_recorded_is_asked_for_before_anything_new_is_awaited(string change, bool matches)
    {
        string arn = "";
        await DeployAsync(
            async context =>
            {
                await Keyed(context, "credit");
                await Keyed(context, "identity");
                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                return "";
            },
            async host => arn = await host.Client.StartAsync("f", ""));
        await DeployAsync(
            async context =>
            {
                switch (change)
                {
                    case "side by side":
                        await Task.WhenAll(Keyed(context, "identity"), Keyed(context, "credit"));
                        break;
                    case "one more beside them":
                        await Task.WhenAll(Keyed(context, "identity"), Keyed(context, "fraud"), Keyed(context, "credit"), context.WaitAsync(TimeSpan.FromDays(1), "pause"));
                        return "";
                    case "one after the other":
                        await Keyed(context, "identity");
                        await Keyed(context, "credit");
                        break;
                    case "another between":
                        await Keyed(context, "credit");
                        await Keyed(context, "fraud");
                        await Keyed(context, "identity");
                        break;
                    default:
                        await Keyed(context, "fraud");
                        await Keyed(context, "credit");
                        await Keyed(context, "identity");
                        break;
                }

                await context.WaitAsync(TimeSpan.FromDays(1), "pause");
                return "";
            },
            async host =>
            {
                await host.AdvanceAsync(TimeSpan.FromDays(1));
                var now = (await host.Client.GetAsync(arn))!;
                Assert.Equal(matches ? (ExecutionStatus.Succeeded, ExecutionAttention.None) : (ExecutionStatus.Running, ExecutionAttention.Mismatched), (now.Status, now.Attention));
            });
    }
}
