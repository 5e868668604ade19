using Perdure.Sqlite;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Simulation;

/// <summary>The simulator's random functions on real threads, many at a time, with answers that cross with everything else.</summary>
public class ThreadTests
{
    [Theory]
    [InlineData("memory", 0, 60)]
    [InlineData("sqlite", 1000, 30)]
    public Task Random_functions_reach_their_result_on_real_threads(string store, int firstSeed, int count) => RunAsync(store, firstSeed, count);

    [Theory]
    [Trait("Category", "Slow")]
    [InlineData("memory", 2000, 1500)]
    [InlineData("sqlite", 4000, 500)]
    public Task Many_random_functions_reach_their_result_on_real_threads(string store, int firstSeed, int count) => RunAsync(store, firstSeed, count);

    private static async Task RunAsync(string storeName, int firstSeed, int count)
    {
        using var directory = new TemporaryDirectory();
        var clock = new ManualTimeProvider();
        await using IExecutionStore store = storeName == "sqlite" ? new SqliteStore(directory.File("threads.db"), clock) : new InMemoryStore(clock);
        SimStage[] stages = [.. Enumerable.Range(0, count).Select(_ => new SimStage(world: null))];
        await using var host = await DurableTestHost.StartAsync(
            builder => builder
                .AddFunction<string, string>("sim", (seed, context) => new SimProgram(int.Parse(seed)).Function(stages[int.Parse(seed) - firstSeed])(seed, context))
                .AddFunction<string, string>("echo", async (input, context) =>
                {
                    await context.WaitAsync(TimeSpan.FromSeconds(3));
                    return input.EndsWith("!fail", StringComparison.Ordinal) ? throw new TimeoutException($"{input} fails") : $"<{input}>";
                }),
            store: store, clock: clock);

        var arns = await Task.WhenAll(Enumerable.Range(firstSeed, count).Select(seed => host.Client.StartAsync("sim", seed.ToString())));
        var open = arns.ToHashSet();
        var programs = Enumerable.Range(firstSeed, count).Select(seed => new SimProgram(seed)).ToArray();
        var cancelled = new HashSet<int>();
        for (var round = 0; open.Count > 0; round++)
        {
            Assert.True(round < 2000, $"{open.Count} executions are stuck, such as {open.First()}");

            // Not settled first: answers are to meet running invocations.
            var late = Enumerable.Range(0, count).Where(i => programs[i].CancelAfter / 2 <= round && cancelled.Add(i)).Select(i => arns[i]).ToList();
            await Task.WhenAll(open.Select(arn => AnswerAsync(host.Client, arn)).Concat(late.Select(arn => host.Client.CancelAsync(arn))));

            // Time passes only when nobody owes an answer: one that comes a year late is another test. Among many, some timer is always near.
            await host.SettleAsync();
            if (open.Count > 20 || !await HasQuestionAsync(host.Client, open)) await host.JumpAsync();
            foreach (var arn in open.ToList())
            {
                var end = (await host.Client.GetAsync(arn))!;
                if (end.Status == ExecutionStatus.Running) continue;
                open.Remove(arn);

                // Looked at now: one that is over is deleted in the end, and the others may take their time.
                var i = Array.IndexOf(arns, arn);
                var objection = programs[i].Objection(end, cancelled.Contains(i));
                Assert.True(objection is null, $"seed {firstSeed + i}, round {round}: {objection}");
                SagaInvariant.Require(await host.Client.GetOperationsAsync(arn), stages[i].Ledger, arn, $"seed {firstSeed + i}");
            }
        }
    }

    private static async Task<bool> HasQuestionAsync(IPerdureClient client, IEnumerable<string> arns)
    {
        foreach (var arn in arns)
        {
            if ((await client.GetAsync(arn))!.Status == ExecutionStatus.Running && (await client.GetOperationsAsync(arn)).Any(IsQuestion)) return true;
        }

        return false;
    }

    private static bool IsQuestion(Operation operation) =>
        operation is { CallbackDetails: not null, EndTimestamp: null } && !operation.Name!.Contains("!timeout", StringComparison.Ordinal);

    private static async Task AnswerAsync(IPerdureClient client, string arn)
    {
        foreach (var operation in (await client.GetOperationsAsync(arn)).Where(IsQuestion))
        {
            try
            {
                var callback = operation.CallbackDetails!.CallbackId;
                if (operation.Name!.Contains("!fail", StringComparison.Ordinal)) await client.SendCallbackFailureAsync(callback, new ErrorObject { ErrorType = "Refused" });
                else await client.SendCallbackSuccessAsync(callback, "yes");
            }
            catch (CallbackClosedException)
            {
                // Answered, or its execution ended, since we looked.
            }
        }
    }
}
