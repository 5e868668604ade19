using System.Globalization;
using Perdure.Protocol;
using Perdure.Replay;
using Perdure.Retries;

namespace Perdure;

#pragma warning disable CA2007 // Function code: it resumes on the pump.

/// <summary>Verbs that are composed of others, with their outcome recorded once.</summary>
public static class DurableContextExtensions
{
    /// <summary>Waits for all of several durable tasks and records their results as one.</summary>
    /// <param name="context">The context that the tasks were asked of.</param>
    /// <param name="name">1 to 256 printable ASCII characters.</param>
    /// <param name="tasks">Tasks of this context.</param>
    /// <exception cref="ChildContextException">One of them failed; with the first error in the order of the arguments.</exception>
    public static Task<T[]> WhenAllAsync<T>(this IDurableContext context, string name, params IReadOnlyList<Task<T>> tasks)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(tasks);
        return context.RunInChildContextAsync(async (_, _) => await Task.WhenAll(tasks), name);
    }

    /// <summary>Waits for the first of several durable tasks to end, well or not, and records which one it was.</summary>
    /// <remarks>The others go on. The answer is recorded: a replay never sees another winner.</remarks>
    /// <param name="context">The context that the tasks were asked of.</param>
    /// <param name="name">1 to 256 printable ASCII characters.</param>
    /// <param name="tasks">Tasks of this context; at least one.</param>
    /// <returns>The index of the task that ended first.</returns>
    /// <exception cref="ArgumentException">There is no task.</exception>
    public static Task<int> WhenAnyAsync(this IDurableContext context, string name, params IReadOnlyList<Task> tasks)
    {
        ArgumentNullException.ThrowIfNull(context);
        RequireSome(tasks);
        return context.RunInChildContextAsync(
            async (_, _) =>
            {
                var first = await Task.WhenAny(tasks);
                return tasks.Index().First(pair => pair.Item == first).Index;
            },
            name);
    }

    /// <summary>Waits for the first of several durable tasks to succeed and records its result.</summary>
    /// <remarks>The others go on, and their results are ignored.</remarks>
    /// <param name="context">The context that the tasks were asked of.</param>
    /// <param name="name">1 to 256 printable ASCII characters.</param>
    /// <param name="tasks">Tasks of this context; at least one.</param>
    /// <exception cref="ArgumentException">There is no task.</exception>
    /// <exception cref="ChildContextException">All of them failed; with the last error.</exception>
    public static Task<T> FirstSuccessfulAsync<T>(this IDurableContext context, string name, params IReadOnlyList<Task<T>> tasks)
    {
        ArgumentNullException.ThrowIfNull(context);
        RequireSome(tasks);
        return context.RunInChildContextAsync(
            async (_, _) =>
            {
                var open = tasks.ToList();
                while (true)
                {
                    var ended = await Task.WhenAny(open);
                    open.Remove(ended);
                    if (ended.IsCompletedSuccessfully || open.Count == 0) return await ended;
                }
            },
            name);
    }

    /// <summary>Pauses until an instant, by the service's clock; returns at once, without a record, when it has passed by the function's.</summary>
    /// <remarks>
    /// It never ends before the instant. An instant that has passed meanwhile, while the function's clock was behind, is waited for one second. A service
    /// other than Perdure's is told what is left by the function's clock, so there the wait is longer by as much as that clock is behind.
    /// </remarks>
    /// <param name="context">The context.</param>
    /// <param name="when">The instant; an execution lives at most 366 days. Compute it from recorded values or from <see cref="IDurableContext.TimeProvider"/>, never from the wall clock.</param>
    /// <param name="name">Optional name: 1 to 256 printable ASCII characters.</param>
    /// <exception cref="ArgumentException">The context is not one of a running function, or the name is not valid.</exception>
    /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
    public static Task WaitUntilAsync(this IDurableContext context, DateTimeOffset when, string? name = null)
    {
        var own = DurableContext.Of(context);
        return when <= own.TimeProvider.GetUtcNow() ? Task.CompletedTask : own.StartWaitUntil(when, name).Task;
    }

    /// <summary>Runs a group of operations again as a whole when it fails; each attempt is a child context of its own.</summary>
    /// <param name="context">The context.</param>
    /// <param name="body">The group: its context, the attempt from 1.</param>
    /// <param name="name">1 to 240 printable ASCII characters; attempts are named <c>{name}-attempt-1</c>, pauses <c>{name}-backoff-1</c>.</param>
    /// <param name="retry">Decides after each failure. It must depend on its arguments alone: replay asks it again.</param>
    /// <exception cref="ChildContextException">The last attempt failed.</exception>
    public static Task<T> RunWithRetryAsync<T>(
        this IDurableContext context, Func<IDurableContext, int, CancellationToken, Task<T>> body, string name, IRetryStrategy retry)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentNullException.ThrowIfNull(retry);
        return context.RunInChildContextAsync((group, _) => AttemptAsync(group, body, name, retry), name);
    }

    private static async Task<T> AttemptAsync<T>(
        IDurableContext group, Func<IDurableContext, int, CancellationToken, Task<T>> body, string name, IRetryStrategy retry)
    {
        for (var attempt = 1; ; attempt++)
        {
            var number = attempt;
            var suffix = number.ToString(CultureInfo.InvariantCulture);
            TimeSpan delay;
            try
            {
                return await group.RunInChildContextAsync((child, token) => body(child, number, token), $"{name}-attempt-{suffix}");
            }
            catch (ChildContextException error)
            {
                // Jitter from the execution's own randomness: the same decision on every replay.
                var random = OperationIds.NewRandom(group.ExecutionContext.DurableExecutionArn, $"{name}#{suffix}");
                var decision = retry.Decide(error, number, random);
                if (!decision.ShouldRetry) throw;
                delay = TimeSpan.FromSeconds(Durations.WholeSeconds(decision.Delay));
            }

            await group.WaitAsync(delay, $"{name}-backoff-{suffix}");
        }
    }

    private static void RequireSome(IReadOnlyList<Task> tasks)
    {
        ArgumentNullException.ThrowIfNull(tasks);
        if (tasks.Count == 0) throw new ArgumentException("There is no task to wait for; give at least one.", nameof(tasks));
    }
}
