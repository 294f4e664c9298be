using Coordination.Host.CommandLine;

return await CoordinationCommand.RunAsync(args, Terminal.OfThisProcess(), CancellationToken.None);
