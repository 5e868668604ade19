using Perdure.Conformance.Handlers.Child;

namespace Perdure.Conformance.Handlers.Map;

/// <summary>Items that succeed: their names, results, nesting, serializers and order.</summary>
internal static class Items
{
    private const int SeventyKilobytes = 70 * 1024;

    private static readonly TextSerializer<string> Wrapped = new(value => $"wrapped:{value}", text => text["wrapped:".Length..]);

    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string[], IReadOnlyList<string>>("9-1", async (names, context) => (await context.MapAsync(
            names, (item, name, _, _, _) => item.EchoAsync($"Hello, {name}!"), "map", InOrder<string>())).GetResults())
        .Add<int[], IReadOnlyList<int>>("9-2", async (numbers, context) => (await context.MapAsync(
            numbers, (_, number, _, _, _) => Task.FromResult(number * 2), config: InOrder<int>())).GetResults())
        .Add<int[], IReadOnlyList<int>>("9-3", async (numbers, context) => (await context.MapAsync(
            numbers, (_, number, index, _, _) => Task.FromResult(number + index), "indexed", InOrder<int>())).GetResults())
        .Add<string[], IReadOnlyList<string>>("9-4", async (items, context) => (await context.MapAsync<string, string>(
            items, MapFunctions.UpperCaseAsync, "empty")).GetResults())
        .Add("9-11", async context => (await context.MapAsync<string, string>(
            ["r0", "r1", "r2"], MapFunctions.FailOrReturnAsync, "concurrent", new MapConfig<string> { MaxConcurrency = 2 })).GetResults())
        .Add("9-12", async context => (await context.MapAsync<string, string>(
            ["fa", "fb"],
            (item, value, _, _, _) => item.EchoAsync(value),
            "flat",
            new MapConfig<string> { MaxConcurrency = 1, NestingType = NestingType.Flat })).GetResults())
        .Add<int[], IReadOnlyList<int>>("9-13", async (numbers, context) => (await context.MapAsync(
            numbers,
            (_, number, _, _, _) => Task.FromResult(number * 10),
            "named-items",
            new MapConfig<int> { MaxConcurrency = 1, ItemNamer = (number, _) => $"item-{number}" })).GetResults())
        .Add("9-14", async context => (await context.MapAsync<string, string>(
            ["x", "y"], MapFunctions.UpperCaseAsync, "serdes", new MapConfig<string> { MaxConcurrency = 1, ItemSerializer = Wrapped })).GetResults())
        .Add("9-16", async context =>
        {
            var result = await context.MapAsync<int, string>(
                [0, 1, 2, 3], (_, index, _, _, _) => Task.FromResult(new string((char)('a' + index), SeventyKilobytes)), "large", InOrder<int>());
            return new { result.SuccessCount, result.TotalCount };
        });

    private static MapConfig<T> InOrder<T>() => new() { MaxConcurrency = 1 };
}
