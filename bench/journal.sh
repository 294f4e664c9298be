#!/usr/bin/env bash
# Measures what the journal adds to an effect. Starts its own RabbitMQ and PostgreSQL and removes them. See docs/decisions/0014.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
project=$root/bench/Coordination.Journal
if [ -z "${COORDINATION_TEST_SERVERS:-}" ] && [ -e /usr/lib/rabbitmq/bin/rabbitmq-server ] && compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null; then
    export COORDINATION_TEST_SERVERS=native
fi
dotnet build "$project" -c Release --nologo -v quiet >&2
BENCH_COMMIT=$(git -C "$root" rev-parse --short HEAD 2>/dev/null || true)
[ -z "$BENCH_COMMIT" ] || git -C "$root" diff --quiet HEAD -- src bench || BENCH_COMMIT+="+changes"
export BENCH_COMMIT
exec "$root/artifacts/bin/Coordination.Journal/release/Coordination.Journal" "$@"
