using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;

namespace PriorAuthorization;

/// <summary>No chart has this address.</summary>
internal sealed class ChartNotFoundException(string uri) : Exception($"There is no chart at {uri}.");

/// <summary>
/// The record system: charts by page. Executions carry addresses of pages; the text is read where it is needed, inside a step, and so never
/// gets into their records.
/// </summary>
internal sealed partial class ChartStore(DataFolder folder)
{
    private const string PageBreak = "\n---\n";

    private readonly ConcurrentDictionary<string, string[]> _added = new();

    /// <summary>The charts that come with the sample: <c>chart://sample/lumbar-mri</c> and so on.</summary>
    public static IReadOnlyList<string> Samples { get; } =
        [.. Assembly.GetExecutingAssembly().GetManifestResourceNames().Where(static name => name.StartsWith("charts/", StringComparison.Ordinal)).Select(static name => "chart://sample/" + name[7..])];

    /// <summary>The addresses of a chart's pages.</summary>
    /// <exception cref="ChartNotFoundException">There is no such chart.</exception>
    public async Task<string[]> FindPagesAsync(string chartUri, CancellationToken cancellationToken)
    {
        var pages = await ReadAsync(chartUri, cancellationToken);
        return [.. pages.Select((_, index) => $"{chartUri}/{index + 1}")];
    }

    /// <summary>The text of a page.</summary>
    /// <exception cref="ChartNotFoundException">There is no such page.</exception>
    public async Task<string> ReadPageAsync(string pageUri, CancellationToken cancellationToken)
    {
        var cut = pageUri.LastIndexOf('/');
        var pages = await ReadAsync(pageUri[..cut], cancellationToken);
        return int.TryParse(pageUri[(cut + 1)..], out var number) && number >= 1 && number <= pages.Length ? pages[number - 1] : throw new ChartNotFoundException(pageUri);
    }

    /// <summary>Keeps what a provider sends and returns the addresses of its pages.</summary>
    public async Task<string[]> AddAsync(string caseId, string delivery, string text, CancellationToken cancellationToken)
    {
        var uri = $"chart://{RequireName(caseId)}/{RequireName(delivery)}";
        if (FileOf(uri) is { } path)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!); // a file lies in a folder
            await File.WriteAllTextAsync(path, text, cancellationToken);
        }
        else
        {
            _added[uri] = text.Split(PageBreak);
        }

        return await FindPagesAsync(uri, cancellationToken);
    }

    private async Task<string[]> ReadAsync(string chartUri, CancellationToken cancellationToken)
    {
        if (_added.TryGetValue(chartUri, out var added)) return added;
        if (Samples.Contains(chartUri))
        {
            using var reader = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream("charts/" + chartUri["chart://sample/".Length..])!); // in Samples
            return (await reader.ReadToEndAsync(cancellationToken)).Split(PageBreak);
        }

        return FileOf(chartUri) is { } path && File.Exists(path)
            ? (await File.ReadAllTextAsync(path, cancellationToken)).Split(PageBreak)
            : throw new ChartNotFoundException(chartUri);
    }

    /// <summary>The address comes from a request: only letters, digits and dashes become part of a path.</summary>
    private string? FileOf(string chartUri) =>
        Address().Match(chartUri) is { Success: true } match ? folder.File(Path.Combine("charts", match.Groups["case"].Value, match.Groups["name"].Value + ".txt")) : null;

    private static string RequireName(string part) =>
        Name().IsMatch(part) ? part : throw new ArgumentException($"'{part}' cannot be part of a chart's address: letters, digits and dashes only.", nameof(part));

    [GeneratedRegex(@"\Achart://(?<case>[A-Za-z0-9-]+)/(?<name>[A-Za-z0-9-]+)\z")]
    private static partial Regex Address();

    [GeneratedRegex(@"\A[A-Za-z0-9-]+\z")]
    private static partial Regex Name();
}
