using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What child-contexts.md says.</summary>
public class ContextStories
{
    [Fact]
    public async Task A_mapping_turns_the_record_into_the_applications_own_error() => Assert.Equal(
        ["not paid: System.TimeoutException", "not paid: System.TimeoutException"],
        await Guide.SeenAsync(context => ChildContexts.PayAsync(context, _ => throw new TimeoutException())));

    [Theory]
    [InlineData(NestingType.Nested)]
    [InlineData(NestingType.Flat)]
    public async Task What_a_mapping_throws_is_what_the_caller_sees(NestingType nesting)
    {
        var seen = await Guide.SeenAsync(async context =>
        {
            try
            {
                await context.RunInChildContextAsync<int>(
                    (_, _) => throw new TimeoutException(),
                    config: new ChildContextConfig { NestingType = nesting, ErrorMapping = _ => throw new NotSupportedException("in the mapping") });
                return "";
            }
            catch (NotSupportedException error)
            {
                return error.Message;
            }
        });

        Assert.Equal(["in the mapping", "in the mapping"], seen);
    }

    [Fact]
    public async Task A_mapping_that_returns_nothing_changes_nothing() => Assert.Equal(
        ["System.TimeoutException", "System.TimeoutException"],
        await Guide.SeenAsync(async context => (await Assert.ThrowsAsync<ChildContextException>(() => context.RunInChildContextAsync<int>(
            (_, _) => throw new TimeoutException(), config: new ChildContextConfig { ErrorMapping = _ => null! }))).ErrorType!));

    [Fact]
    public async Task A_finished_nested_body_does_not_run_again_and_a_flat_one_does()
    {
        var nested = 0;
        var flat = 0;
        var (_, operations, _) = await Guide.RunAsync(async context =>
        {
            await context.RunInChildContextAsync((_, _) => Task.FromResult(nested++), "nested");
            await context.RunInChildContextAsync(
                (child, _) =>
                {
                    flat++;
                    return child.StepAsync((_, _) => Task.CompletedTask, "inside");
                },
                "flat",
                new ChildContextConfig { NestingType = NestingType.Flat });
            await context.WaitAsync(TimeSpan.FromDays(1));
            return "";
        });

        Assert.Equal((1, 2), (nested, flat));
        Assert.DoesNotContain(operations, operation => operation.Name == "flat");
        Assert.Null(operations.Single(operation => operation.Name == "inside").ParentId);
    }

    [Fact]
    public async Task A_result_over_262_144_bytes_is_rebuilt_by_the_body_over_its_recorded_steps()
    {
        var bodies = 0;
        var steps = 0;
        var (_, operations, _) = await Guide.RunAsync(async context =>
        {
            var large = await context.RunInChildContextAsync(
                async (child, _) =>
                {
                    bodies++;
                    var letter = await child.StepAsync((_, _) => { steps++; return Task.FromResult("x"); }, "letter");
                    return string.Concat(Enumerable.Repeat(letter, 300_000));
                },
                "large");
            await context.WaitAsync(TimeSpan.FromDays(1));
            return large.Length;
        });

        Assert.Equal((2, 1), (bodies, steps));
        Assert.True(operations.Single(operation => operation.Name == "large").ContextDetails!.ReplayChildren);
    }

    [Fact]
    public async Task A_result_that_cannot_be_written_is_the_contexts_failure()
    {
        var seen = await Guide.SeenAsync(async context =>
        {
            try
            {
                await context.RunInChildContextAsync((_, _) => Task.FromResult<Stream>(new MemoryStream()), "stream");
                return "";
            }
            catch (ChildContextException error)
            {
                return $"{error.IsError<DurableSerializationException>()} {error.Message[^9..]}";
            }
        });

        Assert.Equal(["True [PDR0201]", "True [PDR0201]"], seen);
    }

    [Fact]
    public async Task A_crash_in_the_middle_runs_the_body_again_and_skips_what_is_recorded()
    {
        var fetched = new List<string>();
        await using var host = await Guide.HostAsync(context => Verbs.ChildContextsAsync(context, (what, _) =>
        {
            lock (fetched) fetched.Add(what);
            return Task.FromResult($"got {what}");
        }));
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync(); // one flow is done, the other waits

        await host.CrashAsync();
        await host.RunToEndAsync(arn);

        Assert.Equal(["credit", "got credit", "identity"], fetched.Order());
    }

    [Fact]
    public void A_subtype_has_at_most_32_characters() =>
        Assert.Throws<ArgumentException>(() => new ChildContextConfig { SubType = new string('x', 33) });
}
