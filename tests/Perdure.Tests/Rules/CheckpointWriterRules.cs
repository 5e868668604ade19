using Perdure.Client;
using Perdure.Protocol;
using Perdure.Replay;
using Perdure.Testing;

namespace Perdure.Tests.Rules;

/// <summary>What the writer sends, and what it does not send any more.</summary>
public class CheckpointWriterRules
{
    private static readonly OperationUpdate CancelWait = new() { Id = "wait", Type = OperationTypes.Wait, Action = OperationAction.Cancel };

    private static readonly OperationUpdate EndStep = new() { Id = "step", Type = OperationTypes.Step, Action = OperationAction.Succeed };

    private static readonly Operation WaitHasEnded = new()
    {
        Id = "wait", Type = OperationTypes.Wait, Status = OperationStatus.Succeeded, StartTimestamp = DateTimeOffset.UnixEpoch,
    };

    [Fact]
    public void A_cancellation_that_an_answer_overtakes_is_not_sent()
    {
        var service = new Service();
        using var writer = NewWriter(service);
        writer.Enqueue(EndStep, urgent: true);
        writer.Enqueue(CancelWait, urgent: true);
        service.Answer(WaitHasEnded);

        Assert.DoesNotContain(service.Requests.SelectMany(request => request.Updates), update => update.Action == OperationAction.Cancel);
    }

    [Fact]
    public void A_cancellation_of_what_the_function_does_not_yet_know_to_have_ended_is_not_sent()
    {
        var service = new Service();
        using var writer = NewWriter(service);
        writer.Enqueue(EndStep, urgent: true);
        service.Answer(WaitHasEnded);
        writer.Enqueue(CancelWait, urgent: true);
        Assert.Single(service.Requests);
        Assert.False(writer.HasUnacknowledged);
    }

    [Fact]
    public void A_cancellation_of_an_open_operation_is_sent()
    {
        var service = new Service();
        using var writer = NewWriter(service);
        writer.Enqueue(EndStep, urgent: true);
        writer.Enqueue(CancelWait, urgent: true);
        service.Answer(WaitHasEnded with { Status = OperationStatus.Started });

        Assert.Equal(OperationAction.Cancel, Assert.Single(service.Requests[^1].Updates).Action);
    }

    private static CheckpointWriter NewWriter(Service service) => new(service, "arn", "token", new ManualTimeProvider(), new Owner());

    private sealed class Owner : ICheckpointOwner
    {
        public void OnAcknowledged(CheckpointResponse response)
        {
            // The function has not taken it in yet.
        }

        public void OnCheckpointFailed(Exception error) => Assert.Fail(error.Message);
    }

    private sealed class Service : IDurableService
    {
        private TaskCompletionSource<CheckpointResponse> _answer = new();

        public List<CheckpointRequest> Requests { get; } = [];

        public Task<CheckpointResponse> CheckpointAsync(CheckpointRequest request, CancellationToken cancellationToken)
        {
            Requests.Add(request);
            return _answer.Task;
        }

        public Task BeatAsync(string executionArn, string checkpointToken, string operationId, string? progress, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<string?> GetProgressAsync(string executionArn, string checkpointToken, string operationId, CancellationToken cancellationToken) => Task.FromResult<string?>(null);

        public Task<InitialExecutionState> GetStateAsync(string executionArn, string checkpointToken, string marker, int maxItems, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public void Answer(params Operation[] operations)
        {
            var answer = _answer;
            _answer = new TaskCompletionSource<CheckpointResponse>();
            answer.SetResult(new CheckpointResponse("next", operations));
        }
    }
}
