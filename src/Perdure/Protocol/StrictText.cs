using System.Text;

namespace Perdure.Protocol;

/// <summary>Text to bytes and back without ever replacing a character: a lone surrogate is refused instead of becoming U+FFFD.</summary>
internal static class StrictText
{
    private static readonly UTF8Encoding Encoding = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static int ByteCount(string text) => Encoding.GetByteCount(text);

    public static byte[] Bytes(string text) => Encoding.GetBytes(text);

    public static int Write(string text, Span<byte> target) => Encoding.GetBytes(text, target);

    public static string Text(ReadOnlySpan<byte> bytes) => Encoding.GetString(bytes);
}
