using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Perdure.Engine.Executions;

namespace Perdure.Engine.Invocation;

/// <summary>A function as somebody names it: by name, <c>name:qualifier</c>, partial ARN or ARN. Well-formed; whether there is such a function is another question.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Qualifier">The version or alias; null when it is left open.</param>
/// <param name="IsHere">False when it is said to be in another account, region or partition: there it may well exist, here it does not.</param>
/// <param name="IsArn">Whether it is an ARN, or the part of one from the account on.</param>
internal sealed partial record FunctionTarget(string Name, string? Qualifier, bool IsHere, bool IsArn)
{
    public bool IsUnqualifiedArn => IsArn && Qualifier is null;

    public static bool TryParse(string text, [NotNullWhen(true)] out FunctionTarget? target)
    {
        var match = Pattern.Match(text);
        var (region, account) = (match.Groups["region"], match.Groups["account"]);
        target = !match.Success ? null : new FunctionTarget(
            match.Groups["name"].Value,
            match.Groups["qualifier"] is { Success: true, Value: var qualifier } ? qualifier : null,
            match.Groups["partition"] is { Success: true, Value: var partition }
                ? partition == ExecutionArn.Partition && region.Value == ExecutionArn.Region && account.Value == ExecutionArn.Account
                : region.Value is "" or ExecutionArn.Region && account.Value is "" or ExecutionArn.Account,
            account.Success);
        return match.Success;
    }

    /// <summary>The form of all of them. A name may end in the word <c>function</c>, or be it.</summary>
    [GeneratedRegex(@"\A(arn:(?<partition>[a-zA-Z0-9-]+):lambda:)?((?<region>[a-zA-Z0-9-]+):(?=\d{12}:))?((?<account>\d{12}):)?(function:)?(?<name>[a-zA-Z0-9-_]+)(:(?<qualifier>\$LATEST(\.PUBLISHED)?|[a-zA-Z0-9-_]+))?\z")]
    public static partial Regex Pattern { get; }
}
