using System.Reflection;
using Perdure.Tests.House;

namespace Perdure.Tests.Ported;

/// <summary>AWS's surface, member by member, with its names, order of parameters and defaults.</summary>
/// <remarks>
/// <para>
/// Most of it is proved by compiling. A call names its arguments and ends with a plain one: the compiler accepts that only when every
/// name stands at its own position. A call with the required arguments alone proves that the others have defaults.
/// </para>
/// <para>What AWS has and is not here is in <see cref="Missing"/>; the porting guide says why, and what is here and behaves otherwise.</para>
/// </remarks>
public class SurfaceTests
{
    /// <summary>Members of AWS's package that are not here.</summary>
    internal static readonly string[] Missing =
    [
        "DurableFunction.WrapAsync",
        "IDurableContext.LambdaContext",
        "OperationStatuses",
        "OperationSubTypes.Context",
        "UpperSnakeCaseEnumConverter",
        "IDurableResultSerializer",
        "FileSystemSerializer",
        "FileSystemStorageMode",
    ];

    [Fact]
    public void What_is_missing_is_missing()
    {
        var exported = typeof(IDurableContext).Assembly.GetExportedTypes();
        foreach (var name in Missing.Select(member => member.Split('.')))
        {
            var type = exported.FirstOrDefault(type => type.Name.Split('`')[0] == name[0]);
            if (name.Length == 1) Assert.Null(type);
            else Assert.Null(type?.GetMember(name[1]).FirstOrDefault());
        }
    }

    [Fact]
    public void The_porting_guide_says_why() => House.House.Has(
        Missing.Where(member => !Repository.Files("docs/guides/", ".md").Single(file => file.Name == "porting.md").Text.Contains($"| `{member}` |", StringComparison.Ordinal)),
        "docs/guides/porting.md has a line for everything that is missing.");

    [Fact]
    public void Defaults_are_AWSs()
    {
        Assert.Equal((null, StepSemantics.AtLeastOncePerRetry), (new StepConfig().RetryStrategy, new StepConfig().Semantics));
        Assert.Equal((TimeSpan.Zero, TimeSpan.Zero), (new CallbackConfig().Timeout, new CallbackConfig().HeartbeatTimeout));
        Assert.Null(new WaitForCallbackConfig().RetryStrategy);
        Assert.Equal((null, null, NestingType.Nested), (new ChildContextConfig().SubType, new ChildContextConfig().ErrorMapping, new ChildContextConfig().NestingType));
        Assert.Null(new InvokeConfig().TenantId);
        Assert.Equal((null, 0, NestingType.Nested), (new ParallelConfig().MaxConcurrency, new ParallelConfig().CompletionConfig.ToleratedFailureCount, new ParallelConfig().NestingType));
        Assert.Equal((null, 0, NestingType.Nested), (new MapConfig<int>().MaxConcurrency, new MapConfig<int>().CompletionConfig.ToleratedFailureCount, new MapConfig<int>().NestingType));
        Assert.Null(new MapConfig<int>().ItemNamer);
        Assert.Equal((null, null, null), (new CompletionConfig().MinSuccessful, new CompletionConfig().ToleratedFailureCount, new CompletionConfig().ToleratedFailurePercentage));
        Assert.Equal((0, int.MaxValue, 1), (CompletionConfig.AllSuccessful().ToleratedFailureCount, CompletionConfig.AllCompleted().ToleratedFailureCount, CompletionConfig.FirstSuccessful().MinSuccessful));
        Assert.Equal((null, true), (new LoggerConfig().CustomLogger, new LoggerConfig().ModeAware));
    }

    [Theory]
    [InlineData(typeof(RetryStrategy), "Exponential", "maxAttempts=3 initialDelay= maxDelay= backoffRate=2 jitter=1 retryableExceptions= retryableMessagePatterns=")]
    [InlineData(typeof(WaitStrategy), "Exponential", "maxAttempts=60 initialDelay= maxDelay= backoffRate=1.5 jitter=1 isDone=")]
    [InlineData(typeof(WaitStrategy), "Linear", "maxAttempts=60 initialDelay= increment= maxDelay= isDone=")]
    [InlineData(typeof(WaitStrategy), "Fixed", "delay maxAttempts=60 isDone=")]
    public void Factories_have_AWSs_parameters(Type type, string name, string parameters) => Assert.Equal(
        parameters,
        string.Join(' ', type.GetMethod(name)!.GetParameters().Select(parameter => parameter.Name + (parameter.HasDefaultValue ? $"={parameter.RawDefaultValue}" : ""))));

    [Theory]
    [InlineData("5,10,20,40,60", 6)]
    public void The_default_strategies_grow_as_AWSs(string caps, int attempts)
    {
        // Full jitter spreads from 0 to the cap, and a delay is at least 1 second: the largest of many draws is the cap.
        TimeSpan Largest(IRetryStrategy strategy, int attempt) => Enumerable.Range(0, 2000).Max(_ => strategy.ShouldRetry(new IOException(), attempt).Delay);
        Assert.Equal(caps, string.Join(',', Enumerable.Range(1, attempts - 1).Select(attempt => Largest(RetryStrategy.Default, attempt).TotalSeconds)));
        Assert.False(RetryStrategy.Default.ShouldRetry(new IOException(), attempts).ShouldRetry);
        Assert.Equal([1, 2], Enumerable.Range(1, 2).Select(attempt => Largest(RetryStrategy.Transient, attempt).TotalSeconds));
        Assert.False(RetryStrategy.Transient.ShouldRetry(new IOException(), 3).ShouldRetry);
        Assert.False(RetryStrategy.None.ShouldRetry(new IOException(), 1).ShouldRetry);
    }

    [Fact]
    public void Enums_have_AWSs_members_in_its_order()
    {
        Assert.Equal([JitterStrategy.None, JitterStrategy.Full, JitterStrategy.Half], Enum.GetValues<JitterStrategy>());
        Assert.Equal([StepSemantics.AtLeastOncePerRetry, StepSemantics.AtMostOncePerRetry], Enum.GetValues<StepSemantics>());
        Assert.Equal([BatchItemStatus.Succeeded, BatchItemStatus.Failed, BatchItemStatus.Started], Enum.GetValues<BatchItemStatus>());
        Assert.Equal([CompletionReason.AllCompleted, CompletionReason.MinSuccessfulReached, CompletionReason.FailureToleranceExceeded], Enum.GetValues<CompletionReason>()[..3]);
        Assert.Equal([NestingType.Nested, NestingType.Flat], Enum.GetValues<NestingType>());
        Assert.Equal([InvocationStatus.Succeeded, InvocationStatus.Failed, InvocationStatus.Pending], Enum.GetValues<InvocationStatus>());
    }

    [Theory]
    [InlineData(typeof(DurableExecutionException), typeof(Exception))]
    [InlineData(typeof(NonDeterministicExecutionException), typeof(DurableExecutionException))]
    [InlineData(typeof(StepException), typeof(DurableExecutionException))]
    [InlineData(typeof(StepInterruptedException), typeof(StepException))]
    [InlineData(typeof(ChildContextException), typeof(DurableExecutionException))]
    [InlineData(typeof(InvokeException), typeof(DurableExecutionException))]
    [InlineData(typeof(InvokeFailedException), typeof(InvokeException))]
    [InlineData(typeof(InvokeTimedOutException), typeof(InvokeException))]
    [InlineData(typeof(InvokeStoppedException), typeof(InvokeException))]
    [InlineData(typeof(CallbackException), typeof(DurableExecutionException))]
    [InlineData(typeof(CallbackFailedException), typeof(CallbackException))]
    [InlineData(typeof(CallbackTimeoutException), typeof(CallbackException))]
    [InlineData(typeof(CallbackSubmitterException), typeof(CallbackException))]
    [InlineData(typeof(WaitForConditionException), typeof(DurableExecutionException))]
    public void Exceptions_have_AWSs_bases_and_the_three_constructors(Type type, Type ancestor)
    {
        Assert.True(type.IsAssignableTo(ancestor));
        Assert.NotNull(type.GetConstructor([]));
        Assert.NotNull(type.GetConstructor([typeof(string)]));
        Assert.NotNull(type.GetConstructor([typeof(string), typeof(Exception)]));
    }

    [Theory]
    [InlineData(typeof(ChildContextConfig))]
    [InlineData(typeof(InvokeConfig))]
    [InlineData(typeof(ParallelConfig))]
    [InlineData(typeof(MapConfig<>))]
    [InlineData(typeof(CompletionConfig))]
    [InlineData(typeof(WaitForConditionConfig<>))]
    [InlineData(typeof(LoggerConfig))]
    [InlineData(typeof(DurableBranch<>))]
    public void What_AWS_seals_is_sealed(Type type) => Assert.True(type.IsSealed);

    [Fact]
    public void The_methods_below_cover_the_whole_context() => Assert.Equal(
        ["ConfigureLogger", "CreateCallbackAsync", "ExecutionContext", "InvokeAsync", "Logger", "MapAsync", "ParallelAsync", "RunInChildContextAsync", "StepAsync", "WaitAsync", "WaitForCallbackAsync", "WaitForConditionAsync"],
        typeof(IDurableContext).GetMembers().Where(member => member is PropertyInfo or MethodInfo { IsSpecialName: false }).Select(member => member.Name)
            .Except(["IsReplaying", "TimeProvider", "Random", "NewGuid", "GetIdempotencyKey", "ExecutionCancellation", "Patched", "DeprecatePatch", "CreateParallel"]).Distinct().Order(StringComparer.Ordinal));
}
