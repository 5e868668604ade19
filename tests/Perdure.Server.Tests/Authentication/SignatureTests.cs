using Perdure.Server.Authentication;

namespace Perdure.Server.Tests.Authentication;

/// <summary>AWS's published examples of Signature Version 4: the test suite's requests, and the one of its documentation.</summary>
public class SignatureTests
{
    private const string Secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    private const string Date = "20150830T123600Z";

    private static readonly (string, string)[] Plain = [("host", "example.amazonaws.com"), ("x-amz-date", Date)];

    [Theory]
    [InlineData("GET", "/", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")] // get-vanilla
    [InlineData("POST", "/", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b")] // post-vanilla
    [InlineData("GET", "/?Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")] // get-vanilla-query-order-key-case
    public void The_requests_of_the_test_suite_have_its_signatures(string method, string target, string signature) =>
        Assert.True(Signed("service", Plain, signature).IsOf(CanonicalRequest.Of(method, target, Plain, CanonicalRequest.Hash([])), Date, Secret));

    [Fact]
    public void Blanks_in_header_values_do_not_count() // get-header-value-trim
    {
        (string, string)[] headers = [("host", "example.amazonaws.com"), ("my-header1", " value1"), ("my-header2", " \"a   b   c\""), ("x-amz-date", Date)];

        var canonical = CanonicalRequest.Of("GET", "/", headers, CanonicalRequest.Hash([]));

        Assert.True(Signed("service", headers, "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736").IsOf(canonical, Date, Secret));
    }

    [Fact]
    public void The_example_of_the_documentation_has_its_signature()
    {
        (string, string)[] headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8"), ("host", "iam.amazonaws.com"), ("x-amz-date", Date)];

        var canonical = CanonicalRequest.Of("GET", "/?Action=ListUsers&Version=2010-05-08", headers, CanonicalRequest.Hash([]));

        Assert.Equal("f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59", CanonicalRequest.Hash(System.Text.Encoding.UTF8.GetBytes(canonical)));
        Assert.True(Signed("iam", headers, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7").IsOf(canonical, Date, Secret));
    }

    /// <summary>Made with botocore 1.43, which encodes a path once more than it sends it.</summary>
    [Fact]
    public void A_request_of_an_AWS_SDK_with_an_encoded_ARN_has_its_signature()
    {
        const string Target = "/2025-12-01/durable-executions/arn%3Aaws%3Alambda%3Alocal%3A000000000000%3Afunction%3Aheld%3A%24LATEST%2Fdurable-execution%2Fmine%2F0b2c/history" +
            "?MaxItems=1&Marker=a%2Bb%2F%3D&IncludeExecutionData=true";
        (string, string)[] headers = [("host", "127.0.0.1:8080"), ("x-amz-date", "20260101T000000Z")];

        var canonical = CanonicalRequest.Of("GET", Target, headers, CanonicalRequest.Hash([]));

        var signed = new SignatureV4(
            "AKIDEXAMPLE000000", "20260101", "us-east-1", "lambda", ["host", "x-amz-date"], "1d9c0824a1ae428b1f8972b6b6eb589aef5a6b3a3cb50da7d7348b9ef56251c1");
        Assert.True(signed.IsOf(canonical, "20260101T000000Z", Secret));
    }

    private static SignatureV4 Signed(string service, (string Name, string)[] headers, string signature) =>
        new("AKIDEXAMPLE", "20150830", "us-east-1", service, [.. headers.Select(header => header.Name)], signature);
}
