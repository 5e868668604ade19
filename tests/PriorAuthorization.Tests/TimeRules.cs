using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>Time that passes at the press of a button cuts nobody off.</summary>
public class TimeRules
{
    private static readonly AttemptInfo Attempt = new("arn", "1", "submit", "Step", 1) { Type = OperationTypes.Step, StartedAt = default, IsReplay = false };

    private readonly ManualTimeProvider _wall = new();
    private readonly DemoClock _clock = new(new DataFolder(null));
    private readonly TimeLapse _time;

    public TimeRules() => _time = new TimeLapse(_clock) { RealTime = _wall };

    [Fact]
    public async Task As_much_time_passes_as_was_asked_for()
    {
        await PassAsync(_time.PassAsync(TimeSpan.FromMinutes(40), default));

        Assert.Equal(TimeSpan.FromMinutes(40), _clock.Ahead);
    }

    [Fact]
    public async Task Time_stands_still_while_a_body_is_at_work_and_passes_when_it_is_done()
    {
        var (first, second) = (new TaskCompletionSource(), new TaskCompletionSource());
        Task[] bodies = [_time.WrapAttemptAsync(Attempt, () => first.Task), _time.WrapAttemptAsync(Attempt, () => second.Task)];
        var passing = _time.PassAsync(TimeSpan.FromHours(1), default);

        _wall.Advance(TimeSpan.FromSeconds(59));
        first.SetResult();
        await bodies[0];
        _wall.Advance(TimeSpan.FromSeconds(59));
        Assert.Equal(TimeSpan.Zero, _clock.Ahead);

        second.SetResult();
        await bodies[1];
        await PassAsync(passing);
        Assert.Equal(TimeSpan.FromHours(1), _clock.Ahead);
    }

    [Fact]
    public async Task A_body_that_fails_is_no_longer_at_work()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(() => _time.WrapAttemptAsync(Attempt, static () => throw new InvalidOperationException()));
        var passing = _time.PassAsync(TimeLapse.Stride, default);

        Assert.Equal(TimeLapse.Stride, _clock.Ahead);
        await PassAsync(passing);
    }

    [Fact]
    public async Task A_body_that_hangs_holds_up_each_stride_for_two_minutes_and_no_longer()
    {
        var began = _wall.GetUtcNow();
        var hanging = _time.WrapAttemptAsync(Attempt, static () => new TaskCompletionSource().Task);

        await PassAsync(_time.PassAsync(2 * TimeLapse.Stride, default));

        Assert.Equal(2 * TimeLapse.Stride, _clock.Ahead);
        Assert.True(_wall.GetUtcNow() - began >= 2 * TimeSpan.FromMinutes(2));
        Assert.False(hanging.IsCompleted);
    }

    [Fact]
    public async Task Whoever_gives_up_waiting_stops_the_time()
    {
        using var gone = new CancellationTokenSource();
        var hanging = _time.WrapAttemptAsync(Attempt, static () => new TaskCompletionSource().Task);
        var passing = _time.PassAsync(TimeLapse.Stride, gone.Token);

        await gone.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => passing);
        Assert.Equal(TimeSpan.Zero, _clock.Ahead);
        Assert.False(hanging.IsCompleted);
    }

    [Fact]
    public void A_lease_is_renewed_before_strides_can_use_it_up()
    {
        // The engine renews when a third is over: at worst that is seen a stride late, and the next stride comes before it is done.
        var renewedAfter = (TimeLapse.Lease / 3) + (2 * TimeLapse.Stride);

        Assert.True(renewedAfter < TimeLapse.Lease);
    }

    [Fact]
    public async Task A_model_that_is_asked_while_the_clock_is_moved_may_still_answer()
    {
        var model = new WaitingModel();
        await using var services = new ServiceCollection()
            .AddCaseServices(new DataFolder(null), _ => model, TimeSpan.Zero)
            .AddDemoTime(_clock)
            .BuildServiceProvider();
        var asked = services.GetRequiredService<ModelService>().AskAsync(
            new AgentCall("summary", Some.CaseId), "step-1", [new ChatMessage(ChatRole.User, "Hello")], null, TestContext.Current.CancellationToken);
        await model.Asked.Task;

        _clock.Advance(TimeSpan.FromDays(1));
        model.Answer.SetResult(new ChatResponse(new ChatMessage(ChatRole.Assistant, "Here I am.")));

        Assert.Contains("Here I am.", (await asked).Response, StringComparison.Ordinal);
    }

    /// <summary>Lets real time go on until the time that was asked for has passed.</summary>
    private async Task PassAsync(Task passing)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30), TimeProvider.System);
        while (!passing.IsCompleted)
        {
            limit.Token.ThrowIfCancellationRequested();
            _wall.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        await passing;
    }

    /// <summary>Answers when it is told to, unless it is cut off.</summary>
    private sealed class WaitingModel() : DelegatingChatClient(new ScriptedModel(TimeProvider.System, TimeSpan.Zero))
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource<ChatResponse> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Asked.SetResult();
            return Answer.Task.WaitAsync(cancellationToken);
        }
    }
}
