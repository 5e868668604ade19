namespace Perdure.Conformance.Handlers.Child;

/// <summary>Child contexts that succeed: what is in them, and what they return.</summary>
internal static class PlainChildren
{
    public static void AddTo(FunctionCatalogue catalogue) => catalogue
        .Add<string, string>("3-1", (input, context) => context.RunInChildContextAsync((child, _) => child.EchoAsync(input)))
        .Add<Named, string>("3-2", (input, context) => context.RunInChildContextAsync((child, _) => child.EchoAsync(input.Value), input.Name))
        .Add<string, string>("3-3", (input, context) => context.RunInChildContextAsync(
            async (child, _) =>
            {
                var first = await child.EchoAsync(input);
                return await child.EchoAsync(first);
            },
            "two-steps"))
        .Add<string, string>("3-6", (input, context) => context.RunInChildContextAsync(
            async (outer, _) =>
            {
                var first = await outer.EchoAsync(input);
                return await outer.RunInChildContextAsync((inner, _) => inner.EchoAsync(first), "inner");
            },
            "outer"))
        .Add<string, string>("3-14", (input, context) => context.RunInChildContextAsync(
            (child, _) => child.EchoAsync(input),
            "upper-case",
            new ChildContextConfig { Serializer = new TextSerializer<string>(text => text.ToUpperInvariant(), text => text) }))
        .Add("3-16", context => context.RunInChildContextAsync((_, _) => Task.FromResult<string?>(null), "nothing"));

    internal sealed record Named(string Name, string Value);
}
