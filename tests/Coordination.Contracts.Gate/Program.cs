using Coordination.Contracts;
using Coordination.Contracts.Gate;

// Runs after every build of this project: compares the contracts in the code with the published schemas and samples in the folder given,
// and prints one MSBuild error per break. With --accept it writes the files of new contracts and new minor versions.
var folder = new PublishedContracts(args[0]);
var current = ContractCatalog.All.Select(contract => new CurrentContract(contract.Id, contract.Minor, SchemaExport.Of(contract))).ToList();
if (args.Contains("--accept"))
{
    folder.WriteMissing(current);
}

var errors = ContractGate.Check(current, folder.Schemas()).Concat(SampleCheck.Check(ContractCatalog.All, folder.Samples())).ToList();
foreach (var error in errors)
{
    Console.WriteLine($"{folder.Root} : error CTR10: {error}");
}

return errors.Count == 0 ? 0 : 1;
