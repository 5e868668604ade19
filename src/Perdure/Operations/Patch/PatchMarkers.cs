using Perdure.Replay;

namespace Perdure.Operations.Patch;

/// <summary>Which version of the code's branches this execution takes: answered once per patch, recorded, and the same ever after.</summary>
/// <remarks>
/// <para>
/// An answer is a STEP that is only ever succeeded, with <c>true</c> or <c>false</c> as its result. Its id is made from the patch's id alone, so it
/// takes no position, and nothing waits for it.
/// </para>
/// <para>
/// <c>false</c> is recorded too: it is given while an execution from before the patch replays, and later invocations replay more than this one, so
/// that without the record a later question could be answered otherwise. The record is written before whatever the code does next: an operation
/// that is durable has the answers that led to it.
/// </para>
/// <para>
/// Whether the execution was past this point before is told by operations alone: whoever was past it asked for more, and that is on record. Ends that
/// wait for their delivery tell nothing: timers and answers come by themselves. So an answer that a crash loses before it is durable is given again.
/// </para>
/// </remarks>
internal sealed class PatchMarkers(InvocationRuntime runtime)
{
    private readonly Dictionary<string, bool> _answers = runtime.History.Markers.ToDictionary(
        static marker => marker.Id, static marker => marker.StepDetails?.Result == "true");

    public static bool IsMarker(Operation operation) => operation is { Type: OperationTypes.Step, SubType: OperationSubTypes.Patch };

    public bool IsPatched(string patchId, DurableContext context)
    {
        var id = IdOf(patchId);
        if (_answers.TryGetValue(id, out var known)) return known;
        var answer = !runtime.History.IsBehind && !context.IsReplayOnly;
        _answers.Add(id, answer);
        runtime.Writer.Enqueue(
            new OperationUpdate
            {
                Id = id,
                Type = OperationTypes.Step,
                SubType = OperationSubTypes.Patch,
                Name = patchId,
                Action = OperationAction.Succeed,
                Payload = answer ? "true" : "false",
            },
            urgent: false);
        return answer;
    }

    /// <summary>The old branch is gone: an execution that took it cannot go on with this code.</summary>
    public void RequireNotOld(string patchId)
    {
        if (!_answers.TryGetValue(IdOf(patchId), out var answer) || answer) return;
        runtime.Mismatch(new NonDeterministicExecutionException(
            $"{runtime.Arn} runs on the code from before patch '{patchId}', and this code no longer has it (DeprecatePatch). " +
            "Deploy code that still asks Patched, or wait until such executions are over before removing the old branch. [PDR0109]"));
    }

    private static string IdOf(string patchId) => OperationIds.Keyed(null, $"patch:{patchId}");
}
