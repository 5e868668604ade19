using System.ClientModel;
using System.ClientModel.Primitives;
using Microsoft.Extensions.AI;
using OpenAI;

namespace PriorAuthorization;

/// <summary>Which model is asked: the scripted one, or one behind an OpenAI-compatible address (OpenAI, Azure, vLLM, or Ollama at <c>/v1</c>).</summary>
/// <param name="Address">The base address; null for the scripted model.</param>
/// <param name="Model">The model's name.</param>
/// <param name="ApiKey">The key; Ollama wants none.</param>
internal sealed record ModelEndpoint(Uri? Address, string Model, string? ApiKey)
{
    /// <summary>From the environment: <c>MODEL_ENDPOINT</c>, <c>MODEL_NAME</c>, <c>MODEL_API_KEY</c>.</summary>
    /// <exception cref="ArgumentException">The address is none.</exception>
    public static ModelEndpoint FromEnvironment(Func<string, string?> read)
    {
        var address = read("MODEL_ENDPOINT");
        if (string.IsNullOrWhiteSpace(address)) return new ModelEndpoint(null, "scripted", null);
        if (!Uri.TryCreate(address, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw new ArgumentException($"MODEL_ENDPOINT is '{address}'; it must be an http or https address, such as http://127.0.0.1:11434/v1 for Ollama.");
        return read("MODEL_NAME") is { Length: > 0 } model
            ? new ModelEndpoint(uri, model, read("MODEL_API_KEY"))
            : throw new ArgumentException("MODEL_ENDPOINT is set, MODEL_NAME is not: name the model, such as gpt-5-mini or llama3.3.");
    }

    public IChatClient CreateClient(TimeProvider clock) => Address is null
        ? new ScriptedModel(clock, TimeSpan.FromMilliseconds(350))
        : new OpenAIClient(new ApiKeyCredential(ApiKey ?? "none"), Options()).GetChatClient(Model).AsIChatClient();

    /// <summary>The step that asks tries again, and what it tries is counted: the client does not on its own.</summary>
    private OpenAIClientOptions Options() => new() { Endpoint = Address, RetryPolicy = new ClientRetryPolicy(maxRetries: 0) };
}
