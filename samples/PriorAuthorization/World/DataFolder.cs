namespace PriorAuthorization;

/// <summary>Where the world around the function keeps its books; null keeps them in memory.</summary>
internal sealed record DataFolder(string? Path)
{
    public string? File(string name) => Path is null ? null : System.IO.Path.Combine(Path, name);
}
