using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What invoke.md, combinators.md and group-retry.md say.</summary>
public class CallAndRaceStories
{
    private static void Criteria(IPerdureBuilder builder) => builder.AddFunction<string, string>("policy-criteria", async (policy, context) =>
    {
        await context.WaitAsync(TimeSpan.FromHours(1));
        return policy == "unknown" ? throw new KeyNotFoundException("no such policy") : $"criteria of {policy}";
    });

    [Theory]
    [InlineData("p1", "criteria of p1")]
    [InlineData("unknown", "no criteria: System.Collections.Generic.KeyNotFoundException")]
    public async Task A_called_functions_result_and_its_original_error_come_back(string policy, string outcome) =>
        Assert.Equal($"\"{outcome}\"", (await Guide.RunAsync(context => Composing.InvokeAsync(context, policy), configure: Criteria)).Description.Result);

    [Fact]
    public async Task A_crash_while_the_called_function_runs_starts_no_second_one()
    {
        await using var host = await Guide.HostAsync(context => Composing.InvokeAsync(context, "p1"), Criteria);
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();

        await host.CrashAsync();
        Assert.Equal("\"criteria of p1\"", (await host.RunToEndAsync(arn)).Result);
        Assert.Equal(1, await host.Client.ListAsync(new ExecutionFilter { Function = "policy-criteria" }).CountAsync());
    }

    [Theory]
    [InlineData(257, 1, typeof(ArgumentException), "functionName has 257 characters")]
    [InlineData(15, 1_048_575, typeof(DurableSerializationException), "The payload of ChainedInvoke 'big' at position 1 is 1,048,577 bytes; at most 1,048,576 are allowed.")]
    public async Task A_call_that_the_record_cannot_hold_is_refused_before_anything_is_recorded(int nameLength, int payloadLength, Type type, string why)
    {
        Exception? refused = null;
        var (end, operations, _) = await Guide.RunAsync(async context =>
        {
            try
            {
                return await context.InvokeAsync<string, string>(new string('f', nameLength), new string('x', payloadLength), "big");
            }
            catch (Exception error)
            {
                refused = error;
                return "refused";
            }
        });

        Assert.Equal("\"refused\"", end.Result);
        Assert.IsType(type, refused);
        Assert.Contains(why, refused.Message);
        Assert.Single(operations);
    }

    [Fact]
    public async Task A_payload_of_exactly_the_limit_reaches_the_called_function() => Assert.Equal(
        "1048574",
        (await Guide.RunAsync(
            context => context.InvokeAsync<string, int>("measure", new string('x', 1_048_574)),
            configure: builder => builder.AddFunction<string, int>("measure", (text, _) => Task.FromResult(text.Length)))).Description.Result);

    [Fact]
    public async Task A_payload_that_cannot_be_written_is_not_called_a_result()
    {
        var (end, _, _) = await Guide.RunAsync(context => context.InvokeAsync<Stream, string>("policy-criteria", new MemoryStream(), "stream"));

        Assert.Contains("The payload of ChainedInvoke 'stream' at position 1, a System.IO.Stream, could not be serialized", end.Error!.ErrorMessage);
    }

    [Fact]
    public async Task The_tenant_of_a_call_is_on_the_record()
    {
        var (_, _, events) = await Guide.RunAsync(
            context => context.InvokeAsync<string, string>("policy-criteria", "p1", config: new InvokeConfig { TenantId = "clinic-7" }), configure: Criteria);

        Assert.Equal("clinic-7", events.Single(e => e.ChainedInvokeStartedDetails is not null).ChainedInvokeStartedDetails!.TenantId);
    }

    [Fact]
    public async Task The_first_success_wins_and_the_loser_goes_on_in_vain()
    {
        var late = 0;
        var (end, _, _) = await Guide.RunAsync(async context =>
        {
            var webhook = context.RunInChildContextAsync(async (child, _) =>
            {
                await child.WaitAsync(TimeSpan.FromDays(2));
                return await child.StepAsync((_, _) => { late++; return Task.FromResult("webhook"); });
            });
            var polling = context.RunInChildContextAsync(async (child, _) =>
            {
                await child.WaitAsync(TimeSpan.FromDays(1));
                return "polling";
            });
            var decision = await Composing.RaceAsync(context, webhook, polling);
            await context.WaitAsync(TimeSpan.FromDays(5));
            return decision;
        });

        Assert.Equal("\"polling\"", end.Result);
        Assert.Equal(1, late);
    }

    [Fact]
    public async Task When_all_of_a_race_fail_the_last_error_stands_and_of_WhenAll_the_first_in_order()
    {
        static Task<string> FailAsync(IDurableContext context, int hours) => context.RunInChildContextAsync<string>(async (child, _) =>
        {
            await child.WaitAsync(TimeSpan.FromHours(hours));
            throw new IOException($"after {hours}");
        });

        Assert.Equal("\"race: after 2, all: after 2\"", await Guide.ResultOfAsync(async context =>
        {
            var race = await Assert.ThrowsAsync<ChildContextException>(() => context.FirstSuccessfulAsync("race", FailAsync(context, 2), FailAsync(context, 1)));
            var all = await Assert.ThrowsAsync<ChildContextException>(() => context.WhenAllAsync("all", FailAsync(context, 2), FailAsync(context, 1)));
            return $"race: {race.Message}, all: {all.Message}";
        }));
    }

    [Fact]
    public async Task A_race_of_nobody_is_refused_and_all_of_nothing_is_nothing() => Assert.Equal("0", await Guide.ResultOfAsync(async context =>
    {
        Assert.Throws<ArgumentException>(() => { _ = context.WhenAnyAsync("nobody"); });
        Assert.Throws<ArgumentException>(() => { _ = context.FirstSuccessfulAsync<string>("nobody"); });
        return (await context.WhenAllAsync<string>("nothing")).Length;
    }));

    [Fact]
    public async Task All_results_come_in_the_order_of_the_arguments() =>
        Assert.Equal("7", await Guide.ResultOfAsync(context => Races.SumAsync(context, (where, _) => Task.FromResult(where == "north" ? 3 : 4))));

    [Fact]
    public async Task Whoever_is_slow_is_reminded_and_may_still_answer()
    {
        var post = new Postbox();
        Assert.Equal("\"at last\"", await Guide.ResultOfAsync(context => Races.RemindAsync(context, post), async host =>
        {
            await host.AdvanceAsync(TimeSpan.FromDays(3));
            await host.Client.SendCallbackSuccessAsync(post.CallbackId, "at last");
        }));
        Assert.Equal(["Ada", "Ada, again"], post.Asked);
    }

    [Fact]
    public async Task Whoever_is_quick_is_not_reminded()
    {
        var post = new Postbox();
        Assert.Equal("\"at once\"", await Guide.ResultOfAsync(context => Races.RemindAsync(context, post), host => host.Client.SendCallbackSuccessAsync(post.CallbackId, "at once")));
        Assert.Equal(["Ada"], post.Asked);
    }

    [Fact]
    public async Task A_group_is_run_again_as_a_whole()
    {
        var reserved = 0;
        Assert.Equal("\"r2 confirmed\"", await Guide.ResultOfAsync(context => Composing.RetryGroupAsync(
            context,
            _ => Task.FromResult($"r{++reserved}"),
            (reservation, _) => reservation == "r1" ? throw new TimeoutException() : Task.FromResult($"{reservation} confirmed"))));
    }

    [Theory]
    [InlineData(true, 5)]
    [InlineData(false, 1)]
    public async Task A_rule_of_a_group_sees_the_rebuilt_error(bool timeout, int attempts)
    {
        var runs = 0;
        var (end, _, _) = await Guide.RunAsync(context => Races.BookAsync(context, _ => { runs++; throw (timeout ? new TimeoutException() : new IOException()); }));

        Assert.Equal(ExecutionStatus.Failed, end.Status);
        Assert.Equal(attempts, runs);
    }

    [Fact]
    public async Task The_original_types_never_match_in_the_strategy_of_a_group()
    {
        var runs = 0;
        await Guide.RunAsync(context => context.RunWithRetryAsync<string>(
            (group, _, _) => group.StepAsync<string>((_, _) => { runs++; throw new TimeoutException(); }, config: StepConfig.AtMostOnce()),
            "booking", RetryStrategy.Exponential(maxAttempts: 3, retryableExceptions: [typeof(TimeoutException)])));

        Assert.Equal(1, runs);
    }
}
