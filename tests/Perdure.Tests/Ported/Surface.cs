using Microsoft.Extensions.Logging;

namespace Perdure.Tests.Ported;

/// <summary>Every member of AWS's surface, used as AWS's callers do. Compiled, never run; see <see cref="SurfaceTests"/>.</summary>
internal static class Surface
{
    public static async Task ContextAsync(IDurableContext context, ILogger other)
    {
        ILogger logger = context.Logger;
        context.ConfigureLogger(config: new LoggerConfig { CustomLogger = other, ModeAware = true });
        IExecutionContext execution = context.ExecutionContext;
        string arn = execution.DurableExecutionArn;

        Func<IStepContext, CancellationToken, Task<int>> body = (step, ct) => Task.FromResult(step.AttemptNumber + step.OperationId.Length + (step.Logger is null ? 0 : 1));
        Func<IStepContext, CancellationToken, Task> empty = (step, ct) => Task.CompletedTask;
        int number = await context.StepAsync(func: body, name: "n", config: new StepConfig(), default);
        number += await context.StepAsync(body);
        await context.StepAsync(func: empty, name: "n", config: null, default);
        await context.StepAsync(empty);

        await context.WaitAsync(duration: TimeSpan.FromSeconds(1), name: "n", default);
        await context.WaitAsync(TimeSpan.FromSeconds(1));

        Func<IDurableContext, CancellationToken, Task<int>> child = (inner, ct) => Task.FromResult(number);
        Func<IDurableContext, CancellationToken, Task> emptyChild = (inner, ct) => Task.CompletedTask;
        number += await context.RunInChildContextAsync(func: child, name: "n", config: new ChildContextConfig(), default) + await context.RunInChildContextAsync(child);
        await context.RunInChildContextAsync(func: emptyChild, name: "n", config: null, default);
        await context.RunInChildContextAsync(emptyChild);

        ICallback<int> callback = await context.CreateCallbackAsync<int>(name: "n", config: new CallbackConfig(), default);
        callback = await context.CreateCallbackAsync<int>();
        string id = callback.CallbackId;
        number += await callback.GetResultAsync() + await callback.GetResultAsync(cancellationToken: default);

        Func<string, IWaitForCallbackContext, CancellationToken, Task> submitter = (callbackId, wait, ct) => { wait.Logger.LogInformation("{Id}", callbackId); return Task.CompletedTask; };
        number += await context.WaitForCallbackAsync<int>(submitter: submitter, name: "n", config: new WaitForCallbackConfig(), default) + await context.WaitForCallbackAsync<int>(submitter);

        number += await context.InvokeAsync<string, int>(functionName: "f", payload: "p", name: "n", config: new InvokeConfig(), default) + await context.InvokeAsync<string, int>("f", "p");

        Func<int, IConditionCheckContext, CancellationToken, Task<int>> check = (state, wait, ct) => Task.FromResult(state + wait.AttemptNumber + (wait.Logger is null ? 0 : 1));
        var condition = new WaitForConditionConfig<int> { InitialState = 0, WaitStrategy = WaitStrategy.Fixed<int>(TimeSpan.FromSeconds(1)), Serializer = null };
        number += await context.WaitForConditionAsync(check: check, config: condition, name: "n", default) + await context.WaitForConditionAsync(check, condition);

        IReadOnlyList<Func<IDurableContext, CancellationToken, Task<int>>> branches = [child];
        IReadOnlyList<DurableBranch<int>> named = [new DurableBranch<int>(Name: "b", Func: child)];
        IBatchResult<int> batch = await context.ParallelAsync(branches: branches, name: "n", config: new ParallelConfig(), default);
        batch = await context.ParallelAsync(branches);
        batch = await context.ParallelAsync(branches: named, name: "n", config: null, default);
        batch = await context.ParallelAsync(named);

        Func<IDurableContext, string, int, IReadOnlyList<string>, CancellationToken, Task<int>> each = (inner, item, index, all, ct) => Task.FromResult(index + all.Count + item.Length);
        batch = await context.MapAsync(items: ["i"], func: each, name: "n", config: new MapConfig<string>(), default);
        batch = await context.MapAsync(["i"], each);
        Results(batch);
        logger.LogInformation("{Arn} {Id} {Number}", arn, id, number);
    }

    public static string Results(IBatchResult<int> batch)
    {
        IBatchResult whole = batch;
        (CompletionReason Reason, bool HasFailure, int Succeeded, int Failed, int Started, int Total) counts =
            (whole.CompletionReason, whole.HasFailure, whole.SuccessCount, whole.FailureCount, whole.StartedCount, whole.TotalCount);
        IReadOnlyList<IBatchItem<int>>[] lists = [batch.All, batch.Succeeded, batch.Failed, batch.Started];
        IReadOnlyList<int> results = batch.GetResults();
        IReadOnlyList<DurableExecutionException> errors = batch.GetErrors();
        batch.ThrowIfError();
        IBatchItem<int> item = batch.All[0];
        (int Index, string? Name, BatchItemStatus Status, int Result, DurableExecutionException? Error) one = (item.Index, item.Name, item.Status, item.Result, item.Error);
        return $"{counts} {lists.Length} {results.Count} {errors.Count} {one}";
    }

    public static object[] Configurations(IRetryStrategy retry, IWaitStrategy<int> wait, IDurableSerializer serializer) =>
    [
        new StepConfig { RetryStrategy = retry, Semantics = StepSemantics.AtMostOncePerRetry, Serializer = serializer },
        new CallbackConfig { Timeout = TimeSpan.FromDays(1), HeartbeatTimeout = TimeSpan.FromHours(1), Serializer = serializer },
        new WaitForCallbackConfig { Timeout = TimeSpan.FromDays(1), HeartbeatTimeout = TimeSpan.FromHours(1), RetryStrategy = retry },
        new ChildContextConfig { SubType = "S", ErrorMapping = (Exception error) => error, NestingType = NestingType.Flat, Serializer = serializer },
        new InvokeConfig { TenantId = "t", Serializer = serializer },
        new ParallelConfig { MaxConcurrency = 1, CompletionConfig = CompletionConfig.AllCompleted(), NestingType = NestingType.Flat, ItemSerializer = serializer },
        new MapConfig<int> { MaxConcurrency = 1, CompletionConfig = CompletionConfig.FirstSuccessful(), NestingType = NestingType.Flat, ItemNamer = (int item, int index) => "n", ItemSerializer = serializer },
        new CompletionConfig { MinSuccessful = 1, ToleratedFailureCount = 1, ToleratedFailurePercentage = 0.5 },
        new WaitForConditionConfig<int> { InitialState = 0, WaitStrategy = wait, Serializer = serializer },
        new DurableSerializationContext(EntityId: "e", DurableExecutionArn: "a"),
    ];

    public static object[] Strategies(IRetryStrategy retry, IWaitStrategy<int> wait)
    {
        RetryDecision decision = retry.ShouldRetry(exception: new IOException(), 1);
        WaitDecision pause = wait.Decide(state: 0, 1);
        return
        [
            decision.ShouldRetry, decision.Delay, RetryDecision.DoNotRetry(), RetryDecision.RetryAfter(TimeSpan.FromSeconds(1)),
            RetryStrategy.Default, RetryStrategy.Transient, RetryStrategy.None, RetryStrategy.Exponential(),
            RetryStrategy.Exponential(3, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(300), 2.0, JitterStrategy.Full, [typeof(IOException)], ["pattern"]),
            RetryStrategy.FromDelegate((Exception error, int attempt) => RetryDecision.DoNotRetry()),
            pause.ShouldContinue, pause.Delay, WaitDecision.Stop(), WaitDecision.ContinueAfter(TimeSpan.FromSeconds(1)),
            WaitStrategy.Exponential<int>(60, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(300), 1.5, JitterStrategy.Full, state => true),
            WaitStrategy.Linear<int>(60, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), null, state => true),
            WaitStrategy.Fixed<int>(TimeSpan.FromSeconds(5), 60, state => true),
            WaitStrategy.FromDelegate<int>((int state, int attempt) => WaitDecision.Stop()),
        ];
    }

    public static object?[] Wire(DurableExecutionInvocationInput input, Operation operation)
    {
        var output = new DurableExecutionInvocationOutput { Status = InvocationStatus.Pending, Result = null, Error = null };
        var error = ErrorObject.FromException(new IOException());
        return
        [
            input.DurableExecutionArn, input.CheckpointToken, input.InitialExecutionState.Operations, input.InitialExecutionState.NextMarker,
            output.Status, output.Result, output.Error, error.ErrorType, error.ErrorMessage, error.StackTrace, error.ErrorData,
            operation.Id, operation.Type, operation.Status, operation.Name, operation.ParentId, operation.SubType, operation.StartTimestamp, operation.EndTimestamp,
            operation.StepDetails?.Result, operation.StepDetails?.Error, operation.StepDetails?.Attempt, operation.StepDetails?.NextAttemptTimestamp,
            operation.WaitDetails?.ScheduledEndTimestamp, operation.ExecutionDetails?.InputPayload,
            operation.CallbackDetails?.CallbackId, operation.CallbackDetails?.Result, operation.CallbackDetails?.Error,
            operation.ChainedInvokeDetails?.Result, operation.ChainedInvokeDetails?.Error,
            operation.ContextDetails?.Result, operation.ContextDetails?.Error, operation.ContextDetails?.ReplayChildren,
            OperationTypes.Step, OperationTypes.Wait, OperationTypes.Callback, OperationTypes.ChainedInvoke, OperationTypes.Context, OperationTypes.Execution,
            OperationSubTypes.Step, OperationSubTypes.Wait, OperationSubTypes.Callback, OperationSubTypes.WaitForCallback, OperationSubTypes.ChainedInvoke,
            OperationSubTypes.WaitForCondition, OperationSubTypes.Parallel, OperationSubTypes.ParallelBranch, OperationSubTypes.Map, OperationSubTypes.MapIteration,
        ];
    }

    public static object?[] Errors(StepException step, ChildContextException child, InvokeException invoke, CallbackException callback, WaitForConditionException condition) =>
    [
        step.ErrorType, step.ErrorData, step.OriginalStackTrace,
        child.SubType, child.ErrorType, child.ErrorData, child.OriginalStackTrace,
        invoke.FunctionName, invoke.ErrorType, invoke.ErrorData, invoke.OriginalStackTrace,
        callback.CallbackId, callback.ErrorType, callback.ErrorData, callback.OriginalStackTrace,
        condition.AttemptsExhausted, condition.LastState,
    ];

    public static object[] Enums() =>
    [
        CompletionConfig.AllSuccessful(), JitterStrategy.None, JitterStrategy.Full, JitterStrategy.Half, StepSemantics.AtLeastOncePerRetry, StepSemantics.AtMostOncePerRetry,
        BatchItemStatus.Succeeded, BatchItemStatus.Failed, BatchItemStatus.Started, NestingType.Nested, NestingType.Flat,
        CompletionReason.AllCompleted, CompletionReason.MinSuccessfulReached, CompletionReason.FailureToleranceExceeded,
        InvocationStatus.Succeeded, InvocationStatus.Failed, InvocationStatus.Pending,
    ];

    /// <summary>Exceptions that callers catch and never construct.</summary>
    public static readonly Type[] Caught =
    [
        typeof(NonDeterministicExecutionException), typeof(StepInterruptedException), typeof(InvokeFailedException), typeof(InvokeTimedOutException), typeof(InvokeStoppedException),
        typeof(CallbackFailedException), typeof(CallbackTimeoutException), typeof(CallbackSubmitterException),
    ];
}
