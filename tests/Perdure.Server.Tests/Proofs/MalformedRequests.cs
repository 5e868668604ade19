using System.Text;
using Perdure.Server.Api;
using Perdure.Server.Http;

namespace Perdure.Server.Tests.Proofs;

/// <summary>Requests of every operation, right but for one thing. Seeded: the same requests in every run.</summary>
internal sealed class MalformedRequests(int seed, KnownNames known)
{
    /// <summary>The limit of bodies that the server is given, so that one too many is soon made.</summary>
    public const int MostBytes = 1 << 20;

    private readonly Random _random = new(seed);

    public IEnumerable<MalformedRequest> Take(int count) => Enumerable.Range(0, count).Select(i => Next(DurableApi.Operations[i % DurableApi.Operations.Count], i));

    /// <summary>The request that the malformed ones of an operation are made of.</summary>
    public MalformedRequest Right(ApiOperation operation) => Make(operation, "nothing", []);

    private MalformedRequest Next(ApiOperation operation, int number)
    {
        List<Func<MalformedRequest>> ways = [() => Make(operation, "method", []) with { Method = "PATCH" }];
        if (operation.Path.Labels.Any()) ways.AddRange([() => WithWrongLabel(operation), () => WithWrongLabel(operation), () => WithWrongEncoding(operation)]);
        if (MalformedValues.InQuery(operation, known, _random).Count > 0) ways.Add(() => WithWrongQuery(operation));
        if (operation is Invoke) ways.Add(() => WithWrongHeader(operation));
        if (MalformedValues.BodyOf(operation, known) is not null) ways.AddRange([() => WithWrongBody(operation), () => WithWrongBody(operation), () => WithWrongBody(operation)]);

        // A body too large takes a thousand times as long as any other request: a hundred of them say it.
        if (number % 100 == 99 && operation.Method is "POST" or "PUT") return Make(operation, "body too large", []) with { Body = new byte[MostBytes + 1] };
        return ways[_random.Next(ways.Count)]();
    }

    private MalformedRequest WithWrongLabel(ApiOperation operation)
    {
        var labels = operation.Path.Labels.Where(label => !(operation is DeleteAlias && label == "Name")).ToList(); // removing an alias that is not there is no mistake
        var label = Pick(labels);
        var wrong = label switch
        {
            "DurableExecutionArn" => MalformedValues.Arn(known.Arn, _random),
            "CallbackId" => MalformedValues.CallbackId(known, _random),
            "Name" => Pick("nobody", "a b", "é", new string('a', 200)),
            _ => MalformedValues.Function(operation, _random),
        };
        return Make(operation, $"{label} {wrong}", new() { [label] = Uri.EscapeDataString(wrong) });
    }

    private MalformedRequest WithWrongEncoding(ApiOperation operation)
    {
        var (label, escape) = (Pick([.. operation.Path.Labels]), Pick("%", "%z", "%4", "%zz", "%80", "%ED%A0%80", "%C0%AF", "%F8%88%80%80%80", "%u0041"));
        var right = RightLabel(operation, label);
        var at = _random.Next(right.Length + 1);
        return Make(operation, $"escape {escape}", new() { [label] = Uri.EscapeDataString(right[..at]) + escape + (escape.Length < 3 ? "" : Uri.EscapeDataString(right[at..])) });
    }

    private MalformedRequest WithWrongQuery(ApiOperation operation)
    {
        var (name, value) = Pick([.. MalformedValues.InQuery(operation, known, _random)]);
        var request = Make(operation, $"{name}={value}", []);
        var (path, query) = request.Target.Split('?') is [var before, var right] ? (before, right.Split('&').Where(pair => !pair.StartsWith(name + "=", StringComparison.Ordinal))) : (request.Target, []);
        return request with { Target = $"{path}?{string.Join('&', query.Append($"{name}={value}"))}" };
    }

    private MalformedRequest WithWrongHeader(ApiOperation operation)
    {
        var header = Pick(
            ("X-Amz-Invocation-Type", "Sometimes"), ("X-Amz-Invocation-Type", "event"), ("X-Amz-Log-Type", "All"), ("X-Amz-Durable-Execution-Name", "a b"),
            ("X-Amz-Durable-Execution-Name", new string('n', 65)), ("X-Amz-Tenant-Id", "t"), ("X-Amz-Tenant-Id", "<t>"), ("X-Amz-Tenant-Id", new string('t', 257)));
        var request = Make(operation, $"header {header}", []);
        return request with { Headers = [.. request.Headers.Where(right => right.Name != header.Item1), header] };
    }

    private MalformedRequest WithWrongBody(ApiOperation operation)
    {
        var (what, body) = MalformedValues.Body(operation, known, _random);
        return Make(operation, $"body {what}", []) with { Body = body };
    }

    private MalformedRequest Make(ApiOperation operation, string what, Dictionary<string, string> labels)
    {
        var path = operation.Path.Labels.Aggregate(operation.Path.Template, (path, label) =>
            path.Replace($"{{{label}}}", labels.GetValueOrDefault(label) ?? Uri.EscapeDataString(RightLabel(operation, label)), StringComparison.Ordinal));
        var query = operation switch
        {
            GetDurableExecutionState => $"?CheckpointToken={Uri.EscapeDataString(known.Token)}",
            _ => "",
        };
        return new MalformedRequest(
            operation.Name, what, operation.Method, path + query, MalformedValues.BodyOf(operation, known) is { } body ? Encoding.UTF8.GetBytes(body) : null,
            operation is Invoke ? [("X-Amz-Invocation-Type", "Event")] : []);
    }

    private string RightLabel(ApiOperation operation, string label) => label switch
    {
        "DurableExecutionArn" => known.Arn,
        "CallbackId" => known.CallbackId,
        "Name" => "live",
        _ => operation is DeleteFunction ? "echo" : "echo:$LATEST", // a function is deleted whole
    };

    private T Pick<T>(params IReadOnlyList<T> values) => values[_random.Next(values.Count)];
}
