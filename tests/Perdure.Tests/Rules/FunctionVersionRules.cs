using Perdure.Engine.Invocation;
using Perdure.Hosting;

namespace Perdure.Tests.Rules;

public class FunctionVersionRules
{
    private static readonly IFunctionInvoker Nothing = new InProcessInvoker(new DelegateHandler<string, string>(static (input, _) => Task.FromResult(input)));

    [Fact]
    public void A_name_without_a_qualifier_is_the_latest()
    {
        var registry = Registry("$LATEST", "1", "2");

        Assert.Equal("$LATEST", registry.Find("f")?.Version);
        Assert.Equal("$LATEST", Find(registry, "f")?.Version);
        Assert.Equal("2", Find(registry, "f:2")?.Version);
        Assert.Null(Find(registry, "f:3"));
    }

    [Fact]
    public void An_execution_runs_in_its_own_version_where_several_are_served()
    {
        var registry = Registry("$LATEST", "1");

        Assert.Equal("1", registry.Get("f", "1").Version);
        Assert.Equal("$LATEST", registry.Get("f", "$LATEST").Version);
        Assert.Contains("'f:2'", Assert.Throws<FunctionNotFoundException>(() => registry.Get("f", "2")).Message);
    }

    [Fact]
    public void Where_one_version_is_served_it_runs_the_executions_of_those_before_it() => Assert.Equal("4", Registry("4").Get("f", "3").Version);

    [Fact]
    public void An_alias_is_the_version_that_it_points_to()
    {
        var registry = Registry("$LATEST", "1", "2");
        registry.Change("f", known => known! with { Aliases = known.Aliases.Add("live", "1") });

        Assert.Equal("1", Find(registry, "arn:aws:lambda:local:000000000000:function:f:live")?.Version);
        registry.Change("f", known => known! with { Aliases = known.Aliases.SetItem("live", "2") });
        Assert.Equal("2", Find(registry, "f:live")?.Version);
    }

    [Fact]
    public void What_has_not_changed_is_published_once()
    {
        var first = ServedFunction.Of(Version("$LATEST")).Publish();
        var again = first.Function.Publish();
        var changed = again.Function.With(again.Function.Default with { RetentionDays = 3 }).Publish();

        Assert.Equal(("1", "1", "2"), (first.Published.Version, again.Published.Version, changed.Published.Version));
        Assert.Equal(["$LATEST", "1", "2"], changed.Function.InOrder.Select(version => version.Version));
    }

    [Fact]
    public void The_number_of_a_version_that_was_deleted_is_not_given_again()
    {
        var published = ServedFunction.Of(Version("$LATEST")).Publish().Function;
        var deleted = published.Without("1")!;
        var changed = deleted.With(deleted.Default with { RetentionDays = 3 });

        Assert.Equal("2", deleted.Publish().Published.Version);
        Assert.Equal("2", changed.Publish().Published.Version);
        Assert.Null(ServedFunction.Of(Version("7")).Without("7"));
    }

    [Fact]
    public void A_change_that_throws_leaves_everything_as_it_was()
    {
        var registry = Registry("$LATEST", "1");
        var before = registry.Served("f");

        Assert.Throws<InvalidOperationException>(() => registry.Change("f", _ => throw new InvalidOperationException()));

        Assert.Same(before, registry.Served("f"));
    }

    private static FunctionDefinition? Find(FunctionRegistry registry, string target) => FunctionTarget.TryParse(target, out var named) ? registry.Find(named) : null;

    private static FunctionDefinition Version(string version) => new("f", version, 60, Nothing);

    private static FunctionRegistry Registry(params string[] versions)
    {
        var registry = new FunctionRegistry([Version(versions[0])]);
        foreach (var version in versions[1..]) registry.Change("f", known => known!.With(Version(version)));
        return registry;
    }
}
