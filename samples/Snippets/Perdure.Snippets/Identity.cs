namespace Perdure.Snippets;

/// <summary>Ids that a replay makes again.</summary>
public static class Identity
{
    /// <summary>Ids by purpose.</summary>
    public static (Guid Case, string Key) Name(IDurableContext context)
    {
        // <snippet identity-keys>
        var caseId = context.NewGuid("case");              // by its key: independent of the order of calls
        var key = context.GetIdempotencyKey("open-case");  // for a system that wants one
        // </snippet identity-keys>
        return (caseId, key);
    }
}
