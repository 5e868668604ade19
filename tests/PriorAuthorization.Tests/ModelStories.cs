using Microsoft.Extensions.AI;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>Models answer badly, fail, cost too much, or ask for tools: each call is a recorded step.</summary>
public class ModelStories
{
    [Fact]
    public async Task An_answer_without_the_form_is_asked_for_again_and_told_what_was_wrong()
    {
        var model = new EditedModel((agent, call, answer) => agent == "necessity" && call == 3 ? Say("I am sure it is fine.") : answer);
        await using var world = new CaseWorld(model: model);

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Equal(3, result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Findings.Length);
        Assert.Equal(OperationStatus.Succeeded, result.GetStep("necessity-model-4").Status);
        Assert.Contains("not the JSON", model.LastPromptOf("necessity"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_never_finds_the_form_leaves_the_letter_to_the_physician()
    {
        await using var world = new CaseWorld(model: new EditedModel(static (agent, call, answer) => agent == "necessity" && call >= 3 ? Say("No.") : answer));

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal(["The agent could not finish; the letter is yours to write."], result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Flags);
    }

    [Theory]
    [InlineData("extraction")]
    [InlineData("policy")]
    [InlineData("necessity")]
    [InlineData("second-opinion")]
    [InlineData("summary")]
    public async Task JSON_of_another_shape_is_asked_for_again(string which)
    {
        await using var world = new CaseWorld(model: new EditedModel((agent, call, answer) =>
            agent == which && call == (agent == "necessity" ? 3 : 1) ? Say("{\"unexpected\":1}") : answer));

        var result = await world.RunAsync(Some.Case("glucose-monitor", "95250"), Act.Refuse);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Equal(
            ["A second model does not agree with the findings.", "The agent is not sure (63 %)."], result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Flags);
    }

    [Theory]
    [InlineData("policy", "The payer's criteria could not be listed.")]
    [InlineData("necessity", "The agent could not finish; the letter is yours to write.")]
    [InlineData("second-opinion", "A second model could not be asked.")]
    [InlineData("summary", "A second model does not agree with the findings.")]
    public async Task An_agent_that_cannot_be_asked_at_all_leaves_its_work_to_the_physician(string which, string flag)
    {
        await using var world = new CaseWorld(model: new EditedModel((agent, _, answer) => agent == which ? throw new HttpRequestException("503") : answer));

        var result = await world.RunAsync(Some.Case("glucose-monitor", "95250"), Act.Refuse);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Contains(flag, result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Flags);
    }

    [Fact]
    public async Task A_model_that_numbers_its_calls_of_tools_from_the_start_in_each_turn_is_understood()
    {
        await using var world = new CaseWorld(model: new EditedModel(static (_, _, answer) =>
        {
            var number = 0;
            foreach (var message in answer.Messages)
            {
                for (var i = 0; i < message.Contents.Count; i++)
                {
                    if (message.Contents[i] is FunctionCallContent call) message.Contents[i] = new FunctionCallContent($"call_{number++}", call.Name, call.Arguments);
                }
            }

            return answer;
        }));

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.All(result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Findings, static finding => Assert.True(finding.IsMet));
    }

    [Theory]
    [InlineData(1, 0.86)]
    [InlineData(2, 0.79)]
    public async Task Pages_that_cannot_be_read_cost_confidence_and_more_than_a_tenth_a_question_to_the_provider(int unreadable, double confidence)
    {
        var lost = 0;
        var readable = 11 - unreadable; // three that say something, and the rest
        var allReadable = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var model = new EditedModel((agent, _, answer) => agent == "extraction" && IsBlank(answer) ? Say($"? {Interlocked.Increment(ref lost)}") : answer)
        {
            // Too many unreadable pages end the batch: a page that is still being read then counts as unread too, and here none is to be.
            HoldBack = (agent, answer) =>
            {
                if (agent != "extraction" || allReadable.Task.IsCompleted) return Task.CompletedTask;
                if (IsBlank(answer)) return allReadable.Task.WaitAsync(TimeSpan.FromMinutes(1), TimeProvider.System);
                if (Interlocked.Decrement(ref readable) == 0) allReadable.SetResult();
                return Task.CompletedTask;
            },
        };
        await using var world = new CaseWorld(model: model);
        var good = "Note\nPain radiating to the leg for ten weeks\n---\nNote\nPhysiotherapy without lasting relief for eight weeks\n---\nNote\nReflexes reduced on exam";
        var pages = string.Concat(Enumerable.Range(0, 7 - unreadable + 1).Select(static _ => "\n---\nNote\nNothing new")) + string.Concat(Enumerable.Range(0, unreadable - 1).Select(static _ => "\n---\nNote\nBlank")) + "\n---\nNote\nBlank";

        var arn = await world.Runner.StartAsync(Some.Case(chart: "nowhere"));
        await world.Runner.Operation("missing-information-1-answer").WaitForAsync(OperationStatus.Started);
        await Act.Send("missing-information-1", await world.Surroundings.Charts.AddAsync(Some.CaseId, "chart", good + pages, default))(world.Runner);
        if (unreadable > 1)
        {
            // Nothing better comes: the physician decides with what there is.
            await world.Runner.Operation("missing-information-2-answer").WaitForAsync(OperationStatus.Started);
            await Act.Send("missing-information-2", await world.Surroundings.Charts.AddAsync(Some.CaseId, "again", "Note\nThe copy is what we have", default))(world.Runner);
        }

        await Act.Refuse(world.Runner);
        var result = await world.Runner.WaitForResultAsync(arn);

        var shown = result.GetStep("prepare-review").GetResult<ReviewRequest>()!; // recorded
        Assert.Equal(confidence, shown.Confidence, precision: 2);
        Assert.Contains($"{unreadable} pages could not be read.", shown.Flags);

        static bool IsBlank(ChatResponse answer) => answer.Text.Contains("Blank", StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_budget_that_is_used_up_stops_before_the_next_call_and_leaves_the_letter_to_the_physician()
    {
        await using var world = new CaseWorld(model: new EditedModel(static (agent, _, answer) =>
        {
            if (agent == "necessity") answer.Usage = new UsageDetails { TotalTokenCount = 120_000 };
            return answer;
        }));

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal(OperationStatus.Succeeded, result.GetStep("necessity-model-2").Status);
        Assert.Null(result.FindStep("necessity-model-3"));
        Assert.Equal("", result.GetStep("prepare-review").GetResult<ReviewRequest>()!.Letter);
    }

    [Fact]
    public async Task A_finding_that_cites_what_is_not_in_the_chart_does_not_count()
    {
        await using var world = new CaseWorld(model: new EditedModel(static (agent, call, answer) =>
            agent == "necessity" && call == 3 ? Say(answer.Text.Replace("E1", "E99", StringComparison.Ordinal)) : answer));

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        var shown = result.GetStep("prepare-review").GetResult<ReviewRequest>()!; // recorded
        Assert.Equal([false, true, true], shown.Findings.Select(static finding => finding.IsMet));
        Assert.Contains("1 findings cite no sentence of the chart and do not count.", shown.Flags);
    }

    [Fact]
    public async Task A_call_that_fails_is_tried_again_alone_and_the_providers_words_are_not_recorded()
    {
        await using var world = new CaseWorld(model: new EditedModel(static (agent, call, answer) =>
            agent == "extraction" && call == 1 ? throw new HttpRequestException("429: your prompt 'Pain 7/10' is over the limit") : answer));

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal([1, 1, 2], result.GetSteps("extraction-model-1").Select(static step => step.Attempt).Order());
        var errors = result.Events.Select(static entry => entry.StepFailedDetails?.Error.Payload?.ErrorMessage).OfType<string>().ToList();
        Assert.Equal(["The model could not be asked: HttpRequestException."], errors);
        Assert.Equal(9, world.Surroundings.Meter.Usage().Calls); // one more than needed
        Assert.Equal(0, world.Surroundings.Meter.Usage().Repeated); // but no crash was the reason
    }

    [Fact]
    public async Task A_model_that_never_answers_is_given_up_after_five_minutes_and_asked_again()
    {
        var clock = new ManualTimeProvider();
        var model = new SilentModel();
        var charts = new ChartStore(new DataFolder(null));
        var service = new ModelService(model, new ModelPace(clock, TimeSpan.Zero), new ModelMeter(new DataFolder(null)), charts, clock);
        var asked = service.AskAsync(new AgentCall("summary", Some.CaseId), "step-1", [new ChatMessage(ChatRole.User, "Hello")], null, TestContext.Current.CancellationToken);

        clock.Advance(TimeSpan.FromMinutes(5));

        var error = await Assert.ThrowsAsync<ModelCallException>(() => asked);
        Assert.Equal("The model could not be asked: TaskCanceledException.", error.Message);
    }

    [Fact]
    public async Task Calls_of_tools_are_steps_and_the_model_gets_their_results()
    {
        await using var world = new CaseWorld();

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal(3, result.GetSteps("tool get_criterion").Count);
        Assert.All(result.GetStep("medical-necessity").Children, static step => Assert.Equal(OperationStatus.Succeeded, step.Status));
    }

    [Fact]
    public async Task A_second_replay_asks_no_model()
    {
        await using var world = new CaseWorld(new() { ReplayMode = ReplayMode.EveryOperation });

        var result = await world.RunAsync(Some.Case(), Act.Refuse);

        Assert.Equal(CaseStatus.Withdrawn, result.Result!.Status);
        Assert.Equal((8, 0), (world.Surroundings.Meter.Usage().Calls, world.Surroundings.Meter.Usage().Repeated));
    }

    private sealed class SilentModel() : DelegatingChatClient(new ScriptedModel(TimeProvider.System, TimeSpan.Zero))
    {
        public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
            return new ChatResponse();
        }
    }

    private static ChatResponse Say(string text) => new(new ChatMessage(ChatRole.Assistant, text));

    /// <summary>The scripted model, whose answers somebody changes on the way.</summary>
    private sealed class EditedModel(Func<string, int, ChatResponse, ChatResponse> edit) : DelegatingChatClient(new ScriptedModel(TimeProvider.System, TimeSpan.Zero))
    {
        private readonly Lock _gate = new();
        private readonly Dictionary<string, int> _calls = [];
        private readonly Dictionary<string, string> _prompts = [];

        /// <summary>What an answer waits for before it is given.</summary>
        public Func<string, ChatResponse, Task> HoldBack { get; init; } = static (_, _) => Task.CompletedTask;

        public string LastPromptOf(string agent) => _prompts[agent];

        public override async Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            var asked = messages.ToList();
            var agent = asked[0].Text.Split(' ')[3];
            var call = 0;
            lock (_gate)
            {
                call = _calls[agent] = _calls.GetValueOrDefault(agent) + 1;
                _prompts[agent] = asked[^1].Text;
            }

            var answer = await base.GetResponseAsync(asked, options, cancellationToken);
            await HoldBack(agent, answer);
            return edit(agent, call, answer);
        }
    }
}
