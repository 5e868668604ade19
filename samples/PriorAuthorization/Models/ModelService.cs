using System.Text.Json;
using Microsoft.Extensions.AI;

namespace PriorAuthorization;

/// <summary>The model as every agent gets to it: paced, counted, and given the pages that a prompt refers to.</summary>
internal sealed class ModelService(IChatClient model, ModelPace pace, ModelMeter meter, ChartStore charts, TimeProvider clock)
{
    /// <summary>For one answer. The wait for a turn is not in it: how long the queue is, is not the model's fault.</summary>
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromMinutes(5);

    public async Task<ModelAnswer> AskAsync(
        AgentCall agent, string stepKey, ChatMessage[] messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var whole = new List<ChatMessage>(messages.Length);
        foreach (var message in messages) whole.Add(await FillInAsync(message, cancellationToken));
        await pace.WaitForTurnAsync(cancellationToken);
        var response = await meter.MeasureAsync(
            agent.CaseId, agent.Agent, stepKey, () => CallAsync(whole, options, cancellationToken), static response => TokensOf(response));
        return new ModelAnswer(JsonSerializer.Serialize(response, AIJsonUtilities.DefaultOptions), response.ModelId, TokensOf(response));
    }

    private async Task<ChatResponse> CallAsync(List<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        using var expired = new CancellationTokenSource(AnswerLimit, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(expired.Token, cancellationToken);
        try
        {
            return await model.GetResponseAsync(messages, options, either.Token);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ModelCallException(error.GetType().Name);
        }
    }

    private async Task<ChatMessage> FillInAsync(ChatMessage message, CancellationToken cancellationToken)
    {
        if (!message.Contents.Any(static content => content is UriContent)) return message;
        var contents = new List<AIContent>(message.Contents.Count);
        foreach (var content in message.Contents)
            contents.Add(content is UriContent page ? new TextContent(await charts.ReadPageAsync(page.Uri.OriginalString, cancellationToken)) : content);
        return new ChatMessage(message.Role, contents);
    }

    private static long TokensOf(ChatResponse response) =>
        response.Usage is { } usage ? usage.TotalTokenCount ?? (usage.InputTokenCount ?? 0) + (usage.OutputTokenCount ?? 0) : 0;
}
