using Perdure;

namespace PriorAuthorization.Tests;

public class FirstTests
{
    [Fact]
    public async Task A_complete_chart_is_approved()
    {
        await using var world = new CaseWorld();
        var arn = await world.Runner.StartAsync(Some.Case());
        await world.Runner.Operation("physician-review-answer").SendCallbackSuccessAsync(Some.Signature);
        var result = await world.Runner.WaitForResultAsync(arn);
        foreach (var step in result.Steps) TestContext.Current.TestOutputHelper!.WriteLine(step.ToString());
        TestContext.Current.TestOutputHelper!.WriteLine(result.ResultText());
        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
    }
}
internal static class X { public static string ResultText(this Perdure.Testing.TestResult<PriorAuthOutcome> r) => System.Text.Json.JsonSerializer.Serialize(r.Result) + r.Error; }
