namespace Perdure.Server.Authentication;

/// <summary>How many requests of one credential are served at once: one caller's flood is not everybody's.</summary>
internal sealed class CallerQuota(int most)
{
    private int _taken;

    public bool TryTake()
    {
        if (Interlocked.Increment(ref _taken) <= most) return true;
        Return();
        return false;
    }

    public void Return() => Interlocked.Decrement(ref _taken);
}
