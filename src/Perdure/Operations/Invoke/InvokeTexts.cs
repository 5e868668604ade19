namespace Perdure.Operations;

internal static partial class OperationTexts
{
    private static OperationText InvokeResult => new(
        static operation => operation.ChainedInvokeDetails?.Result,
        static (operation, text) => operation with { ChainedInvokeDetails = operation.ChainedInvokeDetails! with { Result = text } }); // read from it
}
