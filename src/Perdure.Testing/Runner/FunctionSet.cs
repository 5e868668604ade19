using Microsoft.Extensions.DependencyInjection;
using Perdure.Engine.Executions;
using Perdure.Engine.Invocation;

namespace Perdure.Testing;

/// <summary>The function under test and the functions that it calls, registered anew with every node.</summary>
internal sealed class FunctionSet(string name, Action<IPerdureBuilder> register)
{
    private readonly List<Action<IPerdureBuilder>> _registrations = [register];
    private readonly HashSet<string> _names = [name];

    /// <summary>The function under test.</summary>
    public string Name => name;

    /// <summary>Adds a function under its short name.</summary>
    /// <exception cref="ArgumentException">The name is not valid, or is taken.</exception>
    public void Add(string functionNameOrArn, Func<string, Action<IPerdureBuilder>> registration)
    {
        ArgumentException.ThrowIfNullOrEmpty(functionNameOrArn);
        var shortName = ShortName(functionNameOrArn);
        if (!ExecutionArn.IsValidName(shortName))
            throw new ArgumentException($"'{functionNameOrArn}' is neither a function's name (1 to 64 characters of [a-zA-Z0-9-_], and perhaps a qualifier) nor its ARN.", nameof(functionNameOrArn));
        if (!_names.Add(shortName))
            throw new ArgumentException($"A function named '{shortName}' is already registered; qualifiers do not tell functions apart here.", nameof(functionNameOrArn));
        _registrations.Add(registration(shortName));
    }

    public void Configure(IPerdureBuilder builder)
    {
        foreach (var registration in _registrations) registration(builder);

        // A test has one version of each function: whichever a call names, that is the one.
        for (var i = 0; i < builder.Services.Count; i++)
        {
            if (builder.Services[i].ImplementationInstance is FunctionDefinition definition)
                builder.Services[i] = ServiceDescriptor.Singleton(definition with { AnswersToAnyAddress = true });
        }
    }

    /// <summary><c>charge</c> of <c>charge:live</c> and of <c>arn:aws:lambda:eu-west-1:123456789012:function:charge:live</c>.</summary>
    private static string ShortName(string functionNameOrArn)
    {
        const string Marker = ":function:";
        var at = functionNameOrArn.IndexOf(Marker, StringComparison.Ordinal);
        return (at < 0 ? functionNameOrArn : functionNameOrArn[(at + Marker.Length)..]).Split(':')[0];
    }
}
