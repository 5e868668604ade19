using Perdure.Conformance;
using Perdure.Conformance.Handlers;
using Perdure.Conformance.Requirements;
using Perdure.Conformance.Running;
using Perdure.Conformance.Service;

const int Failed = 1;
const int Misused = 2;
const int RequirementsMissing = 77; // as test.sh understands it: the last line says what is missing

var functions = FunctionCatalogue.Create();
if (WorkerProcess.IsWorker(args))
{
    await WorkerProcess.RunAsync(args, functions);
    return 0;
}

Options options;
try
{
    options = Options.Parse(args);
}
catch (FormatException error)
{
    Console.Error.WriteLine($"{error.Message}\n\n{Options.Usage}");
    return Misused;
}

if (!Directory.Exists(options.Requirements))
{
    Console.Error.WriteLine($"The requirements are missing: there is no folder {options.Requirements}. Name the one that has them with --requirements DIR.");
    return RequirementsMissing;
}

var requirements = RequirementReader.ReadAll(options.Requirements).Where(options.AskFor).ToList();
if (requirements.Count == 0)
{
    Console.Error.WriteLine("No requirement is of that suite and id.");
    return Misused;
}

var log = new RunLog();
var report = new Report(Console.Out);
await using IServiceUnderTest service = options.Embedded ? await EmbeddedService.StartAsync(functions, log) : await HttpService.StartAsync(functions, log);
var verdicts = await SuiteRun.RunAsync(service, functions, log, requirements, options.Parallel, report.Add);
if (options.Json is { } file) await File.WriteAllTextAsync(file, Report.Json(verdicts));
return report.Finish(verdicts) ? 0 : Failed;
