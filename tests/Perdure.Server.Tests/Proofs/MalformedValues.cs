using System.Text;
using Perdure.Protocol;
using Perdure.Server.Api;
using Perdure.Server.Http;

namespace Perdure.Server.Tests.Proofs;

/// <summary>Values that no request may have: each is refused wherever it stands.</summary>
internal static class MalformedValues
{
    private const int Depth = 10_000;

    /// <summary>A right body of an operation that reads one as JSON; null for an operation that does not.</summary>
    public static string? BodyOf(ApiOperation operation, KnownNames known) => operation switch
    {
        CheckpointDurableExecution => Checkpoint(known.Token, """{"Id":"s1","Type":"STEP","Name":"n","Action":"START"}"""),
        CreateFunction => """{"FunctionName":"new","Runtime":"test","Code":{},"DurableConfig":{"ExecutionTimeout":60,"RetentionPeriodInDays":7},"Timeout":30}""",
        UpdateFunctionConfiguration => """{"DurableConfig":{"ExecutionTimeout":120}}""",
        CreateAlias => """{"Name":"next","FunctionVersion":"$LATEST"}""",
        UpdateAlias => """{"FunctionVersion":"$LATEST"}""",
        StopDurableExecution or SendDurableExecutionCallbackFailure => """{"ErrorType":"T","ErrorMessage":"m"}""",
        PauseDurableExecution or ResumeDurableExecution => """{"Reason":"r","ClientToken":"ct"}""",
        PublishVersion => "{}",
        Invoke => "\"x\"",
        _ => null,
    };

    /// <summary>What is wrong with it, and a body that has nothing else wrong.</summary>
    public static (string What, byte[] Body) Body(ApiOperation operation, KnownNames known, Random random)
    {
        var right = BodyOf(operation, known)!; // it has one
        return random.Next(7) switch
        {
            0 => ("cut off", Encoding.UTF8.GetBytes(right[..random.Next(1, right.Length)])),
            1 => ($"{Depth} deep", Encoding.UTF8.GetBytes($$"""{"a":{{new string('[', Depth)}}{{new string(']', Depth)}}}""")),
            2 => ("with a null byte", Encoding.UTF8.GetBytes(right.Insert(random.Next(right.Length), "\0"))),
            3 => ("with half of a UTF-8 sequence", [.. Encoding.UTF8.GetBytes("{\"a\":\""), (byte)random.Next(0x80, 0x100), (byte)'"', (byte)'}']),
            4 when operation is not Invoke => ("with a lone surrogate", Encoding.UTF8.GetBytes($$"""{"a":"\ud{{random.Next(8, 16):x}}00",{{right[1..]}}""")),
            5 when operation is not Invoke => ("with a name twice", Encoding.UTF8.GetBytes($$"""{"a":{"b":1,"b":{{random.Next()}}},{{right[1..]}}""")),
            _ when operation is Invoke => ("with something behind it", Encoding.UTF8.GetBytes(right + Pick(random, "x", "{}", ",", "//"))),
            _ => ("of wrong types", Encoding.UTF8.GetBytes(WrongTypes(operation, known, random))),
        };
    }

    private static string WrongTypes(ApiOperation operation, KnownNames known, Random random)
    {
        var number = random.Next(-1000, 0);
        return operation switch
        {
            CheckpointDurableExecution => Pick(
                random,
                Checkpoint(OneBitChanged(known.Token, random)), $$"""{"CheckpointToken":{{number}}}""", Checkpoint(known.Token, $"{number}"), Checkpoint(known.Token, "null"),
                Checkpoint(known.Token, $$"""{"Id":{{number}},"Type":"STEP","Action":"START"}"""), Checkpoint(known.Token, """{"Id":"s","Type":"STEPS","Action":"START"}"""),
                Checkpoint(known.Token, $$$"""{"Id":"w","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":{{{number}}}}}"""), Checkpoint(known.Token, """{"Id":"w","Type":"WAIT","Action":"START"}"""),
                Checkpoint(known.Token, """{"Id":"w","Type":"WAIT","Action":"START","WaitOptions":{"WaitSeconds":1e300}}"""),
                Checkpoint(known.Token, """{"Id":"s","Type":"STEP","Action":"FAIL","Error":[]}"""), Checkpoint(known.Token, """{"Id":"s","Type":"STEP","Action":"SUCCEED","Payload":{}}"""),
                Checkpoint(known.Token, """{"Id":"s","ParentId":"nobody","Type":"STEP","Action":"START"}""")),
            CreateFunction => Pick(
                random, $$"""{"FunctionName":{{number}}}""", """{"FunctionName":"a b","Runtime":"test"}""", $$"""{"FunctionName":"new","Runtime":"test","Timeout":{{number}}}""",
                """{"FunctionName":"new","Runtime":"test","Publish":"yes"}""", """{"FunctionName":"new","Runtime":"test","DurableConfig":[]}""", """{"FunctionName":"echo","Runtime":"test"}"""),
            UpdateFunctionConfiguration => Pick(random, $$"""{"DurableConfig":{{number}}}""", $$$"""{"DurableConfig":{"ExecutionTimeout":{{{number}}}}}""", """{"DurableConfig":{"RetentionPeriodInDays":"7"}}""", """{"DurableConfig":{"ExecutionTimeout":1.5}}"""),
            CreateAlias => Pick(random, $$"""{"Name":{{number}},"FunctionVersion":"$LATEST"}""", """{"Name":"12","FunctionVersion":"$LATEST"}""", """{"Name":"next","FunctionVersion":"99"}""", """{"Name":"live","FunctionVersion":"$LATEST"}""", """{"Name":"next"}"""),
            UpdateAlias => Pick(random, $$"""{"FunctionVersion":{{number}}}""", """{"FunctionVersion":"99"}""", """{"FunctionVersion":""}"""),
            StopDurableExecution or SendDurableExecutionCallbackFailure => Pick(random, $$"""{"ErrorType":{{number}}}""", """{"ErrorMessage":[]}""", """{"StackTrace":"x"}""", """{"StackTrace":[7]}""", $$"""{"ErrorData":"{{new string('x', PerdureLimits.MaxErrorBytes)}}"}"""),
            PauseDurableExecution => Pick(random, $$"""{"Reason":{{number}}}""", """{"ExecutionTimeoutPaused":"yes"}""", """{"ClientToken":"a b"}""", $$"""{"Reason":"{{new string('x', 1025)}}"}"""),
            ResumeDurableExecution => Pick(random, $$"""{"Reason":{{number}}}""", """{"ClientToken":[]}""", """{"ClientToken":""}"""),
            _ => Pick(random, "[]", "7", "null", "\"x\""),
        };
    }

    private static string Checkpoint(string token, string updates = "") => $$"""{"CheckpointToken":"{{token}}","Updates":[{{updates}}]}""";

    public static string Arn(string arn, Random random) => random.Next(8) switch
    {
        0 => arn.Replace(":local:", ":eu-west-1:", StringComparison.Ordinal),
        1 => arn.Replace("000000000000", "111111111111", StringComparison.Ordinal),
        2 => arn.Replace("arn:aws:", "arn:aws-cn:", StringComparison.Ordinal),
        3 => arn.Replace(":held:", ":echo:", StringComparison.Ordinal),
        4 => arn[..random.Next(1, arn.Length)],
        5 => arn.Insert(random.Next(arn.Length), Pick(random, " ", "/", ":", "é", "\n", "..", "'", "\"")),
        6 => arn[..^1] + (arn[^1] == '0' ? '1' : '0'),
        _ => new string('a', random.Next(1, 2000)),
    };

    public static string Function(ApiOperation operation, Random random) => random.Next(operation is Invoke or GetFunction or GetFunctionConfiguration or DeleteFunction ? 9 : 8) switch
    {
        0 => $"nobody{random.Next()}",
        1 => $"arn:aws:lambda:eu-{random.Next(10)}:000000000000:function:echo:$LATEST",
        2 => $"{random.NextInt64(100_000_000_000, 1_000_000_000_000)}:function:echo:$LATEST",
        3 => "arn:aws-cn:lambda:local:000000000000:function:echo",
        4 => "echo".Insert(random.Next(5), Pick(random, " ", "/", "é", "\n", "'", "\"", "$")),
        5 => Pick(random, "echo:", ":echo", "echo:$LATEST:", "echo:1:2", "echo/../held", "arn:aws:lambda:echo"),
        6 => new string('a', random.Next(257, 2000)),
        7 => $"nobody:{random.Next()}",
        _ => $"echo:{random.Next(1, 1000)}",
    };

    public static string CallbackId(KnownNames known, Random random) => random.Next(5) switch
    {
        0 or 1 => OneBitChanged(known.CallbackId, random),
        2 => known.CallbackId[..random.Next(1, known.CallbackId.Length)],
        3 => known.Token,
        _ => Pick(random, "AAAA", "!!!!", "a b", new string('A', 1100)),
    };

    /// <summary>Values of query parameters, percent-encoded.</summary>
    public static IReadOnlyList<(string Name, string Value)> InQuery(ApiOperation operation, KnownNames known, Random random) =>
    [
        .. operation.Parameters.Where(static parameter => parameter.In == "query").SelectMany<ApiParameter, (string, string)>(parameter => parameter switch
        {
            { Type: "integer" } => [(parameter.Name, Pick(random, "x", "-1", "10001", "99999999999", "1.5", "0x1", "%001"))],
            { Type: "boolean" } => [(parameter.Name, Pick(random, "maybe", "1", "%F0", "yes", ""))],
            { Name: "Marker" } => [(parameter.Name, operation is GetDurableExecutionHistory or GetDurableExecutionState or ListDurableExecutionsByFunction ? Uri.EscapeDataString(OneBitChanged(known.Marker, random)) : "!")],
            { Name: "CheckpointToken" } => [(parameter.Name, Uri.EscapeDataString(OneBitChanged(known.Token, random)))],
            { Name: "Qualifier" or "DurableExecutionName" } => [(parameter.Name, Pick(random, "a%20b", "%00", "%27--", "", new string('a', 200)))],
            { Name: "StartedAfter" or "StartedBefore" } => [(parameter.Name, Pick(random, "soon", "-1", "1e99", "2026-13-01", "%00"))],
            { Name: "Statuses" } => [(parameter.Name, Pick(random, "NOPE", "running", "RUNNING&Statuses=FAILED"))],
            { Name: "FunctionVersion" } when operation is ListFunctions => [(parameter.Name, "SOME")],
            _ => [],
        }),
    ];

    private static string OneBitChanged(string base64, Random random)
    {
        var bytes = Convert.FromBase64String(base64);
        var bit = random.Next(bytes.Length * 8);
        bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        return Convert.ToBase64String(bytes);
    }

    private static T Pick<T>(Random random, params IReadOnlyList<T> values) => values[random.Next(values.Count)];
}
