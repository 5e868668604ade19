using System.Reflection;
using Microsoft.Extensions.Logging;
using Perdure;

namespace PriorAuthorization.Tests;

/// <summary>A client whose calls somebody answers in its place.</summary>
internal class ClientDouble : DispatchProxy
{
    private Func<MethodInfo, object?[], object?> _answer = static (_, _) => null;

    public static IPerdureClient Of(Func<MethodInfo, object?[], object?> answer)
    {
        var client = Create<IPerdureClient, ClientDouble>();
        ((ClientDouble)(object)client)._answer = answer;
        return client;
    }

    /// <summary>The client itself, but the first time that it has read operations they are held back until something else was done.</summary>
    public static IPerdureClient HoldingBackOperations(IPerdureClient client, Func<Task> meanwhile)
    {
        var isFirst = true;
        return Of((method, arguments) => method.Name == nameof(IPerdureClient.GetOperationsAsync) ? ReadAsync((string)arguments[0]!) : method.Invoke(client, arguments)); // an ARN

        async Task<IReadOnlyList<Operation>> ReadAsync(string arn)
        {
            var operations = await client.GetOperationsAsync(arn);
            if (isFirst) await meanwhile();
            isFirst = false;
            return operations;
        }
    }

    /// <summary>One that only takes answers of callbacks.</summary>
    public static IPerdureClient TakingAnswers(Action<string, object?> take) => Of((method, arguments) =>
    {
        Assert.Equal(nameof(IPerdureClient.SendCallbackSuccessAsync), method.Name);
        take((string)arguments[0]!, arguments[1]); // a callback's id
        return Task.CompletedTask;
    });

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _answer(targetMethod!, args!); // of an interface, with arguments
}

/// <summary>Keeps what is logged.</summary>
internal sealed class LogDouble<T> : ILogger<T>, ILoggerProvider
{
    private readonly Lock _gate = new();
    private readonly List<(LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_gate) _lines.Add((logLevel, formatter(state, exception) + exception));
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
        // Nothing is open.
    }
}
