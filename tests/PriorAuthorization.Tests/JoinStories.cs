using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>A request that comes twice is one case.</summary>
public class JoinStories
{
    [Fact]
    public async Task The_same_request_joins_the_running_case_and_another_one_under_its_id_is_refused()
    {
        var clock = new ManualTimeProvider();
        await using var host = await new Surroundings(clock).StartHostAsync(clock);
        var options = new StartOptions { ExecutionName = Some.CaseId };
        var first = await host.Client.StartAsync(PriorAuthorizationFunction.Name, Some.Case(), options);

        Assert.Equal(first, await host.Client.StartAsync(PriorAuthorizationFunction.Name, Some.Case(), options));
        await Assert.ThrowsAsync<ExecutionAlreadyStartedException>(() =>
            host.Client.StartAsync(PriorAuthorizationFunction.Name, Some.Case(urgency: Urgency.Urgent), options));
    }
}
