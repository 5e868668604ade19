using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Perdure;
using Perdure.Testing;

namespace PriorAuthorization.Tests;

/// <summary>Many cases at once, against a provider of models that allows five calls per second.</summary>
[Trait("Category", "Slow")]
public class LoadStories
{
    private const int Cases = 1000;
    private const int CallsPerSecond = 5;

    [Fact]
    public async Task A_thousand_cases_at_once_keep_the_models_rate_and_all_come_to_their_end()
    {
        var clock = new ManualTimeProvider();
        var model = new LimitedModel(clock, CallsPerSecond);
        using var pace = new ModelPace(clock, TimeSpan.FromSeconds(1) / CallsPerSecond);
        var surroundings = new Surroundings(clock) { Model = model };
        await using var host = await surroundings.StartHostAsync(
            clock,
            services => services.AddSingleton(pace),
            static options => options.LeaseDuration = TimeSpan.FromHours(1)); // the clock runs far ahead of the threads that keep the leases

        var arns = new string[Cases];
        for (var i = 0; i < Cases; i++)
        {
            arns[i] = await host.Client.StartAsync(
                PriorAuthorizationFunction.Name, Some.Case() with { CaseId = $"case-{i}" }, new StartOptions { ExecutionName = $"case-{i}" });
        }

        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        var physician = new Physician(host.Client, arns, surroundings.Messages);
        while (physician.Closed < Cases)
        {
            limit.Token.ThrowIfCancellationRequested();
            for (var turn = 0; turn < 25; turn++) await TurnAsync(clock, pace, model, limit.Token);
            await physician.SignAsync(limit.Token);
        }

        var outcomes = await Task.WhenAll(arns.Select(arn => host.Client.WaitForResultAsync<PriorAuthOutcome>(arn, limit.Token))); // nobody moves the clock any more: what still needs it would never end
        Assert.All(outcomes, static outcome => Assert.Equal(CaseStatus.Approved, outcome.Status));
        Assert.Equal(Cases, surroundings.Count(LedgerKind.Claim));
        Assert.Equal(Cases, surroundings.Books.Ledger.Where(static entry => entry.Kind == LedgerKind.Claim).Select(static entry => entry.CaseId).Distinct().Count());
        Assert.Equal(0, model.Refused);
        Assert.Equal((Cases * 8, 0), (surroundings.Meter.Usage().Calls, surroundings.Meter.Usage().Repeated));
    }

    /// <summary>Time for one call; it stands still until whoever was given the turn has called the model.</summary>
    private static async Task TurnAsync(ManualTimeProvider clock, ModelPace pace, LimitedModel model, CancellationToken cancellationToken)
    {
        var given = pace.Given;
        clock.Advance(TimeSpan.FromSeconds(1) / CallsPerSecond);
        for (var look = 0; (look < 20 && pace.Given == given) || model.Calls < pace.Given; look++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    /// <summary>Signs what the mail says is to be signed.</summary>
    private sealed class Physician(IPerdureClient client, string[] arns, Outbox messages)
    {
        private int _read;

        public int Closed { get; private set; }

        public async Task SignAsync(CancellationToken cancellationToken)
        {
            foreach (var message in messages.Messages.Skip(_read).ToList())
            {
                _read++;
                if (message.To != PhysicianReview.Physician) Closed++;
                else await SignAsync(arns[int.Parse(message.CaseId.AsSpan("case-".Length))], cancellationToken);
            }
        }

        private async Task SignAsync(string arn, CancellationToken cancellationToken)
        {
            var operations = await client.GetOperationsAsync(arn, cancellationToken);
            var question = operations.Single(static operation => operation.Name == "physician-review-answer").CallbackDetails!; // the mail comes after it
            await client.SendCallbackSuccessAsync(question.CallbackId, new PhysicianDecision(true, "Dr. Grey", null, null), cancellationToken);
        }
    }

    /// <summary>Refuses what is over its rate, as providers do: so many calls per second, of which at most a second's worth may be saved up.</summary>
    private sealed class LimitedModel(TimeProvider clock, int callsPerSecond) : DelegatingChatClient(new ScriptedModel(clock, TimeSpan.Zero))
    {
        private readonly Lock _gate = new();
        private double _allowed = callsPerSecond;
        private DateTimeOffset _latest = clock.GetUtcNow();
        private int _calls;

        public int Refused { get; private set; }

        public int Calls => Volatile.Read(ref _calls);

        public override Task<ChatResponse> GetResponseAsync(IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref _calls);
            lock (_gate)
            {
                var now = clock.GetUtcNow();
                _allowed = Math.Min(callsPerSecond, _allowed + ((now - _latest).TotalSeconds * callsPerSecond));
                _latest = now;
                if (_allowed < 1)
                {
                    Refused++;
                    throw new HttpRequestException("Too many requests.");
                }

                _allowed--;
            }

            return base.GetResponseAsync(messages, options, cancellationToken);
        }
    }
}
