using System.Buffers;
using Perdure.Protocol;

namespace Perdure.Engine.Executions;

/// <summary>Gathers the payload bytes of one entry. Rules get slices; only the shell and the store see bytes.</summary>
internal sealed class PayloadWriter(long version)
{
    private ArrayBufferWriter<byte>? _bytes;

    public ReadOnlyMemory<byte> Written => _bytes?.WrittenMemory ?? default;

    public PayloadSlice Add(ReadOnlySpan<byte> bytes)
    {
        _bytes ??= new ArrayBufferWriter<byte>(Math.Max(256, bytes.Length));
        var slice = new PayloadSlice(version, _bytes.WrittenCount, bytes.Length);
        _bytes.Write(bytes);
        return slice;
    }

    public PayloadSlice? Add(string? text)
    {
        if (text is null) return null;
        var size = StrictText.ByteCount(text);
        _bytes ??= new ArrayBufferWriter<byte>(Math.Max(256, size));
        var slice = new PayloadSlice(version, _bytes.WrittenCount, size);
        StrictText.Write(text, _bytes.GetSpan(size));
        _bytes.Advance(size);
        return slice;
    }

    public PayloadSlice? Add(ErrorObject? error) => error is null ? null : Record(error);

    public PayloadSlice Record(ErrorObject error) => Add(ProtocolJson.Bytes(error));
}
