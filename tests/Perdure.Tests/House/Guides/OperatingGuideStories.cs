using Microsoft.Extensions.DependencyInjection;
using Perdure.Snippets;

namespace Perdure.Tests.House.Guides;

/// <summary>The samples of the operating and interceptor guides, and of a step's heartbeats, run as they are printed.</summary>
public class OperatingGuideStories
{
    [Fact]
    public async Task A_paused_execution_goes_on_when_what_was_wrong_is_put_right()
    {
        var paused = ExecutionStatus.Running;
        var (end, _, _) = await Guide.RunAsync(
            async context =>
            {
                await context.WaitAsync(TimeSpan.FromHours(1));
                return "done";
            },
            async host =>
            {
                var arn = (await host.Client.ListAsync().FirstAsync()).Arn;
                await Operating.HoldAsync(host.Client, arn, async () => paused = (await host.Client.GetAsync(arn))!.Status);
            });
        Assert.Equal((ExecutionStatus.Paused, "\"done\""), (paused, end.Result));
    }

    [Fact]
    public async Task Nothing_that_runs_well_is_unparked() => await Guide.RunAsync(
        async context =>
        {
            await context.WaitAsync(TimeSpan.FromHours(1));
            return "";
        },
        async host => Assert.Equal(0, await Operating.UnparkAllAsync(host.Client)));

    [Fact]
    public async Task An_import_goes_on_at_the_page_that_failed()
    {
        var pages = new List<int>();
        var (end, _, _) = await Guide.RunAsync(context => Operating.ImportAsync(context, 4, (page, _) =>
        {
            pages.Add(page);
            return pages.Count == 3 ? throw new IOException("busy") : Task.CompletedTask;
        }));
        Assert.Equal("4", end.Result);
        Assert.Equal([0, 1, 2, 2, 3], pages);
    }

    [Fact]
    public async Task An_interceptor_is_added_and_harms_nothing()
    {
        var services = new ServiceCollection();
        Operating.Watch(services);
        Assert.IsType<Spans>(services.BuildServiceProvider().GetRequiredService<IDurableInterceptor>());
        var (end, _, _) = await Guide.RunAsync(context => context.StepAsync((_, _) => Task.FromResult(1), "step"), configure: builder => builder.AddInterceptor<Spans>());
        Assert.Equal("1", end.Result);
    }
}
