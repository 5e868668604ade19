namespace PriorAuthorization;

/// <summary>A case that can be opened from the page.</summary>
internal sealed record CaseTemplate(string Id, string Title, string About, string ProcedureCode, string[] DiagnosisCodes, string Chart)
{
    public bool IsInsured { get; init; } = true;
}

internal static class CaseTemplates
{
    public static IReadOnlyList<CaseTemplate> All { get; } =
    [
        new("mri", "MRI of the lumbar spine", "The chart is complete.", "72148", ["M54.16"], "lumbar-mri"),
        new("knee", "Knee replacement", "A report is missing: the provider is asked.", "27447", ["M17.11"], "knee-replacement"),
        new("glucose", "Continuous glucose monitor", "A criterion is not documented: a second model is asked.", "95250", ["E10.9"], "glucose-monitor"),
        new("sleep", "Attended sleep study", "The payer has no policy: the physician writes the letter.", "95810", ["G47.33"], "sleep-study"),
        new("lapsed", "MRI, coverage lapsed", "The payer does not cover the patient any more.", "72148", ["M54.16"], "lumbar-mri") { IsInsured = false },
        new("lost", "MRI, chart not found", "There is no chart under the address: the provider is asked.", "72148", ["M54.16"], "nowhere"),
    ];

    public static CaseTemplate? Find(string id) => All.FirstOrDefault(template => template.Id == id);

    public static string TitleOf(string procedureCode) => All.FirstOrDefault(template => template.ProcedureCode == procedureCode)?.Title ?? procedureCode;
}
