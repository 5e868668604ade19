using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Perdure.Hosting;

namespace Perdure.Testing;

/// <summary>Replays recorded executions against the code of today: whether a change is safe for what is already running.</summary>
/// <remarks>
/// <para>
/// There is no store and no engine, no body runs, and nothing is written. A recorded execution that is over must come to the same
/// end by asking for the same operations; one that is under way must get to where it stands. It fails when the code asks for an
/// operation of another kind or name, leaves one out, asks for one more, awaits something foreign, cannot read a recorded value, or
/// ends differently.
/// </para>
/// <para>Histories come from <see cref="TestResult{TOutput}.ToHistoryJson"/> and, of real executions, from <see cref="HistoryJson.ExportAsync"/>.</para>
/// </remarks>
public static class ReplayVerifier
{
    /// <summary>Replays histories against a function class.</summary>
    /// <param name="historyJsonOrFolder">A history, the path of one, or a folder: then every <c>*.json</c> in it, folders inside included.</param>
    /// <param name="options">What the function is made with; null when it depends on nothing.</param>
    /// <param name="cancellationToken">Ends the replay between two histories.</param>
    /// <exception cref="ReplayVerificationException">At least one does not replay; the message says which, and why.</exception>
    /// <exception cref="ArgumentException">There is no such file or folder, or no history in it.</exception>
    public static Task VerifyAsync<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.NonPublicConstructors)] TFunction>(
        string historyJsonOrFolder, ReplayVerifierOptions? options = null, CancellationToken cancellationToken = default)
        where TFunction : class, IDurableFunction
    {
        var name = typeof(TFunction).GetCustomAttribute<DurableFunctionAttribute>()?.Name ?? typeof(TFunction).Name;
        return VerifyAsync(PerdureBuilder.HandlerOf<TFunction>(), name, historyJsonOrFolder, options, static services => services.AddScoped<TFunction>(), cancellationToken);
    }

    /// <summary>Replays histories against a delegate.</summary>
    /// <param name="handler">The function.</param>
    /// <param name="historyJsonOrFolder">A history, the path of one, or a folder: then every <c>*.json</c> in it, folders inside included.</param>
    /// <param name="options">The serializer and the logs; null for the defaults.</param>
    /// <param name="cancellationToken">Ends the replay between two histories.</param>
    /// <exception cref="ReplayVerificationException">At least one does not replay; the message says which, and why.</exception>
    /// <exception cref="ArgumentException">There is no such file or folder, or no history in it.</exception>
    public static Task VerifyAsync<TInput, TOutput>(
        Func<TInput, IDurableContext, Task<TOutput>> handler, string historyJsonOrFolder, ReplayVerifierOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(handler);
        return VerifyAsync(new DelegateHandler<TInput, TOutput>(handler), null, historyJsonOrFolder, options, static _ => { }, cancellationToken);
    }

    private static async Task VerifyAsync(
        FunctionHandler handler, string? function, string historyJsonOrFolder, ReplayVerifierOptions? options, Action<IServiceCollection> register,
        CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(historyJsonOrFolder);
        var chosen = options ?? new ReplayVerifierOptions();
        var services = new ServiceCollection();
        chosen.ConfigureServices?.Invoke(services);
        register(services);
        var provider = services.BuildServiceProvider();
        await using var _ = provider.ConfigureAwait(false);

        List<string> failures = [];
        foreach (var (source, json) in Histories(historyJsonOrFolder))
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (await FailureOfAsync(json, handler, function, chosen, provider).ConfigureAwait(false) is { } failure) failures.Add($"{source}: {failure}");
        }

        if (failures.Count > 0) throw new ReplayVerificationException(failures);
    }

    private static async Task<string?> FailureOfAsync(
        string json, FunctionHandler handler, string? function, ReplayVerifierOptions options, IServiceProvider services)
    {
        RecordedExecution record;
        try
        {
            record = HistoryJson.Read(json);
        }
        catch (FormatException error)
        {
            return error.Message;
        }

        if (function is not null && record.Execution.Function != function)
            return $"It is a history of the function '{record.Execution.Function}', not of '{function}'.";
        var scope = services.CreateAsyncScope();
        await using var _ = scope.ConfigureAwait(false);
        return await new HistoryReplay(record).RunAsync(handler, options, scope.ServiceProvider).ConfigureAwait(false);
    }

    private static IReadOnlyList<(string Source, string Json)> Histories(string historyJsonOrFolder)
    {
        if (historyJsonOrFolder.TrimStart().StartsWith('{')) return [("The history", historyJsonOrFolder)];
        if (File.Exists(historyJsonOrFolder)) return [(Path.GetFileName(historyJsonOrFolder), File.ReadAllText(historyJsonOrFolder))];
        if (!Directory.Exists(historyJsonOrFolder))
            throw new ArgumentException($"'{historyJsonOrFolder}' is neither a history nor an existing file or folder.", nameof(historyJsonOrFolder));

        var files = Directory.GetFiles(historyJsonOrFolder, "*.json", SearchOption.AllDirectories).Order(StringComparer.Ordinal).ToList();
        return files.Count > 0
            ? [.. files.Select(file => (Path.GetRelativePath(historyJsonOrFolder, file), File.ReadAllText(file)))]
            : throw new ArgumentException($"There is no history (*.json) in '{historyJsonOrFolder}': nothing would be verified.", nameof(historyJsonOrFolder));
    }
}

/// <summary>What a replayed function is made with.</summary>
public sealed record ReplayVerifierOptions
{
    /// <summary>Reads and writes payloads, as the recording engine did. Null: <see cref="JsonDurableSerializer"/>.</summary>
    public IDurableSerializer? Serializer { get; init; }

    /// <summary>Where the function logs what it logs in spite of replaying. Null: nowhere.</summary>
    public ILoggerFactory? LoggerFactory { get; init; }

    /// <summary>Registers what the function depends on. Bodies do not run, so anything that can be made will do.</summary>
    public Action<IServiceCollection>? ConfigureServices { get; init; }
}

/// <summary>Recorded executions do not replay on the code of today.</summary>
public sealed class ReplayVerificationException : Exception
{
    internal ReplayVerificationException(IReadOnlyList<string> failures) : base(
        $"{failures.Count} recorded execution(s) do not replay on this code. Those under way would fail or go astray; keep the operations they have, " +
        $"or let them finish on the version they began with.\n  {string.Join("\n  ", failures)}")
    {
        Failures = failures;
    }

    /// <summary>One line per history that does not replay: which, and why.</summary>
    public IReadOnlyList<string> Failures { get; }
}
