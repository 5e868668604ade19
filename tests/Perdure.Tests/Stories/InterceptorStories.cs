using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Who watches is told everything once, and can harm nothing.</summary>
public class InterceptorStories
{
    private sealed class Recorder : IDurableInterceptor
    {
        public List<string> Lines { get; } = [];

        private void Add(string line)
        {
            lock (Lines) Lines.Add(line);
        }

        public ValueTask OnInvocationStartAsync(InvocationInfo invocation)
        {
            Add($"invocation first={invocation.IsFirstInvocation} input={invocation.ExecutionInput} operations={invocation.Operations.Count} updated={invocation.UpdatedOperationIds.Count(id => invocation.Operations.Any(operation => operation.Id == id))}");
            return ValueTask.CompletedTask;
        }

        public ValueTask OnInvocationEndAsync(InvocationInfo invocation, InvocationEndInfo end)
        {
            Add($"invocation {end.Status} {end.Result}{end.Error?.ErrorMessage}");
            return ValueTask.CompletedTask;
        }

        public async Task WrapInvocationAsync(InvocationInfo invocation, Func<Task> next)
        {
            Add("wrap (");
            await next();
            Add(")");
        }

        public void OnOperationStart(OperationEvent operation) => Add($"start {operation.Operation.Name} replay={operation.IsReplay}");

        public void OnOperationEnd(OperationEvent operation) => Add($"end {operation.Operation.Name} {operation.Operation.Status} replay={operation.IsReplay}");

        public ValueTask OnAttemptStartAsync(AttemptInfo attempt)
        {
            Add($"attempt {attempt.Name} {attempt.Number}");
            return ValueTask.CompletedTask;
        }

        public ValueTask OnAttemptEndAsync(AttemptInfo attempt, AttemptOutcome outcome)
        {
            Add($"attempt {attempt.Name} {attempt.Number} ok={outcome.Succeeded} retried={outcome.IsRetried} {outcome.Error?.ErrorMessage}");
            return ValueTask.CompletedTask;
        }

        public void OnContextBodyStart(ContextBodyInfo body) => Add($"body {body.Name} {body.SubType} replaying={body.IsReplayingChildren}");

        public void OnContextBodyEnd(ContextBodyInfo body, Exception? error) => Add($"body {body.Name} ended {error?.Message}");

        public IEnumerable<KeyValuePair<string, object?>> EnrichLog(string executionArn) => [new("traceId", "t-1")];
    }

    private static async Task<string> Function(string input, IDurableContext context)
    {
        context.Logger.LogInformation("hello");
        await context.StepAsync<int>((step, _) => step.AttemptNumber == 1 ? throw new IOException("busy") : Task.FromResult(1), "step", new StepConfig { RetryStrategy = RetryStrategy.Exponential(3, TimeSpan.FromMinutes(1)) });
        await context.RunInChildContextAsync(async (child, _) => await child.WaitAsync(TimeSpan.FromHours(1), "wait"), "child");
        return "done";
    }

    [Fact]
    public async Task Every_hook_is_told_once_in_order_across_invocations()
    {
        var recorder = new Recorder();
        using var log = new CapturedLog();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            log.AddTo(builder);
            builder.Services.AddSingleton<IDurableInterceptor>(recorder);
            builder.AddFunction<string, string>("f", Function);
        });
        await host.RunToEndAsync(await host.Client.StartAsync("f", "in"));

        Assert.Equal(
            [
                "invocation first=True input=\"in\" operations=0 updated=0", "wrap (",
                "start step replay=False", "attempt step 1", "attempt step 1 ok=False retried=True busy", ")", "invocation Pending ",
                "invocation first=False input=\"in\" operations=1 updated=1", "wrap (",
                "start step replay=True", "attempt step 2", "attempt step 2 ok=True retried=False ", "end step Succeeded replay=False",
                "start child replay=False", "body child RunInChildContext replaying=False", "start wait replay=False", ")", "invocation Pending ",
                "invocation first=False input=\"in\" operations=3 updated=1", "wrap (",
                "start child replay=True", "body child RunInChildContext replaying=False", "end wait Succeeded replay=False",
                "body child ended ", "end child Succeeded replay=False", ")", "invocation Succeeded \"done\"",
            ],
            recorder.Lines);
        Assert.Contains(log.Lines, line => line.Message == "hello" && line.Scope.Any(pair => pair is { Key: "traceId", Value: "t-1" }));
    }

    /// <summary>Everything throws, before and after what it wraps, or forgets to run it.</summary>
    private sealed class Hostile(bool callsNext) : IDurableInterceptor
    {
        public ValueTask OnInvocationStartAsync(InvocationInfo invocation) => throw new InvalidOperationException("start");

        public ValueTask OnInvocationEndAsync(InvocationInfo invocation, InvocationEndInfo end) => throw new InvalidOperationException("end");

        public async Task WrapInvocationAsync(InvocationInfo invocation, Func<Task> next)
        {
            if (callsNext) await next();
            throw new InvalidOperationException("wrap");
        }

        public void OnOperationStart(OperationEvent operation) => throw new InvalidOperationException("operation");

        public void OnOperationEnd(OperationEvent operation) => throw new InvalidOperationException("operation");

        public void OnOperationsChanged(OperationsChange change) => throw new InvalidOperationException("changed");

        public ValueTask OnAttemptStartAsync(AttemptInfo attempt) => throw new InvalidOperationException("attempt");

        public ValueTask OnAttemptEndAsync(AttemptInfo attempt, AttemptOutcome outcome) => throw new InvalidOperationException("attempt");

        public async Task WrapAttemptAsync(AttemptInfo attempt, Func<Task> next)
        {
            if (callsNext) await next();
            throw new InvalidOperationException("wrap");
        }

        public void OnContextBodyStart(ContextBodyInfo body) => throw new InvalidOperationException("body");

        public void OnContextBodyEnd(ContextBodyInfo body, Exception? error) => throw new InvalidOperationException("body");

        public IEnumerable<KeyValuePair<string, object?>> EnrichLog(string executionArn) => throw new InvalidOperationException("log");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_interceptor_that_throws_everywhere_harms_neither_the_execution_nor_the_other_interceptors(bool callsNext)
    {
        var recorder = new Recorder();
        using var log = new CapturedLog();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            log.AddTo(builder);
            builder.Services.AddSingleton<IDurableInterceptor>(new Hostile(callsNext));
            builder.Services.AddSingleton<IDurableInterceptor>(recorder);
            builder.AddFunction<string, string>("f", Function);
        });
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", "in"));

        Assert.Equal("\"done\"", end.Result);
        Assert.Equal(2, recorder.Lines.Count(line => line.StartsWith("attempt step", StringComparison.Ordinal) && line.Contains("ok=", StringComparison.Ordinal)));
        Assert.Equal(3, recorder.Lines.Count(line => line == "wrap ("));
        Assert.Contains(log.Messages, message => message.Contains("Hostile", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_wrapped_failure_stays_the_failure_it_is()
    {
        var recorder = new Recorder();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<IDurableInterceptor>(recorder);
            builder.AddFunction<string, string>("f", (_, context) => context.StepAsync<string>((_, _) => throw new IOException("disk"), "step", new StepConfig { RetryStrategy = RetryStrategy.None }));
        });
        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal("System.IO.IOException", end.Error!.ErrorType);
        Assert.Contains("invocation Failed disk", recorder.Lines);
        Assert.Contains("end step Failed replay=False", recorder.Lines);
    }

    [Fact]
    public void An_interceptor_can_be_asked_for_by_its_own_type_and_is_the_one_that_is_told()
    {
        var services = new ServiceCollection();
        services.AddPerdure().AddInterceptor<Recorder>();
        using var provider = services.BuildServiceProvider();

        Assert.Same(provider.GetRequiredService<Recorder>(), Assert.Single(provider.GetServices<IDurableInterceptor>()));
    }

    private sealed class Details : IDurableInterceptor
    {
        public List<string> Lines { get; } = [];

        public void OnOperationsChanged(OperationsChange change)
        {
            lock (Lines) Lines.AddRange(change.Changed.Select(item =>
                $"changed {item.Operation.Name} {item.Operation.Status} replay={item.IsReplay} known={string.Join('+', change.Operations.Values.OrderBy(operation => operation.Sequence?.Started).Select(operation => $"{operation.Name}:{operation.Status}"))}"));
        }

        public ValueTask OnAttemptStartAsync(AttemptInfo attempt)
        {
            lock (Lines) Lines.Add($"attempt {attempt.Type} {attempt.Number} parent={attempt.ParentId is not null} replay={attempt.IsReplay} at {attempt.StartedAt:HH:mm:ss}");
            return ValueTask.CompletedTask;
        }

        public ValueTask OnAttemptEndAsync(AttemptInfo attempt, AttemptOutcome outcome)
        {
            lock (Lines) Lines.Add($"attempt {attempt.Number} ended at {outcome.EndedAt:HH:mm:ss}");
            return ValueTask.CompletedTask;
        }

        public void OnContextBodyStart(ContextBodyInfo body)
        {
            lock (Lines) Lines.Add($"body {body.Name} parent={body.ParentId is not null}");
        }
    }

    [Fact]
    public async Task A_change_is_told_with_all_that_is_known_and_an_attempt_with_its_place_and_time()
    {
        var details = new Details();
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<IDurableInterceptor>(details);
            builder.AddFunction<string, string>("f", (_, context) => context.RunInChildContextAsync(
                (outer, _) => outer.RunInChildContextAsync(
                    (inner, _) => inner.StepAsync((step, _) => step.AttemptNumber == 1 ? throw new IOException("busy") : Task.FromResult("done"), "step", new StepConfig { RetryStrategy = RetryStrategy.Exponential(2, TimeSpan.FromMinutes(1), jitter: JitterStrategy.None) }),
                    "inner"),
                "outer"));
        });
        await host.RunToEndAsync(await host.Client.StartAsync("f", ""));

        Assert.Equal(
            [
                "body outer parent=False", "body inner parent=True",
                "attempt STEP 1 parent=True replay=False at 00:00:00", "attempt 1 ended at 00:00:00",
                "changed outer Started replay=False known=outer:Started+inner:Started+step:Pending",
                "changed inner Started replay=False known=outer:Started+inner:Started+step:Pending",
                "changed step Pending replay=False known=outer:Started+inner:Started+step:Pending",
                "body outer parent=False", "body inner parent=True",
                "attempt STEP 2 parent=True replay=True at 00:01:00", "attempt 2 ended at 00:01:00",
                "changed step Succeeded replay=True known=outer:Started+inner:Started+step:Succeeded",
                "changed inner Succeeded replay=True known=outer:Started+inner:Succeeded+step:Succeeded",
                "changed outer Succeeded replay=True known=outer:Succeeded+inner:Succeeded+step:Succeeded",
            ],
            details.Lines);
    }
}
