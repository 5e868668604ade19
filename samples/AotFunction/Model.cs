using System.Text.Json.Serialization;
using Perdure;

namespace AotFunction;

/// <summary>What is ordered, and by whom: the customer is nobody's business who reads a history.</summary>
internal sealed record Order(int Number, string[] Items, [SensitiveData] string Customer, [SensitiveData] DateOnly Birthday);

internal sealed record Reservation(string Item, int Shelf);

internal sealed record Receipt(int Number, Reservation[] Reserved, decimal Price, bool IsConfirmed);

internal sealed record Quote(string Item, int Pieces);

/// <summary>Every type that the functions hand around. Strings, numbers and dates need no mention.</summary>
[JsonSerializable(typeof(Order))]
[JsonSerializable(typeof(Reservation))]
[JsonSerializable(typeof(Receipt))]
[JsonSerializable(typeof(Quote))]
[JsonSerializable(typeof(Polling))]
internal sealed partial class OrderJson : JsonSerializerContext;

internal sealed record Polling(int Polls);

/// <summary>Recorded by its code, so that it is known again whatever the class is called later.</summary>
[DurableError("SoldOut")]
internal sealed class SoldOutException(string item) : Exception($"{item} is sold out.");
