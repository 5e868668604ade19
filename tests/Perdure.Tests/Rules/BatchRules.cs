using static Perdure.OperationAction;
using static Perdure.Tests.Some;

namespace Perdure.Tests.Rules;

/// <summary>Field and batch rules: the first failure refuses everything, and nothing is half-done.</summary>
public class BatchRules
{
    [Fact]
    public void A_success_with_an_error_is_refused() =>
        Assert.Equal("Cannot provide an Error for SUCCEED action.", new Some().Refusal(Step(Succeed) with { Error = Error("x") }));

    [Fact]
    public void A_failure_with_a_payload_is_refused() =>
        Assert.Equal("Cannot provide a Payload for FAIL action.", new Some().Refusal(Step(Fail) with { Payload = "1" }));

    [Fact]
    public void A_retry_with_both_is_refused() =>
        Assert.Equal("Cannot provide both error and payload to RETRY a STEP.", new Some().Refusal(Step(Retry) with { Payload = "1" }));

    [Fact]
    public void Step_options_belong_to_a_retry_and_a_retry_needs_them()
    {
        Assert.Equal("Invalid StepOptions for the given action.", new Some().Refusal(Step(Retry) with { StepOptions = null }));
        Assert.Equal("Invalid StepOptions for the given action.", new Some().Refusal(Step(Start) with { StepOptions = new() }));
        Assert.StartsWith("StepOptions.NextAttemptDelaySeconds is 0;", new Some().Refusal(Step(Retry) with { StepOptions = new() { NextAttemptDelaySeconds = 0 } }));
    }

    [Fact]
    public void An_update_that_contradicts_the_operation_is_refused()
    {
        var some = new Some().Checkpoint(Context(Start, "ctx"), Step(Start) with { Name = "a", SubType = "Step" });

        Assert.Equal("Inconsistent operation type.", some.Refusal(Wait()));
        Assert.Equal("Inconsistent operation subtype.", some.Refusal(Step(Succeed) with { SubType = "Other" }));
        Assert.Equal("Inconsistent operation name.", some.Refusal(Step(Succeed) with { Name = "b" }));
        Assert.Equal("Inconsistent parent operation id.", some.Refusal(Step(Succeed) with { ParentId = "ctx" }));
        some.Checkpoint(Step(Succeed)); // absent name and subtype are no contradiction
    }

    [Theory]
    [InlineData("")]
    [InlineData("has space")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345")]
    public void A_bad_id_is_refused(string id) => Assert.Equal("Invalid operation id.", new Some().Refusal(Step(Start, id)));

    [Fact]
    public void A_bad_name_or_subtype_is_refused()
    {
        Assert.StartsWith("Invalid operation name", new Some().Refusal(Step(Start) with { Name = "caf\u00e9" }));
        Assert.StartsWith("Invalid operation subtype", new Some().Refusal(Step(Start) with { SubType = new string('s', 33) }));
    }

    [Fact]
    public void Payloads_and_errors_over_the_limit_are_refused()
    {
        Assert.Equal("STEP payload size must be less than or equal to 1048576 bytes.", new Some().Refusal(Step(Succeed) with { Payload = new string('x', 1_048_577) }));
        Assert.StartsWith("Error object size must be less than", new Some().Refusal(Step(Fail) with { Error = Error(new string('x', 1_048_576)) }));
    }

    [Fact]
    public void An_unknown_type_is_refused() => Assert.Equal("Invalid operation type.", new Some().Refusal(Update("SIGNAL", Start)));

    [Fact]
    public void At_most_one_EXECUTION_update_and_only_as_the_last()
    {
        var close = Update(OperationTypes.Execution, Succeed, "e");

        Assert.Equal("Cannot checkpoint multiple EXECUTION updates.", new Some().Refusal(close, close));
        Assert.Equal("EXECUTION checkpoint must be the last update.", new Some().Refusal(close, Step(Start)));
        Assert.Equal(ExecutionStatus.Succeeded, new Some().Checkpoint(Step(Start), close).State.Status);
    }

    [Fact]
    public void One_operation_twice_only_as_a_start_and_its_end()
    {
        foreach (var end in new[] { Succeed, Fail, Retry }) Assert.Equal(3, new Some().Checkpoint(Step(Start), Step(end)).Events.Count);
        foreach (var end in new[] { Succeed, Fail }) Assert.Equal(3, new Some().Checkpoint(Context(Start), Context(end)).Events.Count);

        const string Twice = "Cannot update the same operation twice in a single request.";
        Assert.Equal(Twice, new Some().Refusal(Step(Start), Step(Start)));
        Assert.Equal(Twice, new Some().Refusal(Step(Start), Step(Succeed), Step(Fail)));
        Assert.Equal(Twice, new Some().Refusal(Step(Succeed), Step(Start)));
        Assert.Equal(Twice, new Some().Refusal(Wait(), Update(OperationTypes.Wait, Cancel)));
        Assert.Equal(Twice, new Some().Refusal(Context(Start), Step(Succeed)));
    }

    [Fact]
    public void A_parent_is_a_context_that_exists_or_starts_earlier_in_the_batch()
    {
        var child = Step(Start, "child") with { ParentId = "op" };

        Assert.Equal("op", new Some().Checkpoint(Context(Start), child)["child"].ParentId);
        Assert.Equal("Invalid parent operation id.", new Some().Refusal(child, Context(Start)));
        Assert.Equal("Invalid parent operation id.", new Some().Refusal(child));
        Assert.Equal("Invalid parent operation id.", new Some().Checkpoint(Step(Start)).Refusal(child));

        // A closed parent is no reason: what its descendants do is only hidden.
        Assert.NotNull(new Some().Checkpoint(Context(Start), Context(Succeed)).Checkpoint(child)["child"]);
    }

    [Fact]
    public void The_first_failure_refuses_the_whole_batch()
    {
        var some = new Some();

        some.Refusal(Step(Start, "good"), Wait(0, "bad"), Step(Start, "also-good"));

        Assert.Null(some.State.Find("good"));
        Assert.Equal(["ExecutionStarted"], some.EventTypes);
    }

    [Fact]
    public void A_poll_that_finds_nothing_records_nothing()
    {
        var some = new Some();

        Assert.True(some.Checkpoint().Last.IsEmpty);
        Assert.Equal(1, some.State.Version);
    }
}
