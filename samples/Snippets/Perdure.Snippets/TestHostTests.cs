using Microsoft.Extensions.DependencyInjection;
using Perdure.Testing;
using Xunit;

namespace Perdure.Snippets;

/// <summary>What the testing guide shows of the host underneath the runner.</summary>
public class TestHostTests
{
    private static readonly Expense Dinner = new("Ada", "Grace", 42.50m);

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
}
