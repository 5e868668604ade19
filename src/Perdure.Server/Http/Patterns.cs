using System.Text.RegularExpressions;

namespace Perdure.Server.Http;

/// <summary>The forms of fields, as the API's model has them.</summary>
internal static partial class Patterns
{
    [GeneratedRegex(@"\Aarn:([a-zA-Z0-9-]+):lambda:([a-zA-Z0-9-]+):(\d{12}):function:([a-zA-Z0-9_-]+):(\$LATEST(?:\.PUBLISHED)?|[0-9]+)/durable-execution/([a-zA-Z0-9_-]+)/([a-zA-Z0-9_-]+)\z")]
    public static partial Regex ExecutionArn { get; }

    [GeneratedRegex(@"\A[a-zA-Z0-9-_]+\z")]
    public static partial Regex Name { get; }

    [GeneratedRegex(@"\A[A-Za-z0-9+/]+={0,2}\z")]
    public static partial Regex Base64 { get; }

    [GeneratedRegex(@"\A[\x21-\x7E]+\z")]
    public static partial Regex Visible { get; }

    [GeneratedRegex(@"\A[\x20-\x7E]+\z")]
    public static partial Regex Printable { get; }

    [GeneratedRegex(@"\A(\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+)\z")]
    public static partial Regex Qualifier { get; }

    [GeneratedRegex(@"\A[a-zA-Z0-9._:/=+\-@ ]+\z")]
    public static partial Regex TenantId { get; }
}
