namespace Perdure.Server.Invocation;

/// <summary>One invocation on its way to a function elsewhere.</summary>
/// <param name="RequestId">Its own, another for every invocation.</param>
/// <param name="ExecutionArn">The execution that it is an invocation of.</param>
/// <param name="Payload">What the function is handed: the envelope, or, for a plain function, its input.</param>
/// <param name="TraceId">The same root for all invocations of an execution.</param>
/// <param name="TenantId">On whose behalf; null when the function has no tenants.</param>
internal sealed record RemoteInvocation(string RequestId, string ExecutionArn, ReadOnlyMemory<byte> Payload, string TraceId, string? TenantId)
{
    /// <summary>The function in the version that runs.</summary>
    public string FunctionArn => ExecutionArn[..ExecutionArn.IndexOf('/', StringComparison.Ordinal)];
}

/// <summary>What came back. A closed set.</summary>
internal abstract record RemoteAnswer
{
    private RemoteAnswer()
    {
    }

    /// <summary>The function returned.</summary>
    public sealed record Returned(ReadOnlyMemory<byte> Body) : RemoteAnswer;

    /// <summary>The function threw, ended its process, or took too long. It may have done anything before.</summary>
    public sealed record Threw(ErrorObject Error) : RemoteAnswer;

    /// <summary>The function has not been called.</summary>
    public sealed record NotReached(ErrorObject Error) : RemoteAnswer;

    /// <summary>Nobody waits for it any more: the invocation has been given to somebody else, or the server stops.</summary>
    public sealed record Abandoned : RemoteAnswer;
}
