using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>
/// The door for message bodies. In this order: size, contract and version, JSON (UTF-8, depth, no member twice), shape (members known,
/// required ones there, no null), then the message's own rules. Nothing is guessed or defaulted, and nothing that was received makes it throw.
/// </summary>
public static class ContractReader
{
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads one body.</summary>
    /// <param name="contractId">Header <see cref="EnvelopeHeaders.Contract"/>.</param>
    /// <param name="minor">Header <see cref="EnvelopeHeaders.Minor"/>: members we do not know pass only when it is higher than ours.</param>
    /// <param name="body">The JSON text in UTF-8.</param>
    /// <param name="limits">Bounds on the body.</param>
    public static ContractReading Read(string? contractId, string? minor, ReadOnlyMemory<byte> body, ContractLimits limits)
    {
        if (body.Length > limits.MaxBodyBytes)
        {
            return Refused(null, "body", $"has {body.Length} bytes; at most {limits.MaxBodyBytes} are read. Send a reference to the data.");
        }

        var (contract, senderMinor, refusal) = Version(contractId, minor);
        return refusal ?? ReadBody(contract!, senderMinor, body, limits);
    }

    private static (ContractInfo? Contract, int Minor, ContractReading? Refusal) Version(string? contractId, string? minor)
    {
        const string ContractPath = "headers." + EnvelopeHeaders.Contract;
        const string MinorPath = "headers." + EnvelopeHeaders.Minor;
        if (contractId is null)
        {
            return (null, 0, Refused(null, ContractPath, "is missing: it names the message's contract, for example run.submit.v1."));
        }

        if (!WireFormat.TrySplitContractId(contractId, out var name, out var major))
        {
            return (null, 0, Refused(null, ContractPath, "must be a contract id such as run.submit.v1."));
        }

        var contract = ContractCatalog.Find(contractId);
        if (contract is null)
        {
            return ContractCatalog.KnowsName(name)
                ? (
                    null,
                    0,
                    Refused(
                        null,
                        ContractPath,
                        $"is version {major} of {name}, which this build does not read.",
                        ReasonCode.UnsupportedVersion
                    )
                )
                : (null, 0, Refused(null, ContractPath, $"is {contractId}, a contract this build does not know."));
        }

        return minor is not null && WireFormat.TryCount(minor, 9999, out int senderMinor)
            ? (contract, senderMinor, null)
            : (null, 0, Refused(contract, MinorPath, "must be the sender's minor version of the contract, 0 to 9999."));
    }

    private static ContractReading ReadBody(ContractInfo contract, int senderMinor, ReadOnlyMemory<byte> body, ContractLimits limits)
    {
        try
        {
            RequireUtf8(body);
            var newer = senderMinor > contract.Minor;
            var options = new JsonDocumentOptions { MaxDepth = limits.MaxDepth, AllowDuplicateProperties = false };
            using (var document = JsonDocument.Parse(body, options))
            {
                var problems = BodyCheck.Check(document.RootElement, contract.Type, unknownMembersPass: newer);
                if (problems.Count > 0)
                {
                    return new ContractReading { Contract = contract, Problems = problems };
                }
            }

            var message = JsonSerializer.Deserialize(body.Span, ContractJson.Options.GetTypeInfo(contract.Type))!;
            var broken = ContractRules.Check(message, closedLists: !newer);
            return new ContractReading
            {
                Contract = contract,
                Message = broken.Count == 0 ? message : null,
                Problems = broken,
            };
        }
        catch (DecoderFallbackException)
        {
            return Refused(contract, "body", "is not UTF-8.");
        }
        catch (JsonException exception)
        {
            return Refused(contract, "body", "is not JSON as this contract takes it: " + exception.Message);
        }
        catch (InvalidOperationException)
        {
            // The only text nobody looked at before: a member name.
            return Refused(contract, "body", "has half of a surrogate pair in a member name: send whole characters.");
        }
    }

    /// <summary>The JSON parser does not look into strings; a broken one would surface only when it is used.</summary>
    private static void RequireUtf8(ReadOnlyMemory<byte> body)
    {
        var bytes = MemoryMarshal.TryGetArray(body, out var segment) ? segment : new ArraySegment<byte>(body.ToArray());
        _ = StrictUtf8.GetCharCount(bytes.Array!, bytes.Offset, bytes.Count);
    }

    private static ContractReading Refused(ContractInfo? contract, string path, string message, string code = ReasonCode.ContractInvalid) =>
        new()
        {
            Contract = contract,
            Problems =
            [
                new Problem
                {
                    Code = code,
                    Path = path,
                    Message = path + " " + message,
                },
            ],
        };
}
