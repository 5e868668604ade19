namespace Perdure.Protocol;

/// <summary>Reads the parts of <c>arn:partition:lambda:region:account:function:NAME:VERSION/durable-execution/EXECUTION/ID</c>.</summary>
internal static class ArnParts
{
    public static string? Function(string arn) => Colon(arn, 6);

    public static string? Version(string arn) => Colon(arn, 7)?.Split('/')[0];

    public static string ExecutionId(string arn) => arn[(arn.LastIndexOf('/') + 1)..];

    private static string? Colon(string arn, int index)
    {
        var parts = arn.Split(':');
        return parts.Length > index ? parts[index] : null;
    }
}
