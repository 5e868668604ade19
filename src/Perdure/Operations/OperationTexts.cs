namespace Perdure.Operations;

/// <summary>A place in an operation where a recorded text lies.</summary>
internal sealed record OperationText(Func<Operation, string?> Read, Func<Operation, string, Operation> Write);

/// <summary>The list of those places, in protocol form; each kind contributes its own from its details.</summary>
internal static partial class OperationTexts
{
    public static IReadOnlyList<OperationText> All { get; } = [ExecutionInput, StepResult, StepErrorData, ContextResult, CallbackAnswer, InvokeResult];
}
