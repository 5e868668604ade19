namespace Perdure.Snippets;

/// <summary>Pauses.</summary>
public static class Waits
{
    /// <summary>For a while, and until an instant.</summary>
    public static async Task WaitAsync(IDurableContext context, Func<string, CancellationToken, Task> tellAsync)
    {
        // <snippet wait>
        var trialEnds = context.TimeProvider.GetUtcNow().AddDays(90);

        await context.WaitAsync(TimeSpan.FromDays(30), "first-month");
        await context.StepAsync((_, token) => tellAsync("How do you like it?", token), "ask");

        await context.WaitUntilAsync(trialEnds, "trial"); // what is left of it: about 60 days
        // </snippet wait>
    }
}
