using System.ClientModel;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenAI;
using TicketTriage.Agents;
using TicketTriage.Ballots;
using TicketTriage.Outside;
using TicketTriage.People;

namespace TicketTriage.Running;

/// <summary>Puts the process together: the backbone, this program's agents, and the outside world they act on.</summary>
public static class Composition
{
    public static IHost Build(SampleOptions options)
    {
        var page = options.Monitor ? MonitorPage.Builder(options) : null;
        IHostApplicationBuilder builder = page is null ? Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings()) : page;
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.SetMinimumLevel(options.Submits ? LogLevel.Error : LogLevel.Information);
        AddBackbone(builder.Services, options);
        AddOutsideWorld(builder.Services, options.Data);
        AddModel(builder.Services, options.Chat);
        if (options.HostsAgents)
        {
            builder.Services.ConfigureWorkers(workers => workers.LeaseTtl = options.Lease);
            Fleet.AddTo(builder.Services, options.Agents, asksModel: options.Chat is not null);
            if (options.RefundBallot)
            {
                RefundBallot.AddAgents(builder.Services);
            }
            else if (options is { Monitor: true, Submits: true })
            {
                PeopleCases.AddAgents(builder.Services);
            }
        }

        return page is null ? ((HostApplicationBuilder)builder).Build() : MonitorPage.Build(page);
    }

    private static void AddBackbone(IServiceCollection services, SampleOptions options)
    {
        services.AddCoordination(backbone =>
        {
            if (options is { Broker: { } broker, Database: { } database })
            {
                backbone.UseRabbitMq(broker).UsePostgres(PostgresAddress.ToConnectionString(database));
            }
            else
            {
                Directory.CreateDirectory(options.Data.Path);
                backbone.UseInMemory().UseSqlite(options.Data.Database);
            }

            if (options.HostsRuns)
            {
                backbone.AddRuns();
                backbone.AddConsensus(RefundBallot.Policies);
            }
        });
        services.AddRunClient();
        if (options is { HostsRuns: true, HostsAgents: false })
        {
            // Makes the tables of workers in other processes too.
            services.AddWorkersSchema();
        }
    }

    private static void AddOutsideWorld(IServiceCollection services, DataFolder data)
    {
        services.AddSingleton(_ => new RefundLedger(data.Refunds));
        services.AddSingleton(_ => new HoldLedger(data.Holds));
        services.AddSingleton(new MailFolder(data.Mail));
        services.AddSingleton<PaymentProvider>();
    }

    private static void AddModel(IServiceCollection services, ChatSettings? chat)
    {
        if (chat is not null)
        {
            // Endpoints on one's own machine ask for no key, but the client wants one.
            var key = new ApiKeyCredential(chat.ApiKey ?? "none");
            var client = new OpenAIClient(key, new OpenAIClientOptions { Endpoint = chat.Endpoint });
            services.AddSingleton(client.GetChatClient(chat.Model).AsIChatClient());
        }

        services.AddSingleton(provider => new TicketReader(
            provider.GetService<IChatClient>(),
            provider.GetRequiredService<ILogger<TicketReader>>()
        ));
    }
}
