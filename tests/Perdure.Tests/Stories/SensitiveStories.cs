using System.Text;
using Perdure.Storage;
using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Sensitive text goes in and comes out, and nothing that is recorded holds it.</summary>
public class SensitiveStories
{
    private const string Secret = "Ada Lovelace";

    internal sealed record Patient([SensitiveData] string Name, int Visits);

    private static Patient Ada(int visits) => new(Secret, visits);

    private static async Task<Patient> Everything(Patient input, IDurableContext context)
    {
        var step = await context.StepAsync((_, _) => Task.FromResult(Ada(1)), "step");
        var child = await context.RunInChildContextAsync((inner, _) => inner.StepAsync((_, _) => Task.FromResult(Ada(1)), "inner"), "child");
        var map = await context.MapAsync([1, 2], (item, n, _, _, _) => item.StepAsync((_, _) => Task.FromResult(Ada(n))), "map");
        var flat = await context.ParallelAsync<Patient>([(item, _) => Task.FromResult(Ada(1))], "flat", new ParallelConfig { NestingType = NestingType.Flat });
        var state = await context.WaitForConditionAsync<Patient>(
            (before, _, _) => Task.FromResult(before with { Visits = before.Visits + 1 }),
            new() { InitialState = Ada(0), WaitStrategy = WaitStrategy.Fixed<Patient>(TimeSpan.FromMinutes(1), isDone: patient => patient.Visits == 3) },
            "condition");
        var called = await context.InvokeAsync<Patient, Patient>("echo", Ada(1), "call");
        var answer = await context.WaitForCallbackAsync<Patient>((_, _, _) => Task.CompletedTask, "question");
        try
        {
            // Around it a context: what passes on the error must not write down what came with it.
            await context.RunInChildContextAsync((inner, _) => inner.WaitForConditionAsync<Patient>(
                (before, _, _) => Task.FromResult(before),
                new() { InitialState = Ada(7), WaitStrategy = WaitStrategy.Fixed<Patient>(TimeSpan.FromMinutes(1), isDone: _ => false, maxAttempts: 2) },
                "hopeless"), "around");
        }
        catch (ChildContextException)
        {
        }

        try
        {
            await context.WaitForConditionAsync<Patient>(
                (before, _, _) => Task.FromResult(before),
                new() { InitialState = Ada(7), WaitStrategy = WaitStrategy.Fixed<Patient>(TimeSpan.FromMinutes(1), isDone: _ => false, maxAttempts: 2) },
                "hopeless");
        }
        catch (WaitForConditionException gaveUp)
        {
            Assert.Equal(Ada(7), gaveUp.LastState);
        }

        Patient[] all = [input, step, child, .. map.GetResults(), .. flat.GetResults(), state, called, answer];
        Assert.All(all, patient => Assert.Equal(Secret, patient.Name));
        return Ada(all.Sum(patient => patient.Visits));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Nothing_that_is_recorded_holds_the_text(bool crashes)
    {
        using var folder = new TemporaryDirectory();
        await using var host = await DurableTestHost.StartAsync(perdure => perdure
            .AddFunction<Patient, Patient>("everything", Everything)
            .AddFunction<Patient, Patient>("echo", (patient, _) => Task.FromResult(patient))
            .UsePayloadStore(new FileSystemPayloadStore(folder.Path)));

        var arn = await host.Client.StartAsync("everything", Ada(1));
        while ((await host.Client.GetOperationsAsync(arn)).SingleOrDefault(operation => operation.Name == "question-callback") is not { } question)
        {
            await host.JumpAsync();
            if (crashes) await host.CrashAsync();
        }

        await host.Client.SendCallbackSuccessAsync((await host.Client.GetOperationsAsync(arn)).Single(operation => operation.Name == "question-callback").CallbackDetails!.CallbackId, Ada(1));
        await host.SettleAsync();
        if (crashes) await host.CrashAsync();
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Succeeded, end.Status);
        Assert.Equal(Ada(12), await host.Client.WaitForResultAsync<Patient>(arn));
        Assert.DoesNotContain(Secret, await RecordAsync(host));
        var previews = new List<string>();
        await foreach (var e in host.Client.GetHistoryAsync(arn)) previews.Add(e.ToString());
        Assert.DoesNotContain(Secret, string.Join('\n', previews));
        Assert.Contains(previews, shown => shown.Contains("""{"name":"***","visits":1}""", StringComparison.Ordinal));
    }

    /// <summary>Every byte that the store of executions holds.</summary>
    private static async Task<string> RecordAsync(DurableTestHost host)
    {
        var record = new StringBuilder();
        foreach (var row in await host.Store.ListAsync(new RowFilter { Limit = 100 }, default))
        {
            foreach (var entry in await host.Store.ReadEntriesAsync(row.Key, 1, long.MaxValue, includePayload: true, default))
                record.Append(Encoding.UTF8.GetString(entry.Entry.Span)).Append(Encoding.UTF8.GetString(entry.Payload.Span));
        }

        return record.ToString();
    }

    [Fact]
    public async Task Without_a_payload_store_the_attribute_changes_nothing()
    {
        await using var host = await DurableTestHost.StartAsync(perdure => perdure.AddFunction<Patient, Patient>("echo", (patient, _) => Task.FromResult(patient)));

        var end = await host.RunToEndAsync(await host.Client.StartAsync("echo", Ada(1)));

        Assert.Contains(Secret, end.Result);
    }
}
