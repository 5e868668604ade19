using System.Text.RegularExpressions;
using Perdure.Snippets;

namespace Perdure.Tests.House.Guides;

/// <summary>Every record that a guide shows is what its sample leaves.</summary>
/// <remarks>A block shows a record when the line before it is <c>&lt;!-- record: name --&gt;</c>.</remarks>
public partial class GuideRecordTests
{
    private static readonly Expense Dinner = new("Ada", "Grace", 42.50m);

    private static readonly Dictionary<string, Func<Task<GuideEnd>>> Samples = new()
    {
        ["step"] = PaidAsync,
        ["wait"] = () => Guide.RunAsync(async context => { await Waits.WaitAsync(context, (_, _) => Task.CompletedTask); return ""; }),
        ["wait-for-callback"] = AnsweredAsync,
        ["condition"] = () => Guide.RunAsync(context => Conditions.FollowAsync(context, new Export("e", 0), (export, _) => Task.FromResult(export with { Percent = export.Percent + 50 }))),
        ["child-contexts"] = () => Guide.RunAsync(context => Verbs.ChildContextsAsync(context, (what, _) => Task.FromResult(what))),
        ["parallel"] = () => Guide.RunAsync(context => Composing.ParallelAsync(context, _ => Task.FromResult(true), _ => Task.FromResult(true))),
        ["map"] = () => Guide.RunAsync(context => Composing.MapAsync(context, ["a", "b"], (text, _) => Task.FromResult(text))),
        ["invoke"] = () => Guide.RunAsync(
            context => Composing.InvokeAsync(context, "p1"),
            configure: builder => builder.AddFunction<string, string>("policy-criteria", (_, context) => context.StepAsync((_, _) => Task.FromResult(""), "look-up"))),
        ["when-any"] = RemindedAsync,
        ["group-retry"] = BookedAsync,
        ["parallel-builder"] = () => Guide.RunAsync(context => Composing.CreateParallelAsync(context, _ => Task.FromResult(true), _ => Task.FromResult("p1"))),
        ["saga"] = () => Guide.RunAsync(context => Sagas.BookAsync(context, new Travel(what => what == "flight"))),
        ["deadline"] = () => Guide.RunAsync(context => OrderlyEnds.ReviewAsync(context, new Postbox())),
        ["cancellation"] = CancelledAsync,
        ["patched"] = () => Guide.RunAsync(context => Versions.PatchedAsync(context, (who, _) => Task.FromResult(who))),
    };

    private static Task<GuideEnd> PaidAsync()
    {
        var bank = new Bank(failures: 1);
        return Guide.RunAsync(context => Verbs.StepAsync(context, bank, Dinner));
    }

    private static Task<GuideEnd> AnsweredAsync()
    {
        var post = new Postbox();
        return Guide.RunAsync(context => Callbacks.AskAsync(context, post), host => host.Client.SendCallbackSuccessAsync(post.CallbackId, "signed"));
    }

    private static Task<GuideEnd> RemindedAsync()
    {
        var post = new Postbox();
        return Guide.RunAsync(context => Races.RemindAsync(context, post), async host =>
        {
            await host.AdvanceAsync(TimeSpan.FromDays(3));
            await host.Client.SendCallbackSuccessAsync(post.CallbackId, "at last");
        });
    }

    private static async Task<GuideEnd> CancelledAsync()
    {
        await using var host = await Guide.HostAsync(context => OrderlyEnds.WaitForAnswerAsync(context, new Postbox(), (_, _) => Task.CompletedTask));
        var arn = await host.Client.StartAsync("guide", "");
        await host.SettleAsync();
        await OrderlyEnds.WithdrawAsync(host.Client, arn);
        return await Guide.EndAsync(host, arn);
    }

    private static Task<GuideEnd> BookedAsync()
    {
        var failures = 1;
        return Guide.RunAsync(context => Races.BookAsync(context, _ => failures-- > 0 ? throw new TimeoutException() : Task.FromResult("r1")));
    }

    [Fact]
    public async Task Every_record_in_the_guides_is_what_its_sample_leaves()
    {
        var problems = new List<string>();
        var shown = Repository.Files("docs/guides/", ".md").SelectMany(file => Block().Matches(file.Text)).ToList();
        foreach (var block in shown)
        {
            var name = block.Groups["name"].Value;
            if (!Samples.TryGetValue(name, out var run)) problems.Add($"no sample makes the record '{name}'");
            else if (Show(await run()) is var record && Normal(record) != Normal(block.Groups["text"].Value)) problems.Add($"the record '{name}' is\n{record}");
        }

        problems.AddRange(Samples.Keys.Except(shown.Select(block => block.Groups["name"].Value)).Select(name => $"no guide shows the record '{name}'"));
        House.Has(problems, "Copy the record into the guide.");
    }

    /// <summary>One line per operation, in start order under its context: type, subtype, name, status.</summary>
    private static string Show(GuideEnd end)
    {
        if (end.Description is { Status: not (ExecutionStatus.Succeeded or ExecutionStatus.Stopped) } failed) return $"{failed.Status}: {failed.Error?.ErrorMessage}";
        var operations = end.Operations;
        var rows = new List<string[]>();
        void Add(string? parent, string indent)
        {
            foreach (var operation in operations.Where(operation => operation.ParentId == parent && operation.Type != "EXECUTION").OrderBy(operation => operation.Sequence!.Started))
            {
                var attempts = operation.StepDetails is { Attempt: > 1 } step ? $", attempt {step.Attempt}" : "";
                rows.Add([indent + operation.Type, operation.SubType ?? "-", operation.Name ?? "-", operation.Status + attempts]);
                Add(operation.Id, indent + "  ");
            }
        }

        Add(null, "");
        return string.Join('\n', rows.Select(row => string.Join("  ", row.Select((cell, i) => cell.PadRight(rows.Max(other => other[i].Length)))).TrimEnd()));
    }

    /// <summary>Columns may be as wide as they like; the indentation counts.</summary>
    private static string Normal(string record) => string.Join('\n', record.Trim('\n').Split('\n').Select(line => Gap().Replace(line.TrimEnd(), "  ")));

    [GeneratedRegex(@"<!--\s*record:\s*(?<name>[\w-]+)\s*-->\s*\n```text\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex(@"(?<=\S) {2,}")]
    private static partial Regex Gap();

    private sealed class Bank(int failures) : IBank
    {
        private int _left = failures;

        public Task<string> PayAsync(Expense expense, string idempotencyKey, CancellationToken cancellationToken) =>
            _left-- > 0 ? throw new HttpRequestException("busy") : Task.FromResult("payment-1");

        public Task<string> GetStatusAsync(string payment, CancellationToken cancellationToken) => Task.FromResult("settled");
    }
}
