using System.Text.Json;
using Perdure.Protocol;
using Perdure.Replay;

namespace Perdure.Server.Invocation;

/// <summary>Reads what a durable function answers at the end of an invocation.</summary>
internal static class DurableAnswer
{
    /// <returns>How the invocation ended; one that answers nonsense is broken.</returns>
    public static InvocationOutcome Read(ReadOnlyMemory<byte> body)
    {
        DurableExecutionInvocationOutput? output;
        try
        {
            output = JsonSerializer.Deserialize(body.Span, EnvelopeJson.Default.DurableExecutionInvocationOutput);
        }
        catch (JsonException)
        {
            output = null;
        }

        return output switch
        {
            null => Invalid("Invalid Status in invocation output."),
            { Status: InvocationStatus.Succeeded, Error: not null } => Invalid("Cannot provide an Error for SUCCEEDED status."),
            { Status: InvocationStatus.Failed, Result: not null } => Invalid("Cannot provide a Result for FAILED status."),
            { Status: InvocationStatus.Succeeded } => new InvocationOutcome.Succeeded(output.Result),
            { Status: InvocationStatus.Failed } => new InvocationOutcome.Failed(output.Error ?? new ErrorObject()),

            // What it has seen is known from its checkpoints alone.
            _ => new InvocationOutcome.Pending(""),
        };
    }

    private static InvocationOutcome.Crashed Invalid(string message) => new(new ErrorObject { ErrorType = "InvalidParameterValueException", ErrorMessage = message });
}
