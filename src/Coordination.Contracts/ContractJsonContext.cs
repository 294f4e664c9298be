using System.Text.Json;
using System.Text.Json.Serialization;
using Coordination.Contracts.V1;

namespace Coordination.Contracts;

/// <summary>Internal, so that generated members are no part of the public API. Options are those of <see cref="ContractJson"/>.</summary>
[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(SubmitRun))]
[JsonSerializable(typeof(RunAccepted))]
[JsonSerializable(typeof(RunRejected))]
[JsonSerializable(typeof(CancelRun))]
[JsonSerializable(typeof(RunCompleted))]
[JsonSerializable(typeof(RunPartial))]
[JsonSerializable(typeof(RunFailed))]
[JsonSerializable(typeof(RunCancelled))]
[JsonSerializable(typeof(RunExpired))]
[JsonSerializable(typeof(RunTimerDue))]
[JsonSerializable(typeof(ExecuteStep))]
[JsonSerializable(typeof(StepProgress))]
[JsonSerializable(typeof(StepCompleted))]
[JsonSerializable(typeof(StepFailed))]
[JsonSerializable(typeof(InputRequired))]
[JsonSerializable(typeof(InputAnswered))]
[JsonSerializable(typeof(CancelStep))]
[JsonSerializable(typeof(CompensateStep))]
[JsonSerializable(typeof(StepCompensated))]
[JsonSerializable(typeof(AgentAnnounced))]
[JsonSerializable(typeof(Envelope))]
[JsonSerializable(typeof(RunPlan))]
[JsonSerializable(typeof(IReadOnlyList<Problem>))]
[JsonSerializable(typeof(List<Problem>))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(List<string>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ContractJsonContext : JsonSerializerContext;
