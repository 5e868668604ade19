using System.Text;

namespace Perdure.Server.Tests.Proofs;

/// <summary>A request that is right, or wrong in one way.</summary>
/// <param name="Operation">Which operation it means.</param>
/// <param name="What">What is wrong with it.</param>
internal sealed record MalformedRequest(string Operation, string What, string Method, string Target, byte[]? Body, IReadOnlyList<(string Name, string Value)> Headers)
{
    public Task<ApiReply> SendAsync(ApiClient http) => http.SendAsync(Method, Target, Body, Headers);

    public override string ToString() => $"{Operation}, {What}: {Method} {Start(Target)} {Start(Body is null ? "" : Encoding.UTF8.GetString(Body))}";

    private static string Start(string text) => text.Length <= 300 ? text : text[..300] + "...";
}

/// <summary>What is there to be named: requests that are right name these.</summary>
/// <param name="Arn">A running execution of <c>held</c>.</param>
/// <param name="Token">The token of its invocation.</param>
/// <param name="CallbackId">Its open callback.</param>
/// <param name="Marker">Where the second page of its history begins.</param>
internal sealed record KnownNames(string Arn, string Token, string CallbackId, string Marker)
{
    public static async Task<KnownNames> OpenAsync(TestServer server)
    {
        var call = await server.HoldAsync("known");
        var opened = (await server.Http.CheckpointAsync(call.Arn, call.Token, """[{"Id":"c","Type":"CALLBACK","Action":"START"}]""")).Is(200);
        var page = (await server.Http.HistoryAsync(call.Arn, "?MaxItems=1")).Is(200);
        (await server.Http.SendAsync("POST", "/2015-03-31/functions/echo/aliases", """{"Name":"live","FunctionVersion":"$LATEST"}""")).Is(201);
        return new KnownNames(call.Arn, opened.Token, opened.NewOperations[0].GetProperty("CallbackDetails").GetProperty(nameof(CallbackId)).GetString()!, page.NextMarker!);
    }
}
