using System.Runtime.ExceptionServices;
using Perdure.Replay;

namespace Perdure.Operations.Saga;

/// <summary>What one saga has to undo and to clean up, in order of registration. Rebuilt by every replay, as the body asks for the same again.</summary>
internal sealed class SagaLog(string name)
{
    private readonly List<Entry> _compensations = [];
    private readonly List<Entry> _cleanups = [];
    private bool _isSettled;

    public void Compensate(string step, Func<DurableContext, Task> run) => _compensations.Add(new Entry(step, run));

    public void Cleanup(string step, Func<DurableContext, Task> run) => _cleanups.Add(new Entry(step, run));

    /// <summary>Once the body has ended nothing more is registered: a flow that it did not await would have effects that nobody undoes.</summary>
    public void RequireUnsettled(string step)
    {
        if (_isSettled)
        {
            throw new InvalidDurableOperationException(
                $"'{step}' was asked of saga '{name}' when its body had already ended. Await everything that the body starts. [PDR0107]");
        }
    }

#pragma warning disable CA2007 // Function code: it resumes on the pump.
    public async Task<T> RunAsync<T>(DurableContext saga, Func<ISagaContext, CancellationToken, Task<T>> body, CancellationToken cancellationToken)
    {
        T? result = default;
        ExceptionDispatchInfo? error = null;
        try
        {
            result = await body(saga, cancellationToken);

            // A body that swallowed it was stopped all the same: nobody may get its result, so its effects must not stay.
            saga.Scope.ThrowIfStopped();
        }
        catch (Exception failure)
        {
            error = ExceptionDispatchInfo.Capture(failure);
        }

        _isSettled = true;

        // From here on nothing stops it: a deadline and a cancellation are reasons to compensate, not to stop compensating.
        var shielded = saga.Shielded("undo");
        List<CompensationFailure> failures = [];
        if (error is not null) await RunAsync(shielded, _compensations, failures);
        await RunAsync(shielded, _cleanups, failures);
        if (failures.Count > 0) throw SagaCompensationException.Of(name, failures, error?.SourceException);
        error?.Throw();
        return result!; // the body returned it
    }

    private static async Task RunAsync(DurableContext shielded, List<Entry> entries, List<CompensationFailure> failures)
    {
        for (var i = entries.Count - 1; i >= 0; i--)
        {
            var (step, run) = entries[i];
            try
            {
                await run(shielded);
            }
            catch (DurableExecutionException failure)
            {
                failures.Add(new CompensationFailure(step, ErrorObject.FromException(failure) with { StackTrace = null }));
            }
        }
    }
#pragma warning restore CA2007

    private readonly record struct Entry(string Step, Func<DurableContext, Task> RunAsync);
}
