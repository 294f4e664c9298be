#!/usr/bin/env bash
# Makes the README's pictures of the monitor from the sample: docs/images/make.sh. Needs curl and Chromium (COORDINATION_CHROMIUM, /usr/bin/chromium by default).
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
images=$root/docs/images
chromium=${COORDINATION_CHROMIUM:-/usr/bin/chromium}
work=$(mktemp -d)
sample=
trap '[ -z "$sample" ] || kill "$sample" 2>/dev/null || true; wait 2>/dev/null || true; rm -rf "$work"' EXIT

dotnet build "$root/samples/TicketTriage" -c Release --nologo -v quiet >&2
"$root/artifacts/bin/TicketTriage/release/TicketTriage" --monitor --monitor-url http://127.0.0.1:0 --data "$work/data" >"$work/log" 2>&1 &
sample=$!
for ((i = 0; i < 120; i++)); do
    grep -q '^Some work waits' "$work/log" && break
    kill -0 "$sample" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
    sleep 1
done
address=$(sed -n 's/^Monitor: //p' "$work/log")

# id <path> <member>: the first value of a member in what the API answers
id() { curl -sSf "${address}api/v1/$1" | grep -o "\"$2\":\"[^\"]*\"" | head -1 | cut -d'"' -f4; }

# shot <file> <path> <height>
shot() {
    "$chromium" --headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync \
        --user-data-dir="$work/browser" --hide-scrollbars --window-size="1440,$3" --virtual-time-budget=6000 --screenshot="$images/$1" "$address$2" >"$work/$1.log" 2>&1 \
        || { cat "$work/$1.log" >&2; exit 1; }
    echo "docs/images/$1"
}

shot overview.png "" 760
shot run.png "runs/$(id 'runs?q=status:failed&limit=1' runId)" 720
shot ballot.png "consensus/$(id 'ballots?status=people&limit=1' ballotId)" 1000
