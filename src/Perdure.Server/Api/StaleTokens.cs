using Perdure.Client;
using Perdure.Server.Http;

namespace Perdure.Server.Api;

/// <summary>The text that tells a function's SDK that its token is stale, so that it ends the invocation and does not fail the execution.</summary>
/// <remarks>
/// The service says <c>Invalid checkpoint token</c>. Some SDKs that are in use look for the beginning <c>Invalid Checkpoint Token</c>, in
/// these letters, and take anything else for a permanent failure: they get what they look for.
/// </remarks>
internal static class StaleTokens
{
    private const string Lower = "Invalid checkpoint token";
    private const string Capitalised = "Invalid Checkpoint Token";

    private static readonly string[] WantCapitals = ["aws-durable-execution-sdk-js/", "aws-durable-execution-sdk-dotnet/"];

    public static async Task<T> WordedForAsync<T>(ApiRequest request, Func<Task<T>> ask)
    {
        try
        {
            return await ask().ConfigureAwait(false);
        }
        catch (CheckpointRefusedException refused) when (refused.Message.StartsWith(Lower, StringComparison.Ordinal))
        {
            throw new ApiException(ApiErrors.InvalidParameterValue, For(request.Header("User-Agent")) + refused.Message[Lower.Length..], refused);
        }
    }

    private static string For(string? userAgent) =>
        userAgent is not null && WantCapitals.Any(agent => userAgent.Contains(agent, StringComparison.OrdinalIgnoreCase)) ? Capitalised : Lower;
}
