using System.Security.Cryptography;
using Perdure;

namespace PriorAuthorization;

/// <summary>What became of an answer.</summary>
internal abstract record Answered
{
    public sealed record Taken : Answered;

    public sealed record NoSuchCase(string Id) : Answered;

    /// <summary>Nobody waits for it (any more).</summary>
    /// <param name="Id">The case.</param>
    /// <param name="First">The answer that came first, when it was one of a physician.</param>
    public sealed record Closed(string Id, PhysicianDecision? First) : Answered;

    public sealed record Invalid(string Field, string Problem) : Answered;
}

/// <summary>Where people answer: what does not have the right form is refused here, so that the case is never given it.</summary>
internal sealed class CaseDesk(IPerdureClient client, CaseBook cases, ChartStore charts)
{
    private const int MaxText = 20_000;
    private static readonly string[] ProviderQuestions = ["missing-information", "payer-information"];

    public async Task<Answered> DecideAsync(string id, PhysicianDecision decision, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(decision.Physician)) return new Answered.Invalid("physician", "is empty: whoever decides gives their name.");
        if (decision.Physician.Length > 100) return new Answered.Invalid("physician", $"has {decision.Physician.Length} characters; at most 100 are taken.");
        if (!decision.Approved && string.IsNullOrWhiteSpace(decision.Note)) return new Answered.Invalid("note", "is empty: a refusal gives its reason.");
        if (decision.EditedLetter is { Length: > MaxText }) return new Answered.Invalid("editedLetter", $"has {decision.EditedLetter.Length} characters; at most {MaxText} are taken.");

        if (await cases.OperationsAsync(id, cancellationToken) is not { } operations) return new Answered.NoSuchCase(id);
        if (decision.Approved && CaseStory.OpenQuestion(operations, "physician-review") is not null)
        {
            var draft = CaseBook.ShownOf(operations)?.Letter;
            if (string.IsNullOrWhiteSpace(decision.EditedLetter ?? draft))
                return new Answered.Invalid("editedLetter", string.IsNullOrWhiteSpace(draft) ? "is empty, and no agent has drafted a letter: write it." : "is empty: what is signed has a text.");
        }

        return await AnswerAsync(id, operations, "physician-review", decision, cancellationToken);
    }

    public async Task<Answered> DeliverAsync(string id, string text, CancellationToken cancellationToken)
    {
        if (string.IsNullOrWhiteSpace(text)) return new Answered.Invalid("text", "is empty: the page has nothing on it.");
        if (text.Length > MaxText) return new Answered.Invalid("text", $"has {text.Length} characters; at most {MaxText} are taken.");
        if (await cases.OperationsAsync(id, cancellationToken) is not { } operations) return new Answered.NoSuchCase(id);
        var question = Array.Find(ProviderQuestions, name => CaseStory.OpenQuestion(operations, name) is not null);
        if (question is null) return new Answered.Closed(id, null);

        // The text goes to the record system; the case gets its address. Each delivery has one of its own: this one may yet be refused.
        var delivery = $"{CaseStory.OpenQuestion(operations, question)!.Name}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}"; // just found
        var pages = await charts.AddAsync(id, delivery, "Document of the provider\n" + text, cancellationToken);
        return await AnswerAsync(id, operations, question, new ProviderDocs(pages), cancellationToken);
    }

    public async Task<Answered> WithdrawAsync(string id, CancellationToken cancellationToken)
    {
        if (await cases.ArnOfAsync(id, cancellationToken) is not { } arn) return new Answered.NoSuchCase(id);
        return await client.CancelAsync(arn, "withdrawn at the desk", cancellationToken) ? new Answered.Taken() : new Answered.Closed(id, null);
    }

    private async Task<Answered> AnswerAsync<T>(
        string id, IReadOnlyList<Operation> operations, string question, T answer, CancellationToken cancellationToken)
    {
        if (CaseStory.OpenQuestion(operations, question)?.CallbackDetails is not { } open) return new Answered.Closed(id, CaseBook.DecisionOf(operations));
        try
        {
            await client.SendCallbackSuccessAsync(open.CallbackId, answer, cancellationToken);
            return new Answered.Taken();
        }
        catch (CallbackClosedException)
        {
            // Somebody was quicker: tell who.
            return new Answered.Closed(id, CaseBook.DecisionOf(await cases.OperationsAsync(id, cancellationToken) ?? []));
        }
    }
}
