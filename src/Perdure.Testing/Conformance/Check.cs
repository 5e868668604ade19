namespace Perdure.Testing.Conformance;

/// <summary>What a case asserts. The sentence says what should have been.</summary>
internal static class Check
{
    public static void That(bool holds, string sentence)
    {
        if (!holds) throw new StoreConformanceException(sentence);
    }

    public static void Equal<T>(T expected, T actual, string what)
    {
        if (!EqualityComparer<T>.Default.Equals(expected, actual))
            throw new StoreConformanceException($"{what}: expected {Show(expected)}, found {Show(actual)}.");
    }

    public static void Sequence<T>(IEnumerable<T> expected, IEnumerable<T> actual, string what)
    {
        var (wanted, found) = (expected.ToList(), actual.ToList());
        if (!wanted.SequenceEqual(found))
            throw new StoreConformanceException($"{what}: expected [{string.Join(", ", wanted)}], found [{string.Join(", ", found)}].");
    }

    public static void Bytes(ReadOnlyMemory<byte> expected, ReadOnlyMemory<byte> actual, string what)
    {
        if (expected.Span.SequenceEqual(actual.Span)) return;
        var same = expected.Span.CommonPrefixLength(actual.Span);
        throw new StoreConformanceException($"{what}: {actual.Length} bytes came back for {expected.Length}, equal up to byte {same}.");
    }

    public static T NotNull<T>(T? value, string what) where T : class =>
        value ?? throw new StoreConformanceException($"{what}: nothing was found.");

    private static string Show<T>(T value) => value is null ? "nothing" : $"{value}";
}
