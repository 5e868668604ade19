using System.Text.Json;

namespace Perdure.Conformance.Requirements;

/// <summary>Reads the suite's files: one folder per suite, one requirement per file.</summary>
internal static class RequirementReader
{
    // Members that change nothing here: prose, and what the suite's own runner ignores.
    private static readonly HashSet<string> Known =
    [
        "description", "handler", "invocations", "optional", "async", "DefaultRetryParameters",
        "AsyncInvoke", "Variables", "Input", "ExpectedResult", "CallbackActions", "ExpectedExecutionHistory", "ExpectedLogs",
    ];

    public static IReadOnlyList<Requirement> ReadAll(string folder) =>
    [
        .. Directory.EnumerateFiles(folder, "*.yaml", SearchOption.AllDirectories)
            .Select(file => Read(Path.GetFileNameWithoutExtension(file), Path.GetFileName(Path.GetDirectoryName(file)!), File.OpenText(file))) // a file has a folder
            .OrderBy(requirement => Numbers(requirement.Id)),
    ];

    /// <exception cref="FormatException">The file says something that this runner would not check.</exception>
    public static Requirement Read(string id, string suite, TextReader yaml)
    {
        using (yaml)
        {
            var root = YamlJson.Read(yaml);
            if (root.EnumerateObject().Select(member => member.Name).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
                throw new FormatException($"Requirement {id} has the member '{unknown}', which this runner does not know.");
            return new Requirement(id, suite)
            {
                Description = root.GetProperty("description").GetString() ?? "",
                IsAsync = Get(root, "AsyncInvoke") is { ValueKind: JsonValueKind.True },
                Variables = Members(root, "Variables").ToDictionary(member => member.Name, member => member.Value.GetString() ?? ""),
                Input = Get(root, "Input") ?? JsonSerializer.SerializeToElement<object?>(null),
                End = Get(root, "ExpectedResult") is { } end ? new ExpectedEnd(end.GetProperty("ExecutionStatus").GetString() ?? "", Get(end, "Result")) : null,
                Callbacks = [.. Items(root, "CallbackActions").Select(ReadAction)],
                Events = Items(root, "ExpectedExecutionHistory"),
                Logs = [.. Items(root, "ExpectedLogs").Select(log => ReadLog(id, log))],
            };
        }
    }

    private static CallbackAction ReadAction(JsonElement action) => new(
        action.GetProperty("CallbackName").GetString() ?? "",
        action.GetProperty("Operation").GetString() ?? "",
        Get(action, "Payload"),
        TimeSpan.FromSeconds(Get(action, "Delay")?.GetInt32() ?? 0));

    private static ExpectedLog ReadLog(string id, JsonElement log)
    {
        if (Get(log, "before") is not null) throw new FormatException($"Requirement {id} orders a log record with 'before', which this runner does not know.");
        var exactly = Get(log, "count")?.GetInt32();
        return new ExpectedLog(
            log.GetProperty("match"),
            exactly ?? Get(log, "min_count")?.GetInt32() ?? 1,
            exactly ?? Get(log, "max_count")?.GetInt32(),
            Items(log, "after"));
    }

    private static JsonElement? Get(JsonElement parent, string name) => parent.TryGetProperty(name, out var value) ? value : null;

    private static IReadOnlyList<JsonElement> Items(JsonElement parent, string name) => Get(parent, name) is { } items ? [.. items.EnumerateArray()] : [];

    private static IEnumerable<JsonProperty> Members(JsonElement parent, string name) => Get(parent, name) is { } members ? members.EnumerateObject() : [];

    /// <summary>4-10 comes after 4-9.</summary>
    private static (int Suite, int Number) Numbers(string id) =>
        id.Split('-') is [var suite, var number] && int.TryParse(suite, out var s) && int.TryParse(number, out var n)
            ? (s, n)
            : throw new FormatException($"'{id}.yaml' is not named after a requirement, such as 4-9.");
}
