#!/usr/bin/env bash
# Builds everything and runs every test. ./test.sh --help tells the rest.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
    cat <<'TEXT'
usage: ./test.sh [--unit | --containers | --native | --both] [--full] [--requirements] [--help]

Builds the solution with the monitor's page, checks the formatting and runs every test project (tests/*Tests). The page's
tests open it in Chromium; Node.js, Chromium and its fonts are installed with apt-get if they are missing (root or sudo).
Broker and database tests run on real servers:

  (nothing)       in containers where a Docker engine answers, else on native servers
  --containers    in containers, by Testcontainers; fails without a Docker engine
  --native        on private RabbitMQ and PostgreSQL processes of this machine; their packages are
                  installed with apt-get if they are missing (root or sudo); without the tests that
                  need containers, which are a broker cluster's
  --both          everything as with (nothing), then the broker and database tests once more on native servers
  --full          also the long forms: the fault suite with 100,000 messages and 200 random faults, the crash matrix and ballots with
                  1,000 kills each, and a broker that is away for ten minutes; about two hours more. COORDINATION_FAULTS_SEED chooses another course of events.
                  Reports: artifacts/fault-reports/
  --unit          only the tests that need no server and no browser
  --requirements  prints id, number of tests and result of each requirement, from the last full run
                  (which is made first if there is none)

The last line is "N passed, N failed, N skipped"; the exit code is 0 only if nothing failed and nothing was skipped.
Logs and results: artifacts/test-results/. A test project may run COORDINATION_TEST_LIMIT seconds (1200; with --full 7200). Needed beforehand: the .NET SDK that global.json names.
TEXT
}

say() { printf '%s %s\n' "$(date +%T)" "$*"; }
die() { printf 'test.sh: %s\n' "$*" >&2; exit 2; }

want=auto requirements=no full=no
for argument in "$@"; do
    case $argument in
    --unit | --containers | --native | --both)
        [ "$want" = auto ] || die "$argument and --$want exclude each other"
        want=${argument#--} ;;
    --full) full=yes ;;
    --requirements) requirements=yes ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; die "unknown argument: $argument" ;;
    esac
done

results=$PWD/artifacts/test-results
report=$PWD/artifacts/bin/Coordination.TestReport/release/Coordination.TestReport
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# MSBuild's own processes end with this script.
export MSBUILDDISABLENODEREUSE=1
project_limit=${COORDINATION_TEST_LIMIT:-1200} # seconds for one test project

if [ $full = yes ]; then
    [ "$want" != unit ] || die "--full and --unit exclude each other"
    export COORDINATION_FAULTS=long COORDINATION_FAULTS_BROKER_DOWN_SECONDS=${COORDINATION_FAULTS_BROKER_DOWN_SECONDS:-600}
    project_limit=${COORDINATION_TEST_LIMIT:-7200}
fi

docker_answers() { [ "$(docker version --format ok 2>/dev/null)" = ok ]; }
has_rabbitmq() { [ -x /usr/lib/rabbitmq/bin/rabbitmq-server ] || [ -x /opt/rabbitmq/sbin/rabbitmq-server ]; }
has_postgresql() { command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; }

has_node() { node -e 'process.exit(+process.versions.node.split(".")[0] >= 20 ? 0 : 1)' 2>/dev/null && command -v npm >/dev/null; }
has_chromium() { [ -x "${COORDINATION_CHROMIUM:-/usr/bin/chromium}" ]; }

# The page of the monitor is built by Node and tested in a browser.
install_node() {
    has_node && return 0
    install_packages "install Node.js 20 or later with npm: https://nodejs.org" nodejs npm
    has_node || die "Node.js $(node --version 2>/dev/null || true) is too old to build the monitor's page: install 20 or later, https://nodejs.org"
}

install_browser() {
    has_chromium && [ -d /usr/share/fonts/truetype/dejavu ] && return 0
    install_packages "install Chromium and name it in COORDINATION_CHROMIUM" chromium fonts-dejavu-core fonts-liberation
    has_chromium || die "chromium is installed, but ${COORDINATION_CHROMIUM:-/usr/bin/chromium} is not there"
}

install_native_servers() {
    local missing=()
    has_rabbitmq || missing+=(rabbitmq-server)
    has_postgresql || missing+=(postgresql)
    [ ${#missing[@]} -gt 0 ] || return 0
    install_packages "install it, or start a Docker engine" "${missing[@]}"
    has_rabbitmq && has_postgresql || die "${missing[*]} installed, but the server programs are not where they are looked for"
}

# install_packages <what else helps> <package…>
# Packages of Debian and Ubuntu start a system-wide server when they are installed; the tests start their own.
install_packages() {
    local otherwise=$1 missing=("${@:2}") as_root=() service policy=/usr/sbin/policy-rc.d
    command -v apt-get >/dev/null || die "no ${missing[*]} here, and no apt-get to install it: $otherwise"
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null || die "installing ${missing[*]} needs root or sudo; without them $otherwise"
        as_root=(sudo)
    fi
    mkdir -p "$results"
    say "installing ${missing[*]} with apt-get (log: artifacts/test-results/apt.log)"
    local own_policy=no done=yes
    if [ ! -e $policy ]; then
        own_policy=yes
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
        "${as_root[@]}" chmod 755 $policy
    fi
    {
        "${as_root[@]}" apt-get update -q &&
            "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends "${missing[@]}"
    } >"$results/apt.log" 2>&1 </dev/null || done=no
    [ $own_policy = no ] || "${as_root[@]}" rm -f $policy
    [ $done = yes ] || { tail -15 "$results/apt.log" >&2; die "apt-get could not install ${missing[*]}"; }
    # ... and would start it at the next boot. Only services that came with this very installation are touched.
    if [ -d /run/systemd/system ]; then
        for service in "${missing[@]}"; do
            "${as_root[@]}" systemctl disable --now "$service.service" >>"$results/apt.log" 2>&1 || true
        done
    fi
}

build() {
    command -v dotnet >/dev/null || die "no dotnet here. Install the .NET 10 SDK: https://dotnet.microsoft.com/download"
    dotnet --version >/dev/null 2>&1 || { dotnet --version || true; die "the .NET SDK that global.json names is not installed"; }
    install_node
    mkdir -p "$results"
    local step
    for step in "tool restore" "restore Coordination.sln --locked-mode" "build Coordination.sln -c Release --no-restore" "csharpier check ."; do
        say "dotnet $step"
        # shellcheck disable=SC2086
        dotnet $step >"$results/build.log" 2>&1 </dev/null || {
            grep -E '(: |^)[Ee]rror' "$results/build.log" | sed 's| \[.*\]$||' | sort -u | head -40 >&2 || true
            [ "${step%% *}" != csharpier ] || say "dotnet csharpier format . mends this"
            die "dotnet $step failed (whole output: artifacts/test-results/build.log)"
        }
    done
    # The build has installed what the page needs.
    for step in check lint test; do
        say "npm run $step (the monitor's page)"
        (cd src/Coordination.Monitor/web && npm run "$step") >"$results/page.log" 2>&1 </dev/null || {
            tail -30 "$results/page.log" >&2
            die "npm run $step failed (whole output: artifacts/test-results/page.log)"
        }
    done
}

# run_projects <kind of servers> <results folder> [xunit arguments…]
run_projects() {
    local servers=$1 folder=$2 project name program started code pid left_out=()
    shift 2
    mkdir -p "$folder"
    if [ "$servers" = native ]; then
        left_out=(-trait- needs=containers)
        say "left out on native servers: tests marked needs=containers (a broker cluster)"
    fi
    for project in tests/*Tests/*.csproj; do
        name=$(basename "$project" .csproj)
        program=artifacts/bin/$name/release/$name
        started=$SECONDS
        COORDINATION_TEST_SERVERS=$servers timeout -k 10 "$project_limit" "$program" -noColor -noLogo -noAutoReporters -longRunning 60 \
            -result-xml "$folder/$name.xml" "$@" "${left_out[@]}" >"$folder/$name.log" 2>&1 </dev/null &
        pid=$!
        while kill -0 $pid 2>/dev/null; do
            if [ $((SECONDS - started)) -ge 30 ]; then
                say "  … $name is still running"
                started=$SECONDS
            fi
            sleep 0.2
        done
        code=0
        wait $pid || code=$?
        echo $code >"$folder/$name.exit"
        "$report" project "$folder/$name.exit"
    done
}

full_run() {
    local mode=$want first second=
    case $mode in
    auto) if docker_answers; then first=containers; else first=native; fi ;;
    both) if docker_answers; then first=containers second=native; else first=native; fi ;;
    *) first=$mode ;;
    esac
    [ "$first" != containers ] || docker_answers || die "--containers: no Docker engine answers (docker version)"
    if [ "$mode" = both ] && [ -z "$second" ]; then say "no Docker engine answers: native servers only"; fi
    if [ "$first" = native ] || [ "$second" = native ]; then install_native_servers; fi
    install_browser
    build
    rm -rf "$results/full"
    say "all tests; broker and database: $first"
    run_projects "$first" "$results/full/$first"
    if [ -n "$second" ]; then
        say "broker and database tests; broker and database: $second"
        run_projects "$second" "$results/full/$second" -trait needs=servers
    fi
    git rev-parse HEAD >"$results/full/commit" 2>/dev/null || true
}

if [ "$want" = unit ]; then
    build
    rm -rf "$results/unit"
    run_projects none "$results/unit/unit" -trait- needs=servers -trait- needs=browser
    if [ $requirements = yes ]; then "$report" requirements "$results/unit" || true; fi
    say "${SECONDS} s"
    "$report" total "$results/unit"
    exit
fi

if [ $requirements = yes ] && [ -x "$report" ] && [ -e "$results/full/commit" ] && [ "$want" = auto ] && [ $full = no ]; then
    say "results of $(date -r "$results/full/commit" '+%F %T'), commit $(cat "$results/full/commit")"
    "$report" requirements "$results/full"
    exit
fi
full_run
if [ $requirements = yes ]; then "$report" requirements "$results/full" || true; fi
say "${SECONDS} s"
"$report" total "$results/full"
