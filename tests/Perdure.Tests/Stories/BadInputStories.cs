using Perdure.Testing;

namespace Perdure.Tests.Stories;

/// <summary>Bad input gets an error that names field, value and cure; nothing is half-written.</summary>
public class BadInputStories
{
    [Fact]
    public async Task An_execution_name_of_65_characters_is_refused_before_anything_is_written()
    {
        await using var host = await StartAsync((_, _) => Task.FromResult(""));
        var name = new string('a', 65);

        var error = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StartAsync("f", "", new StartOptions { ExecutionName = name }));

        Assert.Contains($"ExecutionName '{name}' (65 characters)", error.Message);
        Assert.Contains("1 to 64 characters", error.Message);
        Assert.Empty(await host.Client.ListAsync().ToListAsync());
    }

    [Fact]
    public async Task An_operation_name_of_257_characters_is_refused_and_the_position_is_not_used_up()
    {
        var end = await RunAsync(async (_, context) =>
        {
            var error = await Record.ExceptionAsync(() => context.StepAsync((_, _) => Task.FromResult(0), new string('n', 257)));
            Assert.Contains("name has 257 characters", Assert.IsType<ArgumentException>(error).Message);
            await context.StepAsync((_, _) => Task.FromResult(0), "fine");
            return "done";
        });

        Assert.Equal("\"done\"", end.Result);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(400)]
    public async Task A_wait_out_of_range_is_refused_at_the_call(int days)
    {
        var duration = TimeSpan.FromDays(days);
        await using var host = await StartAsync(async (_, context) =>
        {
            await context.WaitAsync(duration);
            return "";
        });
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(typeof(ArgumentOutOfRangeException).FullName, end.Error!.ErrorType);
        Assert.Contains($"duration is {duration}", end.Error.ErrorMessage);
        Assert.Contains("1 second to 366 days", end.Error.ErrorMessage);
        Assert.Single(await host.Client.GetOperationsAsync(arn));
    }

    [Fact]
    public async Task A_callback_id_that_was_not_given_out_is_refused()
    {
        string? id = null;
        await using var host = await StartAsync(async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>();
            id = callback.CallbackId;
            return await callback.GetResultAsync();
        });
        await host.Client.StartAsync("f", "1");
        await host.SettleAsync();
        var bytes = Convert.FromBase64String(id!);

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            var error = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendCallbackSuccessAsync(Convert.ToBase64String(bytes), "forged"));
            Assert.Contains("Invalid callback id", error.Message);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendCallbackSuccessAsync(id![..^4], "cut"));
        await host.Client.SendCallbackSuccessAsync(id!, "right");
    }

    [Fact]
    public async Task An_error_of_1_MiB_is_refused_at_the_client_and_the_question_stays_open()
    {
        string? id = null;
        await using var host = await StartAsync(async (_, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>();
            id = callback.CallbackId;
            return await callback.GetResultAsync();
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        var events = await host.Client.GetHistoryAsync(arn).CountAsync();

        // Each member fits; what counts is the whole, as it is serialized.
        var error = new ErrorObject { ErrorType = "Refused", ErrorMessage = new string('m', 600_000), ErrorData = new string('d', 600_000) };
        var failure = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.SendCallbackFailureAsync(id!, error));
        var stop = await Assert.ThrowsAsync<ArgumentException>(() => host.Client.StopAsync(arn, error));

        Assert.All([failure, stop], refused => Assert.Matches(@"^error is 1,2\d\d,\d\d\d bytes; at most 1,048,575 are allowed\..*\[PDR0305\]", refused.Message));
        Assert.Equal(events, await host.Client.GetHistoryAsync(arn).CountAsync());
        await host.Client.SendCallbackFailureAsync(id!, error with { ErrorData = null });
        await host.RunToEndAsync(arn);
        Assert.Equal(600_000, (await host.Client.GetOperationsAsync(arn))[1].CallbackDetails!.Error!.ErrorMessage!.Length);
    }

    [Fact]
    public async Task Of_an_error_that_is_too_large_to_record_the_data_is_left_out()
    {
        var data = new string('d', 1_048_400); // it fits where it comes in, and not with what is added on the way
        var id = "";
        var seen = new List<string?>();
        await using var host = await StartAsync(async (_, context) =>
        {
            try
            {
                return await context.WaitForCallbackAsync<string>((callbackId, _, _) => { id = callbackId; return Task.CompletedTask; });
            }
            catch (DurableOperationException error)
            {
                seen.Add(error.Message);
                throw new StepException("given up") { ErrorType = "Mine", ErrorData = data + data };
            }
        });
        var arn = await host.Client.StartAsync("f", "");
        await host.SettleAsync();
        await host.Client.SendCallbackFailureAsync(id, new ErrorObject { ErrorMessage = "no", ErrorData = data });
        var end = await host.RunToEndAsync(arn);

        Assert.Equal(["no"], seen);
        Assert.Equal(("Mine", "given up", null), (end.Error!.ErrorType, end.Error.ErrorMessage, end.Error.ErrorData));
    }

    [Fact]
    public async Task A_callback_id_of_another_execution_answers_only_that_one()
    {
        var ids = new Dictionary<string, string>();
        await using var host = await StartAsync(async (input, context) =>
        {
            var callback = await context.CreateCallbackAsync<string>();
            lock (ids) ids[input] = callback.CallbackId;
            return await callback.GetResultAsync();
        });
        var first = await host.Client.StartAsync("f", "1");
        var second = await host.Client.StartAsync("f", "2");
        await host.SettleAsync();

        await host.Client.SendCallbackSuccessAsync(ids["2"], "for the second");
        await host.SettleAsync();

        Assert.Equal(ExecutionStatus.Running, (await host.Client.GetAsync(first))!.Status);
        Assert.Equal("\"for the second\"", (await host.Client.GetAsync(second))!.Result);
        await Assert.ThrowsAsync<CallbackClosedException>(() => host.Client.SendCallbackSuccessAsync(ids["2"], "again"));
    }

    [Fact]
    public async Task A_step_result_of_300_KB_fails_the_step_without_a_retry_and_says_what_to_do()
    {
        var runs = 0;
        var end = await RunAsync((_, context) => context.StepAsync(
            (_, _) =>
            {
                runs++;
                return Task.FromResult(new string('x', 300_000));
            },
            "big"));

        Assert.Equal(1, runs);
        Assert.Equal(typeof(DurableSerializationException).FullName, end.Error!.ErrorType);
        Assert.Contains("The result of Step 'big' at position 1 is 300,002 bytes; a step result is at most 262,144", end.Error.ErrorMessage);
    }

    [Fact]
    public async Task A_result_that_cannot_be_read_back_fails_the_step_before_it_is_recorded()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<string, string>("f", async (_, context) =>
            (await context.StepAsync((_, _) => Task.FromResult<IFormattable>(1.5), "oneway")).ToString("G", null)));
        var arn = await host.Client.StartAsync("f", "");
        var end = await host.RunToEndAsync(arn);

        Assert.Contains("The result of Step 'oneway' at position 1", end.Error!.ErrorMessage);
        Assert.Contains("could not be read back as System.IFormattable", end.Error.ErrorMessage);
        Assert.Equal(OperationStatus.Failed, (await host.Client.GetOperationsAsync(arn))[1].Status);
    }

    [Fact]
    public async Task A_lone_surrogate_is_refused_not_replaced()
    {
        var end = await RunAsync((_, context) => context.StepAsync((_, _) => Task.FromResult("x"), "s", new StepConfig { Serializer = new Surrogates() }));

        Assert.Contains("lone surrogate", end.Error!.ErrorMessage);
    }

    [Fact]
    public async Task An_unregistered_function_is_refused_with_the_names_that_are_there()
    {
        await using var host = await StartAsync((_, _) => Task.FromResult(""));

        var error = await Assert.ThrowsAsync<FunctionNotFoundException>(() => host.Client.StartAsync("g", ""));

        Assert.Contains("No function named 'g' is registered. Registered: f.", error.Message);
    }

    [Fact]
    public async Task An_input_of_another_shape_fails_the_execution_with_the_type_it_wants()
    {
        await using var host = await DurableTestHost.StartAsync(builder => builder.AddFunction<int, string>("f", (_, _) => Task.FromResult("")));

        var end = await host.RunToEndAsync(await host.Client.StartAsync("f", "text"));

        Assert.Contains("could not be read as System.Int32", end.Error!.ErrorMessage);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(40_000_000)]
    public void A_callback_timeout_out_of_range_is_refused_where_it_is_set(double seconds)
    {
        var error = Assert.Throws<ArgumentOutOfRangeException>(() => new CallbackConfig { HeartbeatTimeout = TimeSpan.FromSeconds(seconds) });

        Assert.Contains("HeartbeatTimeout is", error.Message);
    }

    private static Task<DurableTestHost> StartAsync(Func<string, IDurableContext, Task<string>> function) =>
        DurableTestHost.StartAsync(builder => builder.AddFunction("f", function));

    private static async Task<ExecutionDescription> RunAsync(Func<string, IDurableContext, Task<string>> function)
    {
        await using var host = await StartAsync(function);
        return await host.RunToEndAsync(await host.Client.StartAsync("f", ""));
    }

    private sealed class Surrogates : IDurableSerializer
    {
        public string Serialize<T>(T value, DurableSerializationContext context) => "\ud800";

        public T Deserialize<T>(string payload, DurableSerializationContext context) => default!;
    }
}
