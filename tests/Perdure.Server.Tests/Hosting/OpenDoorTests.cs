using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;
using Perdure.Server.Api;
using Perdure.Server.Hosting;

namespace Perdure.Server.Tests.Hosting;

public class OpenDoorTests
{
    [Theory]
    [InlineData("http://0.0.0.0:8080")]
    [InlineData("http://[::]:8080")]
    [InlineData("http://*:8080")]
    [InlineData("http://+:8080")]
    [InlineData("https://perdure.example.com:443")]
    [InlineData("http://10.0.0.7:8080")]
    public async Task A_host_that_others_can_reach_does_not_start_without_credentials(string address)
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Check(new(), "http://127.0.0.1:8080", address).StartedAsync(default));

        Assert.Contains("PDR0501", error.Message);
        Assert.Contains(address, error.Message);
        Assert.Contains("options.ApiKeys.Add(new ServerApiKey(", error.Message);
        Assert.Contains("--urls http://127.0.0.1:8080", error.Message);
    }

    [Theory]
    [InlineData("http://127.0.0.1:8080")]
    [InlineData("http://[::1]:8080")]
    [InlineData("http://localhost:8080")]
    [InlineData("http://unix:/run/perdure.sock")]
    public async Task A_host_of_its_own_machine_needs_no_credentials(string address)
    {
        var check = Check(new(), address);

        await check.StartedAsync(default);

        check.Require(From("127.0.0.1"));
    }

    [Fact]
    public async Task With_a_credential_a_host_may_listen_anywhere()
    {
        var options = new PerdureServerOptions { ApiKeys = { new ServerApiKey("ops", "ops-key-0123456789abcdef") } };
        var check = Check(options, "http://0.0.0.0:8080");

        await check.StartedAsync(default);

        check.Require(From("10.0.0.7"));
    }

    [Fact]
    public void Nothing_is_answered_before_it_is_known_what_the_host_listens_on() =>
        Assert.Equal(ApiErrors.Unavailable, Assert.Throws<ApiException>(() => Check(new(), "http://127.0.0.1:8080").Require(From("127.0.0.1"))).Error);

    [Fact]
    public async Task A_connection_that_came_another_way_is_refused_without_credentials()
    {
        var check = Check(new(), "http://127.0.0.1:8080");
        await check.StartedAsync(default);

        Assert.Equal(ApiErrors.AccessDenied, Assert.Throws<ApiException>(() => check.Require(From("10.0.0.7"))).Error);
    }

    private static OpenDoorCheck Check(PerdureServerOptions options, params string[] addresses) => new(Options.Create(options), new AddressedServer(addresses));

    private static DefaultHttpContext From(string localAddress)
    {
        var http = new DefaultHttpContext();
        http.Connection.LocalIpAddress = System.Net.IPAddress.Parse(localAddress);
        http.Request.Host = new HostString("localhost", 8080);
        return http;
    }

    /// <summary>A server that says what it listens on, and does not.</summary>
    private sealed class AddressedServer : IServer
    {
        public AddressedServer(IEnumerable<string> addresses)
        {
            var feature = new ServerAddressesFeature();
            foreach (var address in addresses) feature.Addresses.Add(address);
            Features.Set<IServerAddressesFeature>(feature);
        }

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken) where TContext : notnull => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
