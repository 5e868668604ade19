namespace Perdure
{
    public static partial class OperationSubTypes
    {
        /// <summary>The recorded answer of <see cref="IDurableContext.Patched"/>.</summary>
        public const string Patch = "Patch";
    }

    public partial interface IDurableContext
    {
        /// <summary>Whether this execution runs the new branch of a change: true for executions that get here for the first time after it, false for those that were past it.</summary>
        /// <remarks>
        /// The answer is recorded once, the same for the whole execution, whatever contexts ask, and takes no position: asking does not shift other operations.
        /// While an execution still replays what was recorded before the change, the answer is false.
        /// </remarks>
        /// <param name="patchId">Names the change: 1 to 256 printable ASCII characters, never used again for another one.</param>
        /// <exception cref="ArgumentException">The id is empty, too long or has other characters.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        bool Patched(string patchId);

        /// <summary>Stands where <see cref="Patched"/> stood, when the old branch is removed: an execution that took it is refused instead of derailed.</summary>
        /// <remarks>It records nothing. Remove it when no execution that was asked <see cref="Patched"/> is left.</remarks>
        /// <param name="patchId">The id that was asked.</param>
        /// <exception cref="ArgumentException">The id is empty, too long or has other characters.</exception>
        /// <exception cref="InvalidDurableOperationException">Called where no durable operation can be.</exception>
        void DeprecatePatch(string patchId);
    }
}

namespace Perdure.Replay
{
    internal sealed partial class DurableContext
    {
        public bool Patched(string patchId)
        {
            RequirePatch(patchId);
            return Runtime.Patches.IsPatched(patchId, this);
        }

        public void DeprecatePatch(string patchId)
        {
            RequirePatch(patchId);
            Runtime.Patches.RequireNotOld(patchId);
        }

        private void RequirePatch(string patchId)
        {
            ArgumentException.ThrowIfNullOrEmpty(patchId);
            RequireTurn(OperationSubTypes.Patch, patchId);
            RequireName(patchId);
        }
    }
}
