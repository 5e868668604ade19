namespace PriorAuthorization.Tests;

/// <summary>The demonstration that runs by itself: in real time, with real processes and real kills.</summary>
[Trait("Category", "Slow")]
public class DemoStories
{
    private static async Task<(int ExitCode, string Output)> RunAsync(string? sabotage)
    {
        var output = new StringWriter();
        var exitCode = await new DemoRun(new SampleArguments("", "", sabotage, IsDemo: true), output).RunAsync();
        return (exitCode, output.ToString());
    }

    [Fact]
    public async Task The_demonstration_keeps_every_promise_although_its_worker_is_killed_twice()
    {
        var (exitCode, output) = await RunAsync(null);

        Assert.True(exitCode == 0, output);
        Assert.Contains("Every promise was kept.", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no-key")]
    [InlineData("no-fence")]
    public async Task Without_a_protection_it_fails_because_the_payer_has_a_claim_too_many(string sabotage)
    {
        var (exitCode, output) = await RunAsync(sabotage);

        Assert.Equal(1, exitCode);
        Assert.Contains("BROKEN: the payer has 2 claims", output, StringComparison.Ordinal);
    }
}
