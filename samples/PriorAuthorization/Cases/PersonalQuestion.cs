using Perdure;

namespace PriorAuthorization;

/// <summary>A question to a person: who is asked, how long they have, and when they are reminded.</summary>
internal sealed record PersonalQuestion(string Name, string CaseId, string To)
{
    public required string Subject { get; init; }

    public required TimeSpan Timeout { get; init; }

    public required TimeSpan RemindEvery { get; init; }

    /// <summary>Who is told that nobody answers, and with which reminder.</summary>
    public (string To, int AtReminder)? Escalation { get; init; }
}

/// <summary>Asks people, reminds them, asks somebody else, and gives up.</summary>
internal sealed class People(Outbox outbox)
{
    /// <summary>The answer; null when nobody answered in time.</summary>
    public Task<T?> AskAsync<T>(IDurableContext context, PersonalQuestion question) where T : class => context.RunInChildContextAsync(
        async (asking, _) =>
        {
            var callback = await asking.CreateCallbackAsync<T>($"{question.Name}-answer", new CallbackConfig { Timeout = question.Timeout });
            await SendAsync(asking, question, question.To, question.Subject, "ask");

            var answer = callback.GetResultAsync();
            for (var reminder = 1; ; reminder++)
            {
                // Both are recorded: whichever came first comes first on every replay.
                var patience = asking.WaitAsync(question.RemindEvery, $"patience-{reminder}");
                if (await Task.WhenAny(answer, patience) == answer) break;
                await SendAsync(asking, question, question.To, $"Reminder {reminder}: {question.Subject}", $"remind-{reminder}");
                if (question.Escalation is { } escalation && reminder == escalation.AtReminder)
                    await SendAsync(asking, question, escalation.To, $"Nobody has answered: {question.Subject}", "escalate");
            }

            try
            {
                return (T?)await answer;
            }
            catch (CallbackTimeoutException)
            {
                return null;
            }
        },
        question.Name);

    private Task SendAsync(IDurableContext context, PersonalQuestion question, string to, string subject, string step) => context.StepAsync(
        (sending, token) => outbox.SendAsync(question.CaseId, to, subject, sending.IdempotencyKey, token), step);
}
