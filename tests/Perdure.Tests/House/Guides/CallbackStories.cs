using Perdure.Snippets;
using Perdure.Testing;

namespace Perdure.Tests.House.Guides;

/// <summary>What callbacks.md says.</summary>
public class CallbackStories
{
    [Fact]
    public async Task An_answer_is_the_result()
    {
        var post = new Postbox();
        Assert.Equal("\"signed\"", await Guide.ResultOfAsync(
            context => Callbacks.AskAsync(context, post), host => host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed")));
    }

    [Fact]
    public async Task A_reported_failure_arrives_with_its_type()
    {
        var post = new Postbox();
        Assert.Equal("\"refused: misspelt\"", await Guide.ResultOfAsync(
            context => Callbacks.AskAsync(context, post), host => host.Client.SendCallbackFailureAsync(post.CallbackId, new ErrorObject { ErrorType = "misspelt" })));
    }

    [Fact]
    public async Task Heartbeats_keep_a_question_open_and_silence_ends_it()
    {
        var post = new Postbox();
        var (end, _, events) = await Guide.RunAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            for (var i = 0; i < 5; i++)
            {
                await host.AdvanceAsync(TimeSpan.FromHours(5));
                await host.Client.SendCallbackHeartbeatAsync(post.CallbackId);
            }
        });

        Assert.Equal("\"late: Callback.Heartbeat\"", end.Result);
        Assert.Equal(TimeSpan.FromHours(31), end.EndedAt - end.StartedAt);
        Assert.DoesNotContain(events, e => e.EventType.Contains("Heartbeat", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Heartbeats_do_not_postpone_the_timeout()
    {
        var post = new Postbox();
        var (end, _, _) = await Guide.RunAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            for (var i = 0; i < 14; i++)
            {
                await host.AdvanceAsync(TimeSpan.FromHours(5));
                await host.Client.SendCallbackHeartbeatAsync(post.CallbackId);
            }
        });

        Assert.Equal("\"late: Callback.Timeout\"", end.Result);
        Assert.Equal(TimeSpan.FromDays(3), end.EndedAt - end.StartedAt);
    }

    [Fact]
    public async Task A_submitter_that_fails_for_good_says_that_nobody_was_asked()
    {
        var post = new Postbox(_ => new IOException("no mail server"));

        Assert.Equal("\"never asked: no mail server\"", await Guide.ResultOfAsync(context => Callbacks.AskAsync(context, post)));
        Assert.Equal(3, post.Asked.Count);
    }

    [Fact]
    public async Task An_answer_that_comes_while_the_submitter_is_retried_is_kept()
    {
        var mails = 0;
        var post = new Postbox(_ => mails++ == 0 ? new IOException("lost the connection after sending") : null);

        Assert.Equal("\"signed\"", await Guide.ResultOfAsync(
            context => Callbacks.AskAsync(context, post), host => host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed")));
        Assert.Equal(2, mails);
    }

    [Fact]
    public async Task A_submitter_that_fails_for_good_wins_over_an_answer()
    {
        var post = new Postbox(_ => new IOException("no mail server"));

        Assert.Equal("\"never asked: no mail server\"", await Guide.ResultOfAsync(
            context => Callbacks.AskAsync(context, post), host => host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed")));
    }

    [Fact]
    public async Task An_id_has_144_characters_and_must_be_escaped_in_a_link()
    {
        var post = new Postbox();
        await Guide.RunAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            var id = post.CallbackId;
            Assert.Equal(144, id.Length);
            Assert.Matches("^[A-Za-z0-9+/=]+$", id);
            await host.Client.SendCallbackSuccessAsync(Uri.UnescapeDataString(Uri.EscapeDataString(id)), "signed");
        });
    }

    [Fact]
    public async Task Whoever_may_read_the_record_sees_the_id_without_payloads_too()
    {
        var post = new Postbox();
        await Guide.RunAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            var arn = (await host.Client.ListAsync().SingleAsync()).Arn;
            Assert.Contains(await host.Client.GetOperationsAsync(arn), operation => operation.CallbackDetails?.CallbackId == post.CallbackId);
            Assert.Contains(
                await host.Client.GetHistoryAsync(arn, includeData: false).ToListAsync(), e => e.CallbackStartedDetails?.CallbackId == post.CallbackId);
        });
    }

    [Fact]
    public async Task An_answer_of_another_shape_parks_the_execution_until_the_code_can_read_it()
    {
        string? id = null;
        await using var host = await Guide.HostAsync(async context =>
        {
            var callback = await context.CreateCallbackAsync<int>();
            id = callback.CallbackId;
            return await callback.GetResultAsync();
        });
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();

        await host.Client.SendCallbackSuccessAsync(id!, "not a number");
        while (await host.JumpAsync() && (await host.Client.GetAsync(arn))!.Attention == ExecutionAttention.None)
        {
        }

        var parked = (await host.Client.GetAsync(arn))!;
        Assert.Equal((ExecutionStatus.Running, ExecutionAttention.Parked), (parked.Status, parked.Attention));
        Assert.Contains("PDR0203", parked.AttentionReason);
    }

    [Fact]
    public async Task An_answer_over_1_048_576_bytes_is_refused_and_the_question_stays_open()
    {
        var post = new Postbox();
        Assert.Equal("\"signed\"", await Guide.ResultOfAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            var error = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendCallbackSuccessAsync(post.CallbackId, new string('x', 1_048_576)));
            Assert.Contains("PDR0305", error.Message);
            await host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed");
        }));
    }

    [Fact]
    public async Task A_second_answer_changes_nothing_and_says_so()
    {
        var post = new Postbox();
        Assert.Equal("\"first\"", await Guide.ResultOfAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            await host.Client.SendCallbackSuccessAsync(post.CallbackId, "first");
            await Assert.ThrowsAsync<CallbackClosedException>(() => host.Client.SendCallbackSuccessAsync(post.CallbackId, "second"));
        }));
    }

    [Fact]
    public async Task A_crash_between_the_question_and_its_answer_asks_nobody_again()
    {
        var post = new Postbox();
        Assert.Equal("\"signed\"", await Guide.ResultOfAsync(context => Callbacks.AskAsync(context, post), async host =>
        {
            await host.CrashAsync();
            await host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed");
        }));
        Assert.Equal(["notary"], post.Asked);
    }
}
