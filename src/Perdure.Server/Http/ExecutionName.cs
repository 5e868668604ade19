using Perdure.Protocol;
using Perdure.Server.Api;

namespace Perdure.Server.Http;

/// <summary>An execution's ARN as a request names it. Well-formed; whether there is such an execution is another question.</summary>
internal sealed record ExecutionName(string Text, string Function)
{
    /// <exception cref="ApiException">It is not an execution's ARN.</exception>
    public static ExecutionName Parse(string text)
    {
        var constraints = new Constraints();
        constraints.Text(text, "durableExecutionArn", 1024, Patterns.ExecutionArn);
        constraints.Require();
        return new ExecutionName(text, ArnParts.Function(text)!); // the pattern has it
    }

    /// <summary>The ARN of the version that runs it.</summary>
    public static string FunctionArn(string executionArn) => executionArn[..executionArn.IndexOf('/', StringComparison.Ordinal)];
}
