using Perdure.Storage;

namespace Perdure.Testing;

/// <summary>Passes everything on but the disposal.</summary>
internal sealed class Undisposed(IExecutionStore store) : DelegatingStore(store)
{
#pragma warning disable CA2215 // Not disposing is all it does.
    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;
#pragma warning restore CA2215
}
