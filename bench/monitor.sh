#!/usr/bin/env bash
# Measures the monitor against its budgets. Starts its own RabbitMQ and PostgreSQL and removes them. See docs/benchmarks.md.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
project=$root/bench/Coordination.Monitor.Bench
if [ -z "${COORDINATION_TEST_SERVERS:-}" ] && [ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] && compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    export COORDINATION_TEST_SERVERS=native
fi
dotnet build "$project" -c Release --nologo -v quiet >&2
BENCH_COMMIT=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || true)
[ -z "$BENCH_COMMIT" ] || git -C "$root" diff --quiet HEAD -- src bench || BENCH_COMMIT+="+changes"
export BENCH_COMMIT
exec "$root/artifacts/bin/Coordination.Monitor.Bench/release/Coordination.Monitor.Bench" "$@"
