namespace Perdure.Testing;

public sealed partial class DurableTestRunner<TInput, TOutput>
{
    /// <summary>Proves that no crash changes what can be observed of the function: its outcome, its operations, its effects.</summary>
    /// <remarks>
    /// <para>
    /// The function runs undisturbed first, and then once per commit and <see cref="CrashPoint"/>: everything it does is cut off there
    /// once, and goes on as it would in production. Each run has an engine, a store and a clock of its own; <see cref="Effects"/> is
    /// emptied before each. Bodies must tell it their effects, or there is nothing to compare.
    /// </para>
    /// <para>
    /// Values that already differ between two undisturbed runs, such as ids from outside, are not compared. A function that takes
    /// another way each time cannot be verified.
    /// </para>
    /// </remarks>
    /// <param name="input">What every run is started with.</param>
    /// <param name="script">
    /// Plays the outside world in every run: given that run's runner and the execution, it answers callbacks and advances time. Null when
    /// the function needs nobody. It must not assume how often a body runs.
    /// </param>
    /// <param name="options">What is tried; null for all of it.</param>
    /// <param name="cancellationToken">Ends the proof between two runs.</param>
    /// <exception cref="ArgumentException"><see cref="CrashSafetyOptions.Points"/> is empty.</exception>
    /// <exception cref="CrashSafetyException">A crash changed something; the message says where, and what.</exception>
    public Task VerifyCrashSafetyAsync(
        TInput input, Func<DurableTestRunner<TInput, TOutput>, string, Task>? script = null, CrashSafetyOptions? options = null,
        CancellationToken cancellationToken = default) =>
        new CrashSafetyProof(options ?? new CrashSafetyOptions(), fault => ObserveAsync(input, script, fault, cancellationToken)).RunAsync(cancellationToken);

    private async Task<ObservedRun> ObserveAsync(
        TInput input, Func<DurableTestRunner<TInput, TOutput>, string, Task>? script, CommitFault? fault, CancellationToken cancellationToken)
    {
        Effects.Clear();
        var options = _session.Options with
        {
            TimeProvider = new ManualTimeProvider(TimeProvider.GetUtcNow()),
            Faults = fault is null ? _session.Options.Faults : [.. _session.Options.Faults, fault],
        };
        var runner = new DurableTestRunner<TInput, TOutput>(_session.Functions, options);
        await using var _ = runner.ConfigureAwait(false);
        var arn = await runner.StartAsync(input, cancellationToken: cancellationToken).ConfigureAwait(false);
        if (script is not null) await script(runner, arn).ConfigureAwait(false);
        var result = await runner.WaitForResultAsync(arn, cancellationToken: cancellationToken).ConfigureAwait(false);
        return ObservedRun.Of(result, Effects, fault is null ? null : await runner._session.WhereAsync(fault).ConfigureAwait(false));
    }
}
