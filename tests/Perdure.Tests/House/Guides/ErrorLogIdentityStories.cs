using Microsoft.Extensions.Logging;
using Perdure.Snippets;
using Perdure.Tests.Stories;

namespace Perdure.Tests.House.Guides;

/// <summary>What errors.md, logging.md and identity.md say.</summary>
public class ErrorLogIdentityStories
{
    private static readonly Expense Dinner = new("Ada", "Grace", 42.50m);

    [Fact]
    public async Task A_failure_is_told_by_its_stable_code_on_every_run()
    {
        Assert.Equal(["declined: no cover", "declined: no cover"], await Guide.SeenAsync(context => Errors.ChargeAsync(context, _ => throw new CardDeclinedException("no cover"))));
        var (end, operations, _) = await Guide.RunAsync(context => Errors.ChargeAsync(context, _ => throw new IOException("down")));
        Assert.Equal("System.IO.IOException", end.Error!.ErrorType);
        Assert.Equal("System.IO.IOException", operations[1].StepDetails!.Error!.ErrorType);
    }

    [Fact]
    public async Task A_recorded_message_has_at_most_8_192_characters_and_a_stack_64_frames()
    {
        static int Deep(int depth) => depth == 0 ? throw new InvalidOperationException(new string('m', 10_000)) : Deep(depth - 1) + 1;

        var (end, _, _) = await Guide.RunAsync(context => context.StepAsync((_, _) => Task.FromResult(Deep(200)), config: StepConfig.AtMostOnce()));

        Assert.Equal((8192, 64), (end.Error!.ErrorMessage!.Length, end.Error.StackTrace!.Count));
    }

    [Fact]
    public void The_tree_of_exceptions_in_the_guide_is_the_one_in_the_code()
    {
        var types = typeof(DurableExecutionException).Assembly.GetExportedTypes().Where(type => type.IsAssignableTo(typeof(DurableExecutionException))).ToList();
        IEnumerable<string> Lines(Type type, int depth) => types.Where(other => other.BaseType == type).OrderBy(other => other.Name, StringComparer.Ordinal)
            .SelectMany(other => Lines(other, depth + 1)).Prepend(new string(' ', depth * 2) + type.Name);
        var tree = string.Join('\n', Lines(typeof(DurableExecutionException), 0));

        var page = Repository.Files("docs/guides/", ".md").Single(file => file.Name == "errors.md").Text;
        Assert.Contains($"```text\n{tree}\n```", page);
    }

    [Fact]
    public async Task A_line_of_the_function_is_written_once_and_one_of_a_body_once_per_run()
    {
        using var log = new CapturedLog();
        var attempts = 0;
        var bank = new FlakyBank(() => ++attempts == 1);
        await Guide.RunAsync(
            async context =>
            {
                var payment = await Logs.PayAsync(context, bank, Dinner);
                await context.WaitAsync(TimeSpan.FromDays(1));
                return payment;
            },
            configure: log.AddTo);

        Assert.Equal(["Paying Ada", "Asking the bank", "Asking the bank"], log.Messages.Where(message => message.StartsWith("Paying", StringComparison.Ordinal) || message.StartsWith("Asking", StringComparison.Ordinal)));
        var body = log.Lines.Last(line => line.Message == "Asking the bank").Scope;
        Assert.Equal(["executionArn", "awsRequestId", "operationId", "operationName", "attempt"], body.Select(pair => pair.Key));
        Assert.Contains(body, pair => pair is { Key: "attempt", Value: 2 });
        Assert.Equal(["executionArn", "awsRequestId"], log.Lines.Single(line => line.Message == "Paying Ada").Scope.Select(pair => pair.Key));
    }

    [Fact]
    public async Task A_logger_of_ones_own_serves_the_context_its_bodies_and_later_children()
    {
        using var host = new CapturedLog();
        using var audit = new CapturedLog();
        await Guide.RunAsync(
            async context =>
            {
                var before = context.Logger;
                Logs.Configure(context, audit);
                before.LogInformation("through the old one");
                context.Logger.LogInformation("function");
                await context.StepAsync((step, _) => { step.Logger.LogInformation("body"); return Task.CompletedTask; });
                await context.RunInChildContextAsync((child, _) => { child.Logger.LogInformation("child"); return Task.CompletedTask; });
                return "";
            },
            configure: host.AddTo);

        Assert.Equal(["function", "body", "child"], audit.Messages);
        Assert.Contains("through the old one", host.Messages);
    }

    [Fact]
    public async Task Ids_by_key_do_not_depend_on_the_order_of_calls_and_nothing_is_recorded()
    {
        var seen = await Guide.SeenAsync(context =>
        {
            var first = Identity.Name(context);
            context.NewGuid();
            return Task.FromResult($"{first == Identity.Name(context)} {context.NewGuid() == context.NewGuid()} {first.Case} {first.Key.Length} {first.Case.Version}");
        });

        Assert.Matches(@"^True False .* 43 8$", seen[0]);
        Assert.Equal(seen[0], seen[1]);
        var (_, operations, _) = await Guide.RunAsync(context => Task.FromResult(Verbs.Replayable(context).Dice));
        Assert.Single(operations);
    }

    [Fact]
    public async Task Contexts_have_ids_keys_and_random_numbers_of_their_own_and_one_clock_in_UTC() => Assert.Equal(
        "\"all distinct, UTC\"",
        await Guide.ResultOfAsync(async context =>
        {
            static string Facts(IDurableContext c) => $"{c.NewGuid("k")} {c.GetIdempotencyKey("p")} {c.Random.Next()}";
            var child = await context.RunInChildContextAsync((c, _) => Task.FromResult(Facts(c)));
            var flat = await context.RunInChildContextAsync((c, _) => Task.FromResult(Facts(c)), config: new ChildContextConfig { NestingType = NestingType.Flat });
            var own = Facts(context);
            var distinct = new[] { child, flat, own }.SelectMany(facts => facts.Split(' ')).Distinct().Count();
            return distinct == 9 && context.TimeProvider.LocalTimeZone == TimeZoneInfo.Utc ? "all distinct, UTC" : $"{distinct}";
        }));

    private sealed class FlakyBank(Func<bool> fails) : IBank
    {
        public Task<string> PayAsync(Expense expense, string idempotencyKey, CancellationToken cancellationToken) =>
            fails() ? throw new HttpRequestException("busy") : Task.FromResult("payment-1");

        public Task<string> GetStatusAsync(string payment, CancellationToken cancellationToken) => Task.FromResult("settled");
    }
}
