using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>What pause and resume have in common.</summary>
internal static class SteeringBody
{
    private const int LongestReason = 1024;

    /// <summary>The reason; also looks at the client token, which needs no memory: either request is the same when it is repeated.</summary>
    public static string? Reason(JsonBody body)
    {
        var reason = body.Text("Reason");
        var constraints = new Constraints();
        constraints.Text(body.Text("ClientToken"), "clientToken", 64, Patterns.Visible);
        constraints.ShorterThan(reason, "reason", LongestReason);
        constraints.Require();
        return reason;
    }

    /// <exception cref="ApiException">It is over: there is nothing to pause or to resume.</exception>
    public static async Task RequireNotOverAsync(ApiRequest request, ExecutionName arn)
    {
        var execution = await request.Engine.Client.GetAsync(arn.Text, request.Aborted).ConfigureAwait(false);
        if (execution?.Status.IsOver() != false) throw new ApiException(ApiErrors.ResourceConflict, "The durable execution is over.");
    }
}
