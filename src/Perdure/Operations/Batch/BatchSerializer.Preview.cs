using System.Text;
using Perdure.PayloadStores;

namespace Perdure.Operations.Batch;

/// <summary>A batch is as sensitive as its items, and is shown by them.</summary>
internal sealed partial class BatchSerializer<T> : IPreviewingSerializer
{
    public bool IsSensitive<TValue>(TValue value)
    {
        var results = ((IBatchResult<T>)value!).GetResults(); // only given to operations of this type
        return items is IPreviewingSerializer previewing ? results.Any(previewing.IsSensitive) : Sensitive.IsMarked(typeof(T)) && results.Count > 0;
    }

    public string? Preview<TValue>(TValue value, int maxBytes)
    {
        if (items is not IPreviewingSerializer previewing) return null;
        var shown = new StringBuilder("[");
        foreach (var item in ((IBatchResult<T>)value!).GetResults())
        {
            if (shown.Length > maxBytes) break;
            if (shown.Length > 1) shown.Append(',');
            shown.Append(previewing.Preview(item, maxBytes) ?? "null");
        }

        return JsonCut.ToFit(Encoding.UTF8.GetBytes(shown.Append(']').ToString()), maxBytes);
    }
}
