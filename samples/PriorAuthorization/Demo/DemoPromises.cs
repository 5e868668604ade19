namespace PriorAuthorization;

/// <summary>What must hold of the cases, whatever was killed.</summary>
internal static class DemoPromises
{
    /// <summary>The process was killed twice; so many calls can have been under way each time, and only those may be made again.</summary>
    private const int CallsUnderWay = 12;

    public static IEnumerable<string> Broken(IReadOnlyList<DemoCase> expected, IReadOnlyList<CaseDetails> cases, int kills)
    {
        if (kills != 2) yield return $"the worker was killed {kills} times, not twice";
        foreach (var (promise, actual) in expected.Zip(cases))
        {
            var summary = actual.Summary;
            if (summary.State != promise.Status) yield return $"{summary.Id} ended {summary.State}, not {promise.Status}";
            var claims = actual.Ledger.Where(static entry => entry.Kind == LedgerKind.Claim).ToList();
            if (claims.Count != promise.Claims) yield return $"the payer has {claims.Count} claims of {summary.Id}, not {promise.Claims}";
            if (promise.Claims > 0 && claims.All(claim => claim.Reference != summary.PayerReference)) yield return $"{summary.Id} knows a reference that the payer does not";
            var told = actual.Messages.Count(message => message.Subject == $"{summary.Id} is {promise.Status}");
            if (told != 1) yield return $"the provider was told {told} times how {summary.Id} ended";
            var needed = RecordedCalls(actual);
            if (actual.Usage.Calls - actual.Usage.Repeated != needed) yield return $"{summary.Id} has {needed} recorded answers of models and made {actual.Usage.Calls} calls, {actual.Usage.Repeated} of them again";
        }

        var repeated = cases.Sum(static item => item.Usage.Repeated);
        if (repeated > CallsUnderWay) yield return $"{repeated} calls of models were made again, more than can have been under way";
    }

    /// <summary>Each is a step of the case, but for one: the criteria are listed by an execution of their own.</summary>
    public static int RecordedCalls(CaseDetails details) =>
        details.Operations.Count(static operation => operation.Name.Contains("-model-", StringComparison.Ordinal)) + 1;
}
