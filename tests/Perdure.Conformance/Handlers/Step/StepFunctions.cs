namespace Perdure.Conformance.Handlers.Step;

/// <summary>Suite 1: steps.</summary>
internal static class StepFunctions
{
    public static void AddTo(FunctionCatalogue catalogue)
    {
        PlainSteps.AddTo(catalogue);
        RetriedSteps.AddTo(catalogue);
        InterruptedSteps.AddTo(catalogue);
    }
}
