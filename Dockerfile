# Two images: `host` is the program `coordination`, `triage` the sample's agents.
#   docker build --target host -t coordination .      (BuildKit, which is the default)
FROM node:22-slim AS web
WORKDIR /web
COPY src/Coordination.Monitor/web/package.json src/Coordination.Monitor/web/package-lock.json src/Coordination.Monitor/web/.npmrc ./
RUN --mount=type=cache,target=/npm npm ci --cache /npm --no-audit --no-fund
COPY src/Coordination.Monitor/web/ ./
RUN npm run build && node compress.mjs

FROM mcr.microsoft.com/dotnet/sdk:10.0 AS build
ARG TARGETARCH
ENV NUGET_PACKAGES=/nuget
WORKDIR /source

# The project files first: packages are restored again only when these change.
COPY global.json Directory.*.props Directory.*.targets BannedSymbols.txt .editorconfig ./
COPY src/Coordination.Contracts/*.csproj src/Coordination.Contracts/packages.lock.json src/Coordination.Contracts/
COPY src/Coordination.Persistence/*.csproj src/Coordination.Persistence/packages.lock.json src/Coordination.Persistence/
COPY src/Coordination.Sagas/*.csproj src/Coordination.Sagas/packages.lock.json src/Coordination.Sagas/
COPY src/Coordination.Workers/*.csproj src/Coordination.Workers/packages.lock.json src/Coordination.Workers/
COPY src/Coordination.Monitor/*.csproj src/Coordination.Monitor/*.targets src/Coordination.Monitor/packages.lock.json src/Coordination.Monitor/
COPY src/Coordination.Host/*.csproj src/Coordination.Host/packages.lock.json src/Coordination.Host/
COPY samples/TicketTriage/*.csproj samples/TicketTriage/packages.lock.json samples/TicketTriage/
RUN --mount=type=cache,target=/nuget \
    dotnet restore src/Coordination.Host -a ${TARGETARCH:-$(dpkg --print-architecture)} -p:PublishReadyToRun=true \
    && dotnet restore samples/TicketTriage -a ${TARGETARCH:-$(dpkg --print-architecture)} -p:PublishReadyToRun=true

COPY src/ src/
COPY samples/ samples/
# The page is built above, where Node is: here it is only embedded.
COPY --from=web /web/dist/ src/Coordination.Monitor/web/dist/
# Compiled ahead of time, for one architecture (the lock files know none, so they are written anew here): a process that starts beside others takes less from them.
RUN --mount=type=cache,target=/nuget \
    dotnet publish src/Coordination.Host --no-restore -c Release -a ${TARGETARCH:-$(dpkg --print-architecture)} --no-self-contained -p:PublishReadyToRun=true -p:SkipWeb=true -o /out/host \
    && dotnet publish samples/TicketTriage --no-restore -c Release -a ${TARGETARCH:-$(dpkg --print-architecture)} --no-self-contained -p:PublishReadyToRun=true -p:SkipWeb=true -o /out/triage

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS host
WORKDIR /app
COPY --from=build /out/host/ ./
USER $APP_UID
EXPOSE 8080
# Its address is 127.0.0.1 by default: a container says itself that others may reach it.
ENV Coordination__Urls=http://0.0.0.0:8080
ENTRYPOINT ["dotnet", "/app/coordination.dll"]
CMD ["host"]

FROM mcr.microsoft.com/dotnet/aspnet:10.0 AS triage
WORKDIR /app
# A volume mounted here belongs to the program's user.
RUN mkdir /data && chown "$APP_UID" /data
COPY --from=build /out/triage/ ./
USER $APP_UID
ENTRYPOINT ["dotnet", "/app/TicketTriage.dll"]
