using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Perdure.Testing;

/// <summary>The whole record of an execution as text: for snapshot tests, and for <see cref="ReplayVerifier"/>.</summary>
/// <remarks>
/// <para>
/// Nothing is normalised, since a replay needs the ARN that ids, random numbers and keys were made of. A <see cref="DurableTestRunner{TInput, TOutput}"/>
/// seeds its ids and owns its clock instead, so the text is the same in every run of a test whose operations come one after another; branches
/// that run side by side may be recorded in another order.
/// </para>
/// <para>Only stack traces are left out: they name lines of source. Payloads are in it as they were recorded, secrets too.</para>
/// </remarks>
public static class HistoryJson
{
    private const string Format = "perdure-history/1";

    private static readonly JsonTypeInfo<HistoryDocument> Document = CreateTypeInfo();

    /// <summary>Exports an execution of any service, finished or not. The function's name, version and ARN are in the text.</summary>
    /// <param name="client">A client of the service.</param>
    /// <param name="executionArn">The execution.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="ExecutionNotFoundException">It does not exist.</exception>
    public static async Task<string> ExportAsync(IPerdureClient client, string executionArn, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(client);
        return Write(await RecordedExecution.ReadAsync(client, executionArn, cancellationToken).ConfigureAwait(false));
    }

    internal static string Write(RecordedExecution record) =>
        JsonSerializer.Serialize(new HistoryDocument(Format, record.Execution, record.Operations, record.Events), Document) + "\n";

    /// <exception cref="FormatException">It is not a history, or one of another version.</exception>
    internal static RecordedExecution Read(string json)
    {
        HistoryDocument? document;
        try
        {
            document = JsonSerializer.Deserialize(json, Document);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException)
        {
            throw new FormatException($"It is not a history: {error.Message}", error);
        }

        if (document is not { Format: not null, Execution: not null, Operations.Count: > 0, Events: not null }) throw new FormatException("It is not a history: it lacks a part.");
        return document.Format == Format
            ? new RecordedExecution(document.Execution, document.Operations, document.Events)
            : throw new FormatException($"It is a history of the format '{document.Format}'; this version reads '{Format}'.");
    }

    private static JsonTypeInfo<HistoryDocument> CreateTypeInfo()
    {
        var options = new JsonSerializerOptions(HistoryJsonContext.Default.Options)
        {
            Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
            TypeInfoResolver = HistoryJsonContext.Default.WithAddedModifier(Shape),
        };
        return (JsonTypeInfo<HistoryDocument>)options.GetTypeInfo(typeof(HistoryDocument));
    }

    private static void Shape(JsonTypeInfo type)
    {
        foreach (var property in type.Properties)
        {
            if (type.Type == typeof(ErrorObject) && property.Name == nameof(ErrorObject.StackTrace)) property.ShouldSerialize = static (_, _) => false;

            // Each kind contributes its details from its own file: what all have comes first, and no file's place moves it.
            if (property.Name.EndsWith("Details", StringComparison.Ordinal)) property.Order = 1;
        }
    }
}

/// <summary>The text's shape.</summary>
internal sealed record HistoryDocument(string Format, ExecutionDescription Execution, IReadOnlyList<Operation> Operations, IReadOnlyList<HistoryEvent> Events);

// The names are those of the service's API, so that a history reads as its answers do.
[JsonSourceGenerationOptions(
    WriteIndented = true, NewLine = "\n", DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(UpperSnakeCase<OperationStatus>), typeof(UpperSnakeCase<ExecutionStatus>), typeof(UpperSnakeCase<ExecutionAttention>)])]
[JsonSerializable(typeof(HistoryDocument))]
internal sealed partial class HistoryJsonContext : JsonSerializerContext;

/// <summary>Statuses in the words of the wire, such as <c>TIMED_OUT</c>.</summary>
internal sealed class UpperSnakeCase<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.SnakeCaseUpper, allowIntegerValues: false) where T : struct, Enum;
