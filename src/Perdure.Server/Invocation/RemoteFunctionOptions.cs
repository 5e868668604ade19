using Perdure.Engine.Invocation;
using Perdure.Protocol;

namespace Perdure.Server;

/// <summary>What is true of every function whose code runs outside of the node.</summary>
public abstract class RemoteFunctionOptions
{
    private protected RemoteFunctionOptions()
    {
    }

    /// <summary>False for a plain Lambda function: it gets its input as it is, and its answer is the result. Default: true.</summary>
    public bool IsDurable { get; set; } = true;

    /// <summary>How long one invocation may take. 1 second to 15 minutes, the default.</summary>
    public TimeSpan Timeout { get; set; } = LongestInvocation;

    /// <summary>When an execution times out, with all its waits. 1 second to 366 days, the default. Not for plain functions.</summary>
    public TimeSpan ExecutionTimeout { get; set; } = TimeSpan.FromSeconds(PerdureLimits.MaxDurationSeconds);

    /// <summary>Days for which finished executions are kept. 1 to 90; 0, the default: as long as the host's others.</summary>
    public int RetentionPeriodInDays { get; set; }

    /// <summary>Whether executions run on behalf of a tenant each, who has to be named at the start. Default: false.</summary>
    public bool TenantIsolation { get; set; }

    private protected static readonly TimeSpan LongestInvocation = TimeSpan.FromSeconds(PerdureLimits.MaxInvocationSeconds);

    internal FunctionDefinition Define(string name, IFunctionInvoker invoker)
    {
        RequireWithin(Timeout, LongestInvocation, name, nameof(Timeout));
        RequireWithin(ExecutionTimeout, TimeSpan.FromSeconds(PerdureLimits.MaxDurationSeconds), name, nameof(ExecutionTimeout));
        return new FunctionDefinition(name, FunctionDefinition.Latest, (int)(IsDurable ? ExecutionTimeout : Timeout).TotalSeconds, invoker)
        {
            IsDurable = IsDurable,
            RetentionDays = RetentionPeriodInDays,
            HasTenants = TenantIsolation,
        };
    }

    private protected static void RequireWithin(TimeSpan value, TimeSpan most, string function, string field)
    {
        if (value < TimeSpan.FromSeconds(1) || value > most)
            throw new ArgumentException($"{field} of function '{function}' is {value}; it must be 1 second to {most}.");
    }
}

/// <summary>How a function's worker processes are started and kept.</summary>
public sealed class ProcessFunctionOptions : RemoteFunctionOptions
{
    /// <summary>How many workers run at the same time, each with one invocation. 1 to 1,000; default 4.</summary>
    public int Concurrency { get; set; } = 4;

    /// <summary>How long a worker may take until it asks for its first invocation. 1 second to 15 minutes; default 1 minute.</summary>
    public TimeSpan StartTimeout { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The directory in which workers run. Null, the default: the server's.</summary>
    public string? WorkingDirectory { get; set; }

    /// <summary>What the code exports, as <c>handler</c> or <c>file.handler</c>; in <c>_HANDLER</c> for runtimes that ask. Default: <c>handler</c>.</summary>
    public string Handler { get; set; } = "handler";

    /// <summary>Variables of the workers.</summary>
    public IDictionary<string, string> Environment { get; } = new Dictionary<string, string>();

    /// <summary>Names of the server's variables that workers get too. What is not named stays with the server, but for such as <c>PATH</c> and <c>HOME</c>.</summary>
    public IList<string> PassedEnvironment { get; } = [];

    internal void RequireValid(string function)
    {
        RequireWithin(StartTimeout, LongestInvocation, function, nameof(StartTimeout));
        if (Concurrency is < 1 or > 1000) throw new ArgumentException($"{nameof(Concurrency)} of function '{function}' is {Concurrency}; it must be 1 to 1,000.");
        if (WorkingDirectory is { } directory && !Directory.Exists(directory))
            throw new ArgumentException($"{nameof(WorkingDirectory)} of function '{function}' is '{directory}', which does not exist.");
    }
}
