using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>The payer takes the claim and we do not learn of it.</summary>
public class LostReplyStories
{
    [Fact]
    public async Task A_lost_answer_is_asked_for_again_under_the_same_key_and_the_payer_has_one_claim()
    {
        await using var world = new CaseWorld();

        var arn = await world.Runner.StartAsync(Some.Case());
        world.Surroundings.Books.SetBehaviour(Some.CaseId, PayerBehaviour.LosesTheAnswer);
        await Act.Sign(world.Runner);
        var result = await world.Runner.WaitForResultAsync(arn);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(2, result.GetStep("submit").Attempt);
        Assert.Equal(1, world.Surroundings.Count(LedgerKind.Claim));
    }

    [Fact]
    public async Task A_crash_between_the_payers_answer_and_its_record_leaves_one_claim()
    {
        await using var world = new CaseWorld(new() { Faults = [Faults.CrashBefore("submit")] });

        var result = await world.RunAsync(Some.Case(), Act.Sign);

        Assert.Equal(CaseStatus.Approved, result.Result!.Status);
        Assert.Equal(1, world.Surroundings.Count(LedgerKind.Claim));
    }

    [Fact]
    public async Task Control_without_a_key_the_same_crash_leaves_two()
    {
        await using var world = new CaseWorld(
            new() { Faults = [Faults.CrashBefore("submit")] }, services => services.Wrap(static payer => new KeylessPayer(payer)));

        await world.RunAsync(Some.Case(), Act.Sign);

        Assert.Equal(2, world.Surroundings.Count(LedgerKind.Claim));
    }
}
