using Microsoft.Extensions.DependencyInjection;
using Perdure.Testing;
using Function = System.Func<string, Perdure.IDurableContext, System.Threading.Tasks.Task<string>>;

namespace Perdure.Tests.TestKit;

/// <summary>Recorded executions against the code of today: the same code passes, and every kind of change is told apart.</summary>
public class ReplayVerifierTests
{
    private static int s_bodies;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static Task<string> Body(string value)
    {
        Interlocked.Increment(ref s_bodies);
        return Task.FromResult(value);
    }

    // The code that was deployed when the histories were recorded.
    private static readonly Function Original = async (name, context) =>
    {
        var greeting = await context.StepAsync((_, _) => Body($"hello {name}"), "greet");
        var group = await context.RunInChildContextAsync(
            async (child, _) => await child.StepAsync((_, _) => Body("x"), "inner") + context.NewGuid("id"), "group");
        var large = await context.RunInChildContextAsync(
            async (child, _) => await child.StepAsync((_, _) => Body("y"), "inner") + new string('y', 300_000), "large");
        var flat = await context.RunInChildContextAsync(
            (child, _) => child.StepAsync((_, _) => Body("z"), "inner"), "flat", new ChildContextConfig { NestingType = NestingType.Flat });
        var approved = await context.WaitForCallbackAsync<bool>((_, _, _) => Body(""), "approval");
        var all = await context.MapAsync<int, string>([1, 2, 3], (child, item, _, _, _) => child.StepAsync((_, _) => Body($"{item}"), "item"), "map");
        await context.WaitAsync(TimeSpan.FromDays(1), "pause");
        return $"{greeting} {group[..1]} {large.Length} {flat} {approved} {string.Concat(all.GetResults())} {context.Random.Next()}";
    };

    private static async Task<string> RecordAsync(Function function)
    {
        await using var runner = new DurableTestRunner<string, string>(function);
        var arn = await runner.StartAsync("Ada", cancellationToken: Cancel);
        await runner.AdvanceAsync(TimeSpan.Zero, Cancel);
        if (await runner.Operation("approval").GetAsync(Cancel) is { Status: OperationStatus.Started }) await runner.Operation("approval").SendCallbackSuccessAsync(true, Cancel);
        return (await runner.WaitForResultAsync(arn, cancellationToken: Cancel)).ToHistoryJson();
    }

    private static async Task<string> RecordUnderWayAsync(Function function)
    {
        await using var runner = new DurableTestRunner<string, string>(function);
        await runner.StartAsync("Ada", cancellationToken: Cancel);
        await runner.AdvanceAsync(TimeSpan.Zero, Cancel);
        return await runner.ExportHistoryAsync(cancellationToken: Cancel);
    }

    private static async Task<string> FailureAsync(Function today, string history)
    {
        var error = await Assert.ThrowsAsync<ReplayVerificationException>(() => ReplayVerifier.VerifyAsync(today, history, cancellationToken: Cancel));
        return Assert.Single(error.Failures);
    }

    [Fact]
    public async Task The_same_code_replays_to_the_same_end_and_no_body_runs()
    {
        var history = await RecordAsync(Original);
        var bodies = s_bodies;

        await ReplayVerifier.VerifyAsync(Original, history, cancellationToken: Cancel);

        Assert.Equal(bodies, s_bodies);
    }

    [Fact]
    public async Task The_same_code_replays_up_to_where_an_execution_stands() =>
        await ReplayVerifier.VerifyAsync(Original, await RecordUnderWayAsync(Original), cancellationToken: Cancel);

    [Fact]
    public async Task An_execution_whose_code_asks_for_a_patch_replays()
    {
        Function code = async (_, context) =>
            context.Patched("shout") ? await context.StepAsync((_, _) => Body("HI"), "shout") : await context.StepAsync((_, _) => Body("hi"), "say");

        await ReplayVerifier.VerifyAsync(code, await RecordAsync(code), cancellationToken: Cancel);
    }

    [Fact]
    public async Task An_execution_from_before_a_patch_replays_with_it_and_one_from_after_it_with_the_new_branch_alone()
    {
        Function before = async (_, context) =>
        {
            await context.StepAsync((_, _) => Body("hi"), "say");
            return await context.WaitForCallbackAsync<bool>((_, _, _) => Body(""), "approval") ? "yes" : "no";
        };
        Function patched = async (_, context) =>
        {
            await context.StepAsync((_, _) => Body("hi"), "say");
            if (context.Patched("ask-twice")) await context.StepAsync((_, _) => Body("hi"), "say-again");
            return await context.WaitForCallbackAsync<bool>((_, _, _) => Body(""), "approval") ? "yes" : "no";
        };
        Function newBranchAlone = async (_, context) =>
        {
            await context.StepAsync((_, _) => Body("hi"), "say");
            context.DeprecatePatch("ask-twice");
            await context.StepAsync((_, _) => Body("hi"), "say-again");
            return await context.WaitForCallbackAsync<bool>((_, _, _) => Body(""), "approval") ? "yes" : "no";
        };

        await ReplayVerifier.VerifyAsync(patched, await RecordUnderWayAsync(before), cancellationToken: Cancel);
        await ReplayVerifier.VerifyAsync(patched, await RecordAsync(before), cancellationToken: Cancel);
        await ReplayVerifier.VerifyAsync(newBranchAlone, await RecordAsync(patched), cancellationToken: Cancel);
        Assert.Contains("say-again", await FailureAsync(newBranchAlone, await RecordAsync(before)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_execution_that_was_cut_off_anywhere_replays_up_to_there()
    {
        foreach (var commit in Enumerable.Range(2, 12))
        {
            var options = new TestRunnerOptions { Faults = [Faults.CrashAfter(commit)] };
            await using var runner = new DurableTestRunner<string, string>(Original, options);
            var arn = await runner.StartAsync("Ada", cancellationToken: Cancel);
            await runner.WaitForCallbackAsync(arn, "approval", cancellationToken: Cancel);
            await ReplayVerifier.VerifyAsync(Original, await runner.ExportHistoryAsync(arn, Cancel), cancellationToken: Cancel);
        }
    }

    [Fact]
    public async Task An_execution_in_the_middle_of_a_body_replays_up_to_there()
    {
        var release = new TaskCompletionSource();
        Function code = async (_, context) =>
        {
            await context.StepAsync((_, _) => Body(""), "first");
            await context.StepAsync((_, _) => release.Task, "long");
            return await context.StepAsync((_, _) => Body("done"), "last");
        };
        await using var runner = new DurableTestRunner<string, string>(code);
        var arn = await runner.StartAsync("Ada", cancellationToken: Cancel);
        await runner.Operation("long").WaitForAsync(OperationStatus.Started, cancellationToken: Cancel);

        var history = await runner.ExportHistoryAsync(arn, Cancel);
        release.SetResult();

        Assert.DoesNotContain("\"last\"", history);
        await ReplayVerifier.VerifyAsync(code, history, cancellationToken: Cancel);
    }

    [Theory]
    [InlineData("renamed")]
    [InlineData("removed")]
    [InlineData("inserted")]
    [InlineData("appended")]
    [InlineData("started and forgotten")]
    [InlineData("other kind")]
    [InlineData("other result")]
    [InlineData("throws")]
    [InlineData("foreign")]
    public async Task Every_kind_of_change_is_found_in_a_finished_execution(string change)
    {
        Function Code(string variant) => async (name, context) =>
        {
            if (variant == "inserted") await context.StepAsync((_, _) => Body(""), "new");
            if (variant == "throws") throw new TimeoutException("changed my mind");
            if (variant == "foreign") await Task.Delay(TimeSpan.FromMilliseconds(1), TimeProvider.System);
            await context.StepAsync((_, _) => Body(""), variant == "renamed" ? "b" : "a");
            if (variant == "other kind") await context.RunInChildContextAsync((_, _) => Task.FromResult(0), "second");
            else if (variant != "removed") await context.StepAsync((_, _) => Body(""), "second");
            if (variant == "appended") await context.WaitAsync(TimeSpan.FromDays(1), "new");
            if (variant == "started and forgotten") _ = context.StepAsync((_, _) => Body(""), "new");
            return variant == "other result" ? "other" : $"{name}";
        };

        var history = await RecordAsync(Code("original"));
        await ReplayVerifier.VerifyAsync(Code("original"), history, cancellationToken: Cancel);
        var failure = await FailureAsync(Code(change), history);

        Assert.Contains(
            change switch
            {
                "renamed" => "the record has Step 'a', the code asked for Step 'b'",
                "removed" => "The record has Step 'second'",
                "inserted" => "the record has Step 'a', the code asked for Step 'new'",
                "appended" => "At position 3 the code asks for Wait 'new', which is not recorded",
                "started and forgotten" => "At position 3 the code asks for Step 'new', which is not recorded",
                "other kind" => "the record has Step 'second', the code asked for RunInChildContext 'second'",
                "other result" => "The code returns \"other\"; recorded is that it returns \"Ada\"",
                "throws" => "the code never asked for it: it threw System.TimeoutException: changed my mind",
                _ => "The record has Step 'a'", // what follows the foreign task comes too late to be asked for
            },
            failure);
    }

    [Fact]
    public async Task An_execution_under_way_finds_changes_before_where_it_stands_and_lets_pass_those_after()
    {
        var history = await RecordUnderWayAsync(Original);

        Function earlier = async (name, context) =>
        {
            await context.StepAsync((_, _) => Body(""), "check-first");
            return await Original(name, context);
        };
        Assert.Contains("'check-first'", await FailureAsync(earlier, history));
        Function later = async (name, context) => await Original(name, context) + await context.StepAsync((_, _) => Body("!"), "new");
        await ReplayVerifier.VerifyAsync(later, history, cancellationToken: Cancel);
    }

    [Fact]
    public async Task A_value_that_can_no_longer_be_read_is_found()
    {
        Function text = async (_, context) => await context.StepAsync((_, _) => Body("text"), "value");
        Function number = async (_, context) => $"{await context.StepAsync((_, _) => Task.FromResult(1), "value")}";

        Assert.Contains("PDR0203", await FailureAsync(number, await RecordAsync(text)));
    }

    [Fact]
    public async Task A_failed_execution_replays_to_the_same_error()
    {
        Function failing = async (_, context) =>
        {
            await context.StepAsync<string>((_, _) => throw new TimeoutException("closed"), "broken", StepConfig.AtMostOnce());
            return "";
        };
        Function caught = async (name, context) =>
        {
            try
            {
                return await failing(name, context);
            }
            catch (StepException)
            {
                return "caught";
            }
        };
        var history = await RecordAsync(failing);

        await ReplayVerifier.VerifyAsync(failing, history, cancellationToken: Cancel);
        Assert.Contains("returns \"caught\"; recorded is that it throws System.TimeoutException: closed", await FailureAsync(caught, history));
    }

    [Fact]
    public async Task A_folder_is_verified_whole_and_every_failure_is_named()
    {
        using var folder = new TemporaryDirectory();
        Directory.CreateDirectory(Path.Combine(folder.Path, "2026"));
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "good.json"), await RecordAsync(Original), Cancel);
        await ReplayVerifier.VerifyAsync(Original, folder.Path, cancellationToken: Cancel);

        await File.WriteAllTextAsync(Path.Combine(folder.Path, "2026", "other.json"), await RecordAsync((_, context) => context.StepAsync((_, _) => Body(""), "other")), Cancel);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "torn.json"), "{ \"Format\":", Cancel);
        var error = await Assert.ThrowsAsync<ReplayVerificationException>(() => ReplayVerifier.VerifyAsync(Original, folder.Path, cancellationToken: Cancel));

        Assert.Equal(2, error.Failures.Count);
        Assert.StartsWith($"2026{Path.DirectorySeparatorChar}other.json: ", error.Failures[0]);
        Assert.StartsWith("torn.json: It is not a history", error.Failures[1]);
    }

    [Fact]
    public async Task A_folder_without_histories_proves_nothing()
    {
        using var folder = new TemporaryDirectory();

        await Assert.ThrowsAsync<ArgumentException>(() => ReplayVerifier.VerifyAsync(Original, folder.Path, cancellationToken: Cancel));
        await Assert.ThrowsAsync<ArgumentException>(() => ReplayVerifier.VerifyAsync(Original, Path.Combine(folder.Path, "missing"), cancellationToken: Cancel));
    }

    [Fact]
    public async Task A_class_is_made_with_its_dependencies_and_takes_only_its_own_histories()
    {
        await using var runner = DurableTestRunner<string, string>.For<Greeter>(services => services.AddSingleton(new Salutation("hello")));
        var history = (await runner.RunAsync("Ada", cancellationToken: Cancel)).ToHistoryJson();

        await ReplayVerifier.VerifyAsync<Greeter>(history, With("hello"), Cancel);
        Assert.Contains("returns \"good day Ada\"", await GreeterFailureAsync(With("good day"), history));
        Assert.Contains("Salutation", await GreeterFailureAsync(null, history));
        Assert.Contains("function 'function', not of 'greeter'", await GreeterFailureAsync(With("hello"), await RecordAsync(Original)));

        static ReplayVerifierOptions With(string words) => new() { ConfigureServices = services => services.AddSingleton(new Salutation(words)) };

        static async Task<string> GreeterFailureAsync(ReplayVerifierOptions? options, string history) =>
            Assert.Single((await Assert.ThrowsAsync<ReplayVerificationException>(() => ReplayVerifier.VerifyAsync<Greeter>(history, options, Cancel))).Failures);
    }

    private sealed record Salutation(string Words);

    [DurableFunction("greeter")]
    private sealed class Greeter(Salutation salutation) : IDurableFunction<string, string>
    {
        public async Task<string> RunAsync(string input, IDurableContext context) =>
            $"{salutation.Words} {await context.StepAsync((_, _) => Task.FromResult(input), "name")}";
    }
}
