using System.Buffers;
using System.Text.Json;
using Perdure.Server.Api;
using Perdure.Server.Http;

namespace Perdure.Server.OpenApi;

/// <summary>The API as an OpenAPI document, made of the list of operations: what is not in the list is not served, and what is served is in the document.</summary>
internal static class OpenApiDocument
{
    public static ReadOnlyMemory<byte> Bytes { get; } = Write();

    private static ReadOnlyMemory<byte> Write()
    {
        var buffer = new ArrayBufferWriter<byte>(16 * 1024);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("openapi", "3.1.0");
            json.WriteStartObject("info");
            json.WriteString("title", "Perdure: the API of AWS Lambda durable functions");
            json.WriteString("version", "2025-12-01");
            json.WriteEndObject();
            json.WriteStartObject("paths");
            foreach (var path in DurableApi.Operations.GroupBy(static operation => operation.Path.Template))
            {
                json.WriteStartObject(path.Key);
                foreach (var operation in path) WriteOperation(json, operation);
                json.WriteEndObject();
            }

            json.WriteEndObject();
            json.WritePropertyName("components");
            json.WriteRawValue(Components);
            json.WritePropertyName("security");
            json.WriteRawValue(Security);
            json.WriteEndObject();
        }

        return buffer.WrittenMemory;
    }

    private static void WriteOperation(Utf8JsonWriter json, ApiOperation operation)
    {
        json.WriteStartObject(operation.Method.ToLowerInvariant());
        json.WriteString("operationId", operation.Name);
        json.WriteString("x-perdure-right", operation.Right.ToString());
        json.WriteStartArray("parameters");
        foreach (var label in operation.Path.Labels) WriteParameter(json, new ApiParameter(label, "path"));
        foreach (var parameter in operation.Parameters) WriteParameter(json, parameter);
        json.WriteEndArray();
        if (operation.Method is "POST" or "PUT")
        {
            json.WriteStartObject("requestBody");
            json.WriteStartObject("content");
            json.WriteStartObject("application/json");
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteStartObject("responses");
        json.WriteStartObject(operation.SuccessStatus.ToString());
        json.WriteString("description", "Done.");
        json.WriteEndObject();
        json.WriteStartObject("default");
        json.WriteString("$ref", "#/components/responses/Error");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteParameter(Utf8JsonWriter json, ApiParameter parameter)
    {
        json.WriteStartObject();
        json.WriteString("name", parameter.Name);
        json.WriteString("in", parameter.In);
        if (parameter.In == "path") json.WriteBoolean("required", true);
        json.WriteStartObject("schema");
        json.WriteString("type", parameter.Type);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private const string Components = """
        {
          "responses": {
            "Error": {
              "description": "Refused. The header x-amzn-errortype names the error, and so does __type.",
              "headers": { "x-amzn-errortype": { "schema": { "type": "string" } }, "Retry-After": { "schema": { "type": "integer" } } },
              "content": { "application/json": { "schema": {
                "type": "object",
                "properties": { "__type": { "type": "string" }, "Type": { "type": "string" }, "message": { "type": "string" }, "Message": { "type": "string" } }
              } } }
            }
          },
          "securitySchemes": {
            "signatureV4": { "type": "apiKey", "name": "Authorization", "in": "header", "x-amazon-apigateway-authtype": "awsSigv4" },
            "apiKey": { "type": "http", "scheme": "bearer" }
          }
        }
        """;

    private const string Security = """[{ "signatureV4": [] }, { "apiKey": [] }]""";
}
