namespace PriorAuthorization;

/// <summary>Prints what came of the cases.</summary>
internal sealed class DemoReport(TextWriter output)
{
    public void Write(IReadOnlyList<DemoCase> expected, IReadOnlyList<CaseDetails> cases, IReadOnlyList<string> broken)
    {
        foreach (var (promise, details) in expected.Zip(cases)) WriteStory(promise, details);
        output.WriteLine();
        output.WriteLine($"  {"case",-12} {"what happens",-25} {"outcome",-10} {"claims",6} {"model calls",12} {"repeated",9} {"tokens",7}");
        foreach (var (promise, details) in expected.Zip(cases))
        {
            var claims = details.Ledger.Count(static entry => entry.Kind == LedgerKind.Claim);
            output.WriteLine(
                $"  {details.Summary.Id,-12} {promise.Title,-25} {details.Summary.State,-10} {claims,6} {details.Usage.Calls,12} {details.Usage.Repeated,9} {details.Usage.Tokens,7}");
        }

        output.WriteLine();
        foreach (var entry in cases.SelectMany(static details => details.Ledger).OrderBy(static entry => entry.At))
            output.WriteLine($"  payer's ledger: {entry.Reference} {entry.CaseId} {entry.Kind}{(entry.Kind == LedgerKind.Decision ? $": {entry.Verdict}" : "")}");
        output.WriteLine();
        foreach (var promise in broken) output.WriteLine($"  BROKEN: {promise}");
    }

    private void WriteStory(DemoCase promise, CaseDetails details)
    {
        output.WriteLine();
        output.WriteLine($"  {details.Summary.Id}, {promise.Title}");
        foreach (var line in details.Story)
            output.WriteLine($"    {(line.At - details.Summary.StartedAt).TotalSeconds,6:F1} s  {line.Text}");
    }
}
