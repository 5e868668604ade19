using System.Collections.Immutable;
using Perdure.Operations;
using Perdure.Protocol;

namespace Perdure.Replay;

/// <summary>What one invocation tells its interceptors, and when: each end once, nothing that an earlier invocation has told already.</summary>
internal sealed class InvocationHooks(InterceptorChain chain, DurableExecutionInvocationInput input, IReadOnlyList<Operation> operations, InvocationEnvironment environment)
{
    private readonly HashSet<string> _updated = [.. input.UpdatedOperationIds];
    private readonly string _arn = input.DurableExecutionArn;
    private readonly HashSet<string> _recorded = [.. operations.Select(static operation => operation.Id)];
    private ImmutableDictionary<string, Operation> _known = operations
        .Where(static operation => operation.Type != OperationTypes.Execution).ToImmutableDictionary(static operation => operation.Id);

    /// <summary>Runs the invocation between its first and its last hook, inside the wrappers.</summary>
    public async Task<InvocationOutcome> RunAsync(Func<Task<InvocationOutcome>> run)
    {
        var execution = operations.First(static operation => operation.Type == OperationTypes.Execution); // the runtime requires it
        var info = new InvocationInfo
        {
            ExecutionArn = _arn,
            RequestId = environment.RequestId,
            ExecutionStartedAt = execution.StartTimestamp,
            ExecutionInput = execution.ExecutionDetails?.InputPayload,
            IsFirstInvocation = operations.Count == 1,
            Operations = [.. operations.Where(operation => operation != execution)],
            UpdatedOperationIds = input.UpdatedOperationIds,
        };
        await chain.TellAsync(interceptor => interceptor.OnInvocationStartAsync(info)).ConfigureAwait(false);
        var outcome = await chain.WrapAsync((interceptor, next) => interceptor.WrapInvocationAsync(info, next), run).ConfigureAwait(false);
        await chain.TellAsync(interceptor => interceptor.OnInvocationEndAsync(info, EndOf(outcome))).ConfigureAwait(false);
        return outcome;
    }

    private static InvocationEndInfo EndOf(InvocationOutcome outcome) => outcome switch
    {
        InvocationOutcome.Succeeded succeeded => new(InvocationEndStatus.Succeeded, succeeded.Result, null),
        InvocationOutcome.Failed failed => new(InvocationEndStatus.Failed, null, failed.Error),
        InvocationOutcome.Pending => new(InvocationEndStatus.Pending, null, null),
        InvocationOutcome.Crashed crashed => new(InvocationEndStatus.Retrying, null, crashed.Error),
        InvocationOutcome.Mismatched mismatched => new(InvocationEndStatus.Retrying, null, mismatched.Error),
        _ => new(InvocationEndStatus.Retrying, null, null),
    };

    public void OnAsked(OperationRequest request, string? parentId, Operation? recorded)
    {
        if (recorded is null)
        {
            var operation = new Operation
            {
                Id = request.Id, Type = request.Type, SubType = request.SubType, Name = request.Name, ParentId = parentId,
                Status = OperationStatus.Started, StartTimestamp = environment.Clock.GetUtcNow(),
            };
            chain.Tell(interceptor => interceptor.OnOperationStart(new OperationEvent(_arn, operation, IsReplay: false)));
        }
        else if (!recorded.Status.IsTerminal()) chain.Tell(interceptor => interceptor.OnOperationStart(new OperationEvent(_arn, recorded, IsReplay: true)));
        else if (_updated.Remove(recorded.Id)) chain.Tell(interceptor => interceptor.OnOperationEnd(new OperationEvent(_arn, recorded, IsReplay: false)));
    }

    public void OnChanged(Operation operation)
    {
        if (operation.Status.IsTerminal()) chain.Tell(interceptor => interceptor.OnOperationEnd(new OperationEvent(_arn, operation, IsReplay: false)));
    }

    public void OnAnswer(IReadOnlyList<Operation> changed)
    {
        if (changed.Count == 0) return;
        _known = _known.SetItems(changed.Select(static operation => KeyValuePair.Create(operation.Id, operation)));
        var change = new OperationsChange(_arn, [.. changed.Select(operation => new OperationEvent(_arn, operation, _recorded.Contains(operation.Id)))], _known);
        chain.Tell(interceptor => interceptor.OnOperationsChanged(change));
    }
}
