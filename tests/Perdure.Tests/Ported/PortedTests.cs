using Perdure.Testing;
using Ported;

namespace Perdure.Tests.Ported;

/// <summary>Functions in the style of AWS's documentation run as they are, each once undisturbed and once with a crash at every rest.</summary>
public class PortedTests
{
    private readonly World _world = new();

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_order_is_completed(bool crashes)
    {
        Assert.Equal("""{"status":"COMPLETED","shipment":"ship o1"}""", await RunAsync(new OrderProcessing(_world).Workflow, new OrderProcessing.Order("o1", 5), crashes));
        Assert.Equal(["reserve o1", "charge 5", "ship o1"], _world.Calls);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task An_order_that_cannot_be_shipped_is_undone_backwards(bool crashes)
    {
        _world.Fail("ship o1", new IOException("no truck"));
        Assert.Equal("""{"status":"CANCELLED: no truck","shipment":null}""", await RunAsync(new OrderProcessing(_world).Workflow, new OrderProcessing.Order("o1", 5), crashes));
        Assert.Equal(["reserve o1", "charge 5", "refund charge 5", "release reserve o1"], _world.Calls);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_person_approves(bool crashes) => Assert.Equal("\"approved by Grace\"", await RunAsync(
        new HumanApproval(_world).Workflow, new HumanApproval.Document("d1", "Grace"), crashes, client => client.SendCallbackSuccessAsync(_world.CallbackId, new HumanApproval.Decision(true, "Grace"))));

    [Theory, InlineData(false), InlineData(true)]
    public async Task Nobody_approves(bool crashes)
    {
        Assert.Equal("\"expired\"", await RunAsync(new HumanApproval(_world).Workflow, new HumanApproval.Document("d1", "Grace"), crashes));
        Assert.Equal(["ask Grace", "escalate d1"], _world.Calls);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_approvals_system_fails(bool crashes) => Assert.Equal("\"failed: Unavailable\"", await RunAsync(
        new HumanApproval(_world).Workflow, new HumanApproval.Document("d1", "Grace"), crashes, client => client.SendCallbackFailureAsync(_world.CallbackId, new ErrorObject { ErrorType = "Unavailable" })));

    [Theory, InlineData(false), InlineData(true)]
    public async Task One_failed_file_is_tolerated(bool crashes)
    {
        _world.Fail("convert b", new IOException("unreadable"));
        Assert.Equal("""{"succeeded":3,"failed":["1-b"],"reason":0}""", await RunAsync(new FanOutMap(_world).Workflow, (IReadOnlyList<string>)["a", "b", "c", "d"], crashes));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_source_that_is_down_is_left_out(bool crashes)
    {
        _world.Fail("orders c1", new IOException("down"));
        Assert.Equal("\"profile c1, no orders, score c1\"", await RunAsync(new ParallelEnrichment(_world).Workflow, "c1", crashes));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_job_is_polled_until_it_is_done(bool crashes)
    {
        Assert.Equal("\"status j 3\"", await RunAsync(new JobPolling(_world).Workflow, "j", crashes));
        Assert.Equal(["status j 1", "status j 2", "status j 3"], _world.Calls);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Another_function_pays(bool crashes)
    {
        var function = new ChainedInvoke(_world);
        Assert.Equal("\"paid: charge 5\"", await RunAsync(
            function.Workflow, new ChainedInvoke.Payment("o1", 5), crashes, configure: builder => builder.AddFunction<ChainedInvoke.Payment, string>("process-payment", function.ProcessPayment, tenantIsolation: true)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task The_other_functions_failure_can_be_caught(bool crashes)
    {
        var function = new ChainedInvoke(_world.Fail("charge 5", new IOException("declined")));
        Assert.Equal("\"process-payment failed: declined\"", await RunAsync(
            function.Workflow, new ChainedInvoke.Payment("o1", 5), crashes, configure: builder => builder.AddFunction<ChainedInvoke.Payment, string>("process-payment", function.ProcessPayment, tenantIsolation: true)));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Failures_of_the_named_types_are_retried(bool crashes)
    {
        _world.Fail("get u", new HttpRequestException("busy"), new TimeoutException());
        Assert.Equal("\"get u at attempt 3\"", await RunAsync(new RetryByType(_world).Workflow, "u", crashes));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Other_failures_are_not(bool crashes)
    {
        _world.Fail("get u", new InvalidOperationException("bad url"));
        Assert.Equal("\"gave up: bad url\"", await RunAsync(new RetryByType(_world).Workflow, "u", crashes));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_charge_is_made_once(bool crashes)
    {
        Assert.Equal("\"charge 5\"", await RunAsync(new AtMostOnceCharge(_world).Workflow, 5m, crashes));
        Assert.Equal(["charge 5"], _world.Calls);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Work_that_shows_no_life_is_lost(bool crashes) =>
        Assert.Equal("\"lost: Callback.Heartbeat\"", await RunAsync(new CallbackWithHeartbeat(_world).Workflow, "v1", crashes));

    [Theory, InlineData(false), InlineData(true)]
    public async Task Work_that_is_done_answers(bool crashes) => Assert.Equal("\"v1.mp4\"", await RunAsync(
        new CallbackWithHeartbeat(_world).Workflow, "v1", crashes, async client =>
        {
            await client.SendCallbackHeartbeatAsync(_world.CallbackId);
            await client.SendCallbackSuccessAsync(_world.CallbackId, "v1.mp4");
        }));

    [Theory, InlineData(false), InlineData(true)]
    public async Task A_failed_part_is_an_error_of_the_business(bool crashes)
    {
        _world.Fail("book search hotel rome", new IOException("sold out"));
        Assert.Equal("\"no hotel: sold out\"", await RunAsync(new ErrorMappingContexts(_world).Workflow, "rome", crashes));
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Parallels_in_parallels_add_up(bool crashes)
    {
        Assert.Equal("56", await RunAsync(new NestedParallel(_world).Workflow, (IReadOnlyList<string>)["eu", "us"], crashes));
        Assert.Equal(4, _world.Calls.Count);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Two_of_three_reviews_are_enough(bool crashes)
    {
        Assert.Equal("\"review by b, review by c; 1 not waited for\"", await RunAsync(new QuorumBatch(_world).Workflow, (IReadOnlyList<string>)["a", "b", "c"], crashes));
        Assert.Equal(["review by c", "review by b"], _world.Calls);
    }

    [Theory, InlineData(false), InlineData(true)]
    public async Task Reminders_are_sent_over_weeks(bool crashes)
    {
        Assert.Equal("3", await RunAsync(new DelayedReminder(_world).Workflow, "ada", crashes));
        Assert.Equal(["mail ada 1", "mail ada 7", "mail ada 30"], _world.Calls);
    }

    private static async Task<string?> RunAsync<TInput, TOutput>(
        Func<TInput, IDurableContext, Task<TOutput>> workflow, TInput input, bool crashes,
        Func<IPerdureClient, Task>? answer = null, Action<IPerdureBuilder>? configure = null)
    {
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            builder.AddFunction("workflow", workflow);
            configure?.Invoke(builder);
        });
        var arn = await host.Client.StartAsync("workflow", input);
        while (true)
        {
            await host.SettleAsync();
            if (crashes) await host.CrashAsync();
            if (answer is not null) await answer(host.Client);
            answer = null;
            await host.SettleAsync();
            var now = (await host.Client.GetAsync(arn))!;
            if (now.Status != ExecutionStatus.Running)
            {
                Assert.True(now.Status == ExecutionStatus.Succeeded, $"{now.Status}: {now.Error?.ErrorType} {now.Error?.ErrorMessage}");
                return now.Result;
            }

            Assert.True(await host.JumpAsync(), "It waits for the outside world.");
        }
    }
}
