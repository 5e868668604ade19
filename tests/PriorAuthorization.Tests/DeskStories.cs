using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>People answer: once, in the right form.</summary>
public class DeskStories
{
    private static readonly PhysicianDecision Signature = new(true, "Dr. Grey", null, null);

    [Fact]
    public async Task The_first_of_two_physicians_decides_and_the_second_is_told_who_that_was()
    {
        await using var office = await Office.OpenAsync("mri");

        Assert.IsType<Answered.Taken>(await office.Desk.DecideAsync(office.CaseId, Signature, default));
        var second = Assert.IsType<Answered.Closed>(await office.Desk.DecideAsync(office.CaseId, new(false, "Dr. Late", "Not indicated.", null), default));

        Assert.Equal("Dr. Grey", second.First?.Physician);
        await office.Host.SettleAsync();
        var decided = Assert.Single(office.Surroundings.Audit.Entries, static entry => entry.What.StartsWith("letter-", StringComparison.Ordinal));
        Assert.Equal(("letter-signed", "Dr. Grey"), (decided.What, decided.Who));
    }

    [Fact]
    public async Task Of_two_physicians_at_the_same_moment_one_decides()
    {
        await using var office = await Office.OpenAsync("mri");

        var answers = await Task.WhenAll(Enumerable.Range(1, 8).Select(number =>
            Task.Run(() => office.Desk.DecideAsync(office.CaseId, Signature with { Physician = $"Dr. {number}" }, default))));

        Assert.Single(answers.OfType<Answered.Taken>());
        Assert.Equal(7, answers.OfType<Answered.Closed>().Count());
    }

    [Theory]
    [InlineData("", true, null, null, "physician")]
    [InlineData("Dr. Grey", false, null, null, "note")]
    [InlineData("Dr. Grey", false, "  ", null, "note")]
    public async Task A_decision_without_its_form_is_refused_and_the_case_still_waits(string physician, bool approved, string? note, string? letter, string field)
    {
        await using var office = await Office.OpenAsync("mri");

        var refused = Assert.IsType<Answered.Invalid>(await office.Desk.DecideAsync(office.CaseId, new(approved, physician, note, letter), default));

        Assert.Equal(field, refused.Field);
        Assert.Equal("physician", (await office.Cases.FindAsync(office.CaseId, default))!.Summary.Asks);
    }

    [Fact]
    public async Task A_signature_without_any_letter_is_refused()
    {
        await using var office = await Office.OpenAsync("sleep");

        var refused = Assert.IsType<Answered.Invalid>(await office.Desk.DecideAsync(office.CaseId, Signature, default));
        Assert.Equal("editedLetter", refused.Field);
        Assert.IsType<Answered.Taken>(await office.Desk.DecideAsync(office.CaseId, Signature with { EditedLetter = "A letter of my own." }, default));
    }

    [Theory]
    [InlineData("mri", "")]
    [InlineData("mri", "  ")]
    [InlineData("sleep", "\n")]
    public async Task A_letter_that_was_emptied_cannot_be_signed_and_the_case_still_waits(string template, string letter)
    {
        await using var office = await Office.OpenAsync(template);

        var refused = Assert.IsType<Answered.Invalid>(await office.Desk.DecideAsync(office.CaseId, Signature with { EditedLetter = letter }, default));

        Assert.Equal("editedLetter", refused.Field);
        Assert.Equal("physician", (await office.Cases.FindAsync(office.CaseId, default))!.Summary.Asks);
        Assert.IsType<Answered.Taken>(await office.Desk.DecideAsync(office.CaseId, new(false, "Dr. Grey", "Not indicated.", letter), default));
    }

    [Fact]
    public async Task A_second_signature_without_a_letter_is_told_who_was_first()
    {
        await using var office = await Office.OpenAsync("sleep");
        await office.Desk.DecideAsync(office.CaseId, Signature with { EditedLetter = "A letter of my own." }, default);

        var second = Assert.IsType<Answered.Closed>(await office.Desk.DecideAsync(office.CaseId, new(true, "Dr. Late", null, null), default));

        Assert.Equal("Dr. Grey", second.First?.Physician);
    }

    [Fact]
    public async Task What_the_provider_writes_goes_to_the_record_system_and_the_case_gets_its_address()
    {
        await using var office = await Office.OpenAsync("knee");

        Assert.IsType<Answered.Taken>(await office.Desk.DeliverAsync(office.CaseId, "Physiotherapy report: sessions completed without lasting relief", default));
        await office.Host.SettleAsync();

        var details = await office.Cases.FindAsync(office.CaseId, default);
        Assert.Equal("physician", details!.Summary.Asks); // it exists
        Assert.Contains(details.Review!.Findings, static finding => finding.Page?.StartsWith("chart://case-", StringComparison.Ordinal) == true);
    }

    [Fact]
    public async Task A_document_that_comes_too_late_leaves_the_one_that_was_taken_as_it_is()
    {
        await using var office = await Office.OpenAsync("knee");
        var late = office.DeskThatReads(before: async () => Assert.IsType<Answered.Taken>(await office.Desk.DeliverAsync(office.CaseId, "The first report", default)));

        Assert.IsType<Answered.Closed>(await late.DeliverAsync(office.CaseId, "The second report", default));

        var answer = (await office.Cases.OperationsAsync(office.CaseId, default))!.Last(static operation => operation.CallbackDetails?.Result is not null); // it exists
        var taken = JsonSerializer.Deserialize<ProviderDocs>(answer.CallbackDetails!.Result!, JsonSerializerOptions.Web)!; // just looked for
        Assert.Contains("The first report", await office.Surroundings.Charts.ReadPageAsync(Assert.Single(taken.Pages), default), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_that_nobody_waits_for_changes_nothing()
    {
        await using var office = await Office.OpenAsync("mri");

        Assert.IsType<Answered.Closed>(await office.Desk.DeliverAsync(office.CaseId, "Unasked", default));
        Assert.IsType<Answered.NoSuchCase>(await office.Desk.DecideAsync("case-none", Signature, default));
    }

    [Fact]
    public async Task A_withdrawn_case_is_over_and_cannot_be_withdrawn_again()
    {
        await using var office = await Office.OpenAsync("mri");

        Assert.IsType<Answered.Taken>(await office.Desk.WithdrawAsync(office.CaseId, default));
        await office.Host.SettleAsync();

        Assert.Equal(CaseStatus.Withdrawn, (await office.Cases.FindAsync(office.CaseId, default))!.Summary.State);
        Assert.IsType<Answered.Closed>(await office.Desk.WithdrawAsync(office.CaseId, default));
    }

    [Fact]
    public async Task The_story_tells_what_happened_and_the_list_what_is_awaited()
    {
        await using var office = await Office.OpenAsync("glucose");

        var details = (await office.Cases.FindAsync(office.CaseId, default))!; // it exists

        Assert.Equal(("running", "the physician's signature"), (details.Summary.State, details.Summary.WaitsFor));
        Assert.Equal(["The case was opened.", "The chart was found.", "An agent has read the pages."], details.Story.Take(3).Select(static line => line.Text));
        Assert.Equal(
            ["An agent has judged each criterion and drafted a letter.", "A second model has given its opinion.", "The letter waits for the physician."],
            details.Story.TakeLast(3).Select(static line => line.Text));
        Assert.Contains(details.Story, static line => line.Text == "An agent has listed the payer's criteria."); // beside the question to the payer
        Assert.Equal("waiting", details.Story[^1].Tone);
        Assert.Equal(0, details.Operations[0].Depth);
        Assert.Equal(1, details.Operations[1].Depth);
    }

    /// <summary>A case that waits for somebody, and the desk where they answer.</summary>
    private sealed class Office : IAsyncDisposable
    {
        private Office(DurableTestHost host, Surroundings surroundings)
        {
            (Host, Surroundings) = (host, surroundings);
            Cases = new CaseBook(host.Client, surroundings.Books, surroundings.Meter, surroundings.Messages);
            Desk = new CaseDesk(host.Client, Cases, surroundings.Charts);
        }

        /// <summary>A desk at which something happens between reading a case and answering it.</summary>
        public CaseDesk DeskThatReads(Func<Task> before)
        {
            var client = ClientDouble.HoldingBackOperations(Host.Client, before);
            return new CaseDesk(client, new CaseBook(client, Surroundings.Books, Surroundings.Meter, Surroundings.Messages), Surroundings.Charts);
        }

        public DurableTestHost Host { get; }

        public Surroundings Surroundings { get; }

        public CaseBook Cases { get; }

        public CaseDesk Desk { get; }

        public string CaseId { get; private set; } = "";

        public static async Task<Office> OpenAsync(string template)
        {
            var clock = new ManualTimeProvider();
            var surroundings = new Surroundings(clock);
            var host = await surroundings.StartHostAsync(clock);
            var office = new Office(host, surroundings);
            office.CaseId = await office.Cases.OpenAsync(CaseTemplates.Find(template)!, Urgency.Standard, PayerBehaviour.Accepts, default); // a known one
            await host.SettleAsync();
            return office;
        }

        public ValueTask DisposeAsync() => Host.DisposeAsync();
    }
}
