using System.Text;
using Perdure.Replay;

namespace Perdure.Testing;

/// <summary>The operations of an execution as a Mermaid flowchart: contexts are boxes, arrows say what came after what.</summary>
/// <remarks>
/// An arrow leads from A to B when A had ended before B started and nothing lies between them: branches fork, and join where the code
/// awaited all of them.
/// </remarks>
internal sealed class Mermaid
{
    private readonly StringBuilder _text = new("flowchart TD\n");
    private readonly Dictionary<string, int> _numbers = [];

    private Mermaid()
    {
    }

    public static string Of(RecordedExecution record, IReadOnlyList<TestStep> steps)
    {
        var chart = new Mermaid();
        var root = steps.Where(step => steps.All(parent => parent.Id != step.ParentId)).ToList();
        chart._text.Append($"    start([\"{Escape(record.Execution.Function)}\"])\n");
        chart.Nodes(root, "    ");
        chart._text.Append($"    finish([\"{record.Execution.Status}\"])\n");
        chart.Arrows(root, "    ", from: "start", to: "finish");
        return chart._text.ToString();
    }

    private void Nodes(IReadOnlyList<TestStep> steps, string indent)
    {
        foreach (var step in steps)
        {
            _numbers[step.Id] = _numbers.Count + 1;
            if (step.Children.Count == 0)
            {
                _text.Append($"{indent}{Node(step)}[\"{Label(step)}\"]\n");
                continue;
            }

            _text.Append($"{indent}subgraph {Node(step)}[\"{Label(step)}\"]\n");
            Nodes(step.Children, indent + "    ");
            Arrows(step.Children, indent + "    ", from: null, to: null);
            _text.Append($"{indent}end\n");
        }
    }

    private void Arrows(IReadOnlyList<TestStep> steps, string indent, string? from, string? to)
    {
        foreach (var step in steps)
        {
            var before = Before(steps, StartOf(step));
            foreach (var earlier in before) _text.Append($"{indent}{Node(earlier)} --> {Node(step)}\n");
            if (before.Count == 0 && from is not null) _text.Append($"{indent}{from} --> {Node(step)}\n");
        }

        if (to is null) return;
        var last = Before(steps, long.MaxValue);
        foreach (var step in last) _text.Append($"{indent}{Node(step)} --> {to}\n");
        if (last.Count == 0) _text.Append($"{indent}{from} --> {to}\n");
    }

    /// <summary>What had ended by then, without what lies before another of them.</summary>
    private static List<TestStep> Before(IReadOnlyList<TestStep> steps, long instant)
    {
        var ended = steps.Where(step => EndOf(step) < instant).ToList();
        if (ended.Count == 0) return ended;
        var latestStart = ended.Max(StartOf);
        return [.. ended.Where(step => EndOf(step) > latestStart)];
    }

    private static long StartOf(TestStep step) => ReplayHistory.StartOf(step.Operation);

    private static long EndOf(TestStep step) => step.IsOpen ? long.MaxValue : ReplayHistory.EndOf(step.Operation);

    private string Node(TestStep step) => $"n{_numbers[step.Id]}";

    private static string Label(TestStep step)
    {
        var label = new StringBuilder(step.Name is null ? "" : Escape(step.Name) + "<br/>").Append(Escape(step.SubKind ?? step.Kind.ToString()));
        if (step.Attempt > 1) label.Append($", {step.Attempt} attempts");
        if (step.Status != OperationStatus.Succeeded) label.Append($", {step.Status}");
        return label.ToString();
    }

    private static string Escape(string text) => text
        .Replace("#", "#35;", StringComparison.Ordinal).Replace("\"", "#quot;", StringComparison.Ordinal)
        .Replace("<", "#lt;", StringComparison.Ordinal).Replace(">", "#gt;", StringComparison.Ordinal);
}
