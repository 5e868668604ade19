using Microsoft.Extensions.DependencyInjection;
using Perdure.Testing;
using Xunit;

namespace Perdure.Snippets;

/// <summary>The tests that the testing guide shows.</summary>
public class ExpenseApprovalTests
{
    private static readonly Expense Dinner = new("Ada", "Grace", 42.50m);

    private sealed class Mailbox : IMailer
    {
        public string? LastCallbackId { get; private set; }

        public Task AskAsync(string person, string callbackId, CancellationToken cancellationToken)
        {
            LastCallbackId = callbackId;
            return Task.CompletedTask;
        }
    }

    private sealed class SlowBank(int checksUntilSettled) : IBank
    {
        private int _checks;

        public int Payments { get; private set; }

        public Task<string> PayAsync(Expense expense, string idempotencyKey, CancellationToken cancellationToken)
        {
            Payments++;
            return Task.FromResult("payment-1");
        }

        public Task<string> GetStatusAsync(string payment, CancellationToken cancellationToken) =>
            Task.FromResult(++_checks < checksUntilSettled ? "pending" : "settled");
    }

    private static Task<DurableTestHost> StartHostAsync(IMailer mailer, IBank bank) => DurableTestHost.StartAsync(builder =>
    {
        builder.Services.AddSingleton(mailer).AddSingleton(bank);
        builder.AddFunction<ExpenseApproval>();
    });

    // <snippet test-settle>
    [Fact]
    public async Task An_approved_expense_is_paid_once()
    {
        var mailbox = new Mailbox();
        var bank = new SlowBank(checksUntilSettled: 3);
        await using var host = await DurableTestHost.StartAsync(builder =>
        {
            builder.Services.AddSingleton<IMailer>(mailbox).AddSingleton<IBank>(bank);
            builder.AddFunction<ExpenseApproval>();
        });

        var arn = await host.Client.StartAsync("expense-approval", Dinner);
        await host.SettleAsync(); // the question is out; nothing else can happen now
        await host.Client.SendCallbackSuccessAsync(mailbox.LastCallbackId!, true);
        var end = await host.RunToEndAsync(arn); // hours of polling pass in milliseconds

        Assert.Equal("\"settled\"", end.Result);
        Assert.Equal(1, bank.Payments);
    }
    // </snippet test-settle>

    // <snippet test-jump>
    [Fact]
    public async Task An_unanswered_question_fails_after_two_weeks()
    {
        await using var host = await StartHostAsync(new Mailbox(), new SlowBank(1));
        var began = host.Clock.GetUtcNow();
        var arn = await host.Client.StartAsync("expense-approval", Dinner);

        Assert.True(await host.JumpAsync()); // to the next instant at which anything is due

        var end = await host.Client.GetAsync(arn);
        Assert.Equal(ExecutionStatus.Failed, end!.Status);
        Assert.Equal(began.AddDays(14), end.EndedAt);
    }
    // </snippet test-jump>

    // <snippet test-crash>
    [Fact]
    public async Task A_crash_while_waiting_loses_nothing()
    {
        var mailbox = new Mailbox();
        var bank = new SlowBank(1);
        await using var host = await StartHostAsync(mailbox, bank);
        var arn = await host.Client.StartAsync("expense-approval", Dinner);
        await host.SettleAsync();

        await host.CrashAsync(); // as kill -9 would; another node starts on the same store
        await host.Client.SendCallbackSuccessAsync(mailbox.LastCallbackId!, true);
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(ExecutionStatus.Succeeded, end.Status);
        Assert.Equal(1, bank.Payments);
    }
    // </snippet test-crash>

    // <snippet test-history>
    [Fact]
    public async Task A_rejected_expense_pays_nothing()
    {
        var mailbox = new Mailbox();
        await using var host = await StartHostAsync(mailbox, new SlowBank(1));
        var arn = await host.Client.StartAsync("expense-approval", Dinner);
        await host.SettleAsync();
        await host.Client.SendCallbackSuccessAsync(mailbox.LastCallbackId!, false);
        await host.RunToEndAsync(arn);

        var operations = await host.Client.GetOperationsAsync(arn);
        Assert.DoesNotContain(operations, operation => operation.Name == "pay");
    }
    // </snippet test-history>
}
