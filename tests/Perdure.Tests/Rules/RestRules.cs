using Microsoft.Extensions.Logging.Abstractions;
using Perdure.Client;
using Perdure.Protocol;
using Perdure.Replay;
using Perdure.Testing;

namespace Perdure.Tests.Rules;

/// <summary>An invocation rests only when all that it was told has been taken in.</summary>
public class RestRules
{
    /// <summary>Beside an open wait a suspension is in order: nothing but the wait would have brought the execution back.</summary>
    [Fact]
    public async Task An_answer_that_comes_in_while_the_code_comes_to_rest_is_taken_in_before_it_suspends()
    {
        var service = new LateService();
        var work = new CallersThread();
        var invocation = InvocationRuntime.RunAsync(
            new DurableExecutionInvocationInput
            {
                DurableExecutionArn = "arn:aws:lambda:local:000000000000:function:f:$LATEST/durable-execution/e/1",
                CheckpointToken = "0",
                InitialExecutionState = new InitialExecutionState
                {
                    Operations = [new Operation { Id = "e", Type = OperationTypes.Execution, Status = OperationStatus.Started, StartTimestamp = DateTimeOffset.UnixEpoch }],
                },
            },
            static async (context, _) =>
            {
                var patience = context.WaitAsync(TimeSpan.FromDays(1), "patience");
                await context.RunInChildContextAsync(static (_, _) => Task.CompletedTask, "part");
                return "done";
            },
            new InvocationEnvironment
            {
                Service = service,
                Work = work,
                Clock = new ManualTimeProvider(),
                LoggerFactory = NullLoggerFactory.Instance,
                Serializer = new JsonDurableSerializer(),
                RequestId = "request",
                Signals = new InvocationSignals(),
                Options = new RuntimeOptions { Probe = new AnswersWhenIdle(service) },
            });
        work.RunAll();

        Assert.Equal("done", Assert.IsType<InvocationOutcome.Succeeded>(await invocation).Result);
    }

    /// <summary>The moment between finding nothing to run and looking whether anything is under way.</summary>
    private sealed class AnswersWhenIdle(LateService service) : InvocationProbe
    {
        public override void OnIdle() => service.AnswerAll();
    }

    /// <summary>Answers at once, but for the end of a context: that answer it keeps until it is told to give it, on the thread of whoever tells it.</summary>
    private sealed class LateService : IDurableService
    {
        private readonly Queue<(CheckpointRequest Request, TaskCompletionSource<CheckpointResponse> Answer)> _open = new();
        private int _sequence;

        public void AnswerAll()
        {
            while (_open.TryDequeue(out var next)) next.Answer.SetResult(AnswerTo(next.Request));
        }

        public Task<CheckpointResponse> CheckpointAsync(CheckpointRequest request, CancellationToken cancellationToken)
        {
            if (!request.Updates.Any(static update => update.Action == OperationAction.Succeed)) return Task.FromResult(AnswerTo(request));
            var answer = new TaskCompletionSource<CheckpointResponse>();
            _open.Enqueue((request, answer));
            return answer.Task;
        }

        private CheckpointResponse AnswerTo(CheckpointRequest request) =>
            new($"{++_sequence}", [.. request.Updates.GroupBy(static update => update.Id).Select(updates => After(updates.Last()))]);

        private Operation After(OperationUpdate update)
        {
            var hasEnded = update.Action == OperationAction.Succeed;
            return new Operation
            {
                Id = update.Id,
                Type = update.Type,
                SubType = update.SubType,
                Name = update.Name,
                Status = hasEnded ? OperationStatus.Succeeded : OperationStatus.Started,
                StartTimestamp = DateTimeOffset.UnixEpoch,
                EndTimestamp = hasEnded ? DateTimeOffset.UnixEpoch : null,
                Sequence = new OperationSequence(++_sequence, hasEnded ? ++_sequence : null),
            };
        }

        public Task BeatAsync(string executionArn, string checkpointToken, string operationId, string? progress, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string?> GetProgressAsync(string executionArn, string checkpointToken, string operationId, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<InitialExecutionState> GetStateAsync(
            string executionArn, string checkpointToken, string marker, int maxItems, CancellationToken cancellationToken) =>
            throw new NotSupportedException("There is one page.");
    }
}
