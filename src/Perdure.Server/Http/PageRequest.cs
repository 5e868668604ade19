namespace Perdure.Server.Http;

/// <summary>Which page of a listing is asked for.</summary>
/// <param name="Marker">Where the one before ended; empty for the first.</param>
/// <param name="MaxItems">As it was asked for; null when it was not.</param>
internal sealed record PageRequest(string Marker, int? MaxItems)
{
    private const int Most = 1000;

    /// <summary>At most so many. None, like 0, is the default.</summary>
    public int Items => MaxItems is > 0 and var items ? items : 100;

    public static PageRequest Of(QueryValues query) => new(query.Text("Marker") ?? "", query.Number("MaxItems"));

    public void Check(Constraints constraints) => constraints.Range(MaxItems, "maxItems", 0, Most);
}
