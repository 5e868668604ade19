namespace PriorAuthorization;

/// <summary>A case that can be opened from the page.</summary>
internal sealed record CaseTemplate(string Id, string Title, string About, string ProcedureCode, string[] DiagnosisCodes, string Chart)
{
    public string ChartUri => $"chart://sample/{Chart}";

    public bool IsInsured { get; init; } = true;

    /// <summary>What the provider could send when it is asked, a statement a line.</summary>
    public string Document { get; init; } = "";
}

internal static class CaseTemplates
{
    public static IReadOnlyList<CaseTemplate> All { get; } =
    [
        new("mri", "MRI of the lumbar spine", "The chart is complete.", "72148", ["M54.16"], "lumbar-mri")
        {
            Document = "Progress note of this week: pain in the left leg unchanged after sixteen weeks",
        },
        new("knee", "Knee replacement", "A report is missing: the provider is asked.", "27447", ["M17.11"], "knee-replacement")
        {
            Document = "Physiotherapy report: twelve physiotherapy sessions completed over eight weeks without lasting relief",
        },
        new("glucose", "Continuous glucose monitor", "A criterion is not documented: a second model is asked.", "95250", ["E10.9"], "glucose-monitor")
        {
            Document = "Training completed with a diabetes educator on 3 October",
        },
        new("sleep", "Attended sleep study", "The payer has no policy: the physician writes the letter.", "95810", ["G47.33"], "sleep-study")
        {
            Document = "Oximetry at home: 22 desaturations an hour",
        },
        new("lapsed", "MRI, coverage lapsed", "The payer does not cover the patient any more.", "72148", ["M54.16"], "lumbar-mri") { IsInsured = false },
        new("lost", "MRI, chart not found", "There is no chart under the address: the provider is asked.", "72148", ["M54.16"], "nowhere")
        {
            Document = """
                Pain radiating to the left leg for fourteen weeks
                Physiotherapy, ten sessions over eight weeks, without lasting relief
                Left ankle reflexes absent, strength of the left foot reduced
                """,
        },
    ];

    public static CaseTemplate? Find(string id) => All.FirstOrDefault(template => template.Id == id);

    public static CaseTemplate? Of(PriorAuthRequest request) =>
        All.FirstOrDefault(template => template.ProcedureCode == request.ProcedureCode && template.ChartUri == request.ChartUri);

    public static string TitleOf(string procedureCode) => All.FirstOrDefault(template => template.ProcedureCode == procedureCode)?.Title ?? procedureCode;
}
