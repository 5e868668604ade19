using System.Text.Json;
using Microsoft.Extensions.AI;
using Perdure;

namespace PriorAuthorization;

/// <summary>A model's answer as it is recorded: what it costs can be read, what it says cannot.</summary>
internal sealed record ModelAnswer([property: SensitiveData] string Response, string? Model, long Tokens);

/// <summary>The call of a model failed. The provider's own words are not passed on: they may quote the prompt.</summary>
internal sealed class ModelCallException(string reason) : Exception($"The model could not be asked: {reason}.");

/// <summary>The agent has used up what it may spend.</summary>
internal sealed class BudgetExceededException(long spent, long budget) : Exception($"{spent} tokens are spent; the budget is {budget}.");

/// <summary>
/// A chat client whose every call is a recorded step: an answer that is on the record is never asked for again, whatever crashes.
/// </summary>
/// <remarks>
/// <para>
/// It is the innermost client: loops above it (tools, structured answers) run as plain function code and find the same answers on every
/// replay. Such loops continue where a durable task ends, which is on the function's turn, so they may call the context again.
/// </para>
/// <para>
/// Messages may carry addresses of pages (<see cref="UriContent"/>) instead of text. The text is fetched inside of the step, and goes to the
/// model but not to the record.
/// </para>
/// </remarks>
internal sealed class DurableChatClient(ModelService models, IDurableContext context, AgentCall agent) : IChatClient
{
    private static readonly StepConfig Config = new()
    {
        // For some hours: an outage of the provider should not end what has waited for days.
        RetryStrategy = RetryStrategy.Exponential(maxAttempts: 30, initialDelay: TimeSpan.FromSeconds(2), maxDelay: TimeSpan.FromMinutes(15)),
    };

    private long _spent;

    /// <summary>How many calls were made.</summary>
    public int Calls { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        // What was spent is read from recorded answers: replay decides as the first run did.
        if (_spent >= agent.TokenBudget) throw new BudgetExceededException(_spent, agent.TokenBudget);
        var asked = messages.ToArray();
        var answer = await context.StepAsync(
            (step, token) => models.AskAsync(agent, step.IdempotencyKey, asked, options, token), $"{agent.Agent}-model-{++Calls}", Config).ConfigureAwait(false);
        _spent += answer.Tokens;
        return JsonSerializer.Deserialize<ChatResponse>(answer.Response, AIJsonUtilities.DefaultOptions)!; // written by AskAsync
    }

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null,
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        // Only whole answers can be recorded.
        foreach (var update in (await GetResponseAsync(messages, options, cancellationToken).ConfigureAwait(false)).ToChatResponseUpdates()) yield return update;
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => serviceKey is null && serviceType.IsInstanceOfType(this) ? this : null;

    public void Dispose()
    {
        // The model belongs to the host.
    }
}

/// <summary>Who asks, for which case, and how much it may cost.</summary>
internal sealed record AgentCall(string Agent, string CaseId)
{
    public long TokenBudget { get; init; } = 200_000;
}

internal static class DurableChat
{
    /// <summary>The model, with its calls and the calls of its tools as steps of <paramref name="context"/>.</summary>
    public static IChatClient AsDurable(this ModelService models, IDurableContext context, AgentCall agent)
    {
        var client = new DurableChatClient(models, context, agent);
        return new FunctionInvokingChatClient(client)
        {
            // By turn and the model's own id: what it asks for in one turn has no order that could be relied upon, and some number from 0 in each.
            FunctionInvoker = async (call, _) => (await context.StepAsync(
                async (_, token) => new ToolAnswer(JsonSerializer.Serialize(await call.Function.InvokeAsync(call.Arguments, token))),
                $"tool {call.Function.Name}",
                new StepConfig { Key = $"{client.Calls}:{call.CallContent.CallId}" }).ConfigureAwait(false)).Json,
            MaximumIterationsPerRequest = 10,
        };
    }

    private sealed record ToolAnswer([property: SensitiveData] string Json);
}
