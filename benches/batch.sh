#!/usr/bin/env bash
# Seconds and peak memory of `bnq batch` for signed reads, against `curl --parallel` of the same URLs signed beforehand,
# alternating in one run against one `bnq serve`. Everything on loopback, bounded in count.
#
#   benches/batch.sh [BNQ] [REQUESTS] [PARALLEL] [ROUNDS]      BNQ: a release binary; 10000, 16 and 3 unless given
set -euo pipefail
cd "$(dirname "$0")/.."
bnq=$(realpath "${1:-target/release/bnq}")
requests=${2:-10000}
parallel=${3:-16}
rounds=${4:-3}
readonly NOW=1772323200000
readonly KEY=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A

need() {
  command -v "$1" >/dev/null || { apt-get update -qq && apt-get install -y -qq "$2" >/dev/null; }
}
need curl curl
[ -x /usr/bin/time ] || need /usr/bin/time time

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT
export BNQ_STATE_DIR="$dir/remembered"

# The clock stands still, so that what was signed beforehand is taken; bnq signs each request while it runs.
"$bnq" serve --port 0 --fixed-time "$NOW" --no-limits >"$dir/out" 2>/dev/null &
until base=$(sed -n 's/^listening on //p' "$dir/out") && [ -n "$base" ]; do sleep 0.1; done

for ((i = 1; i <= requests; i++)); do
  echo "open-orders symbol=ARKBTC recvWindow=$((i % 50000 + 5000)) --timestamp $NOW"
done >"$dir/batch"
"$bnq" --env local --base-url "$base" batch "$dir/batch" --dry-run |
  sed -n 's/.*"url":"\([^"]*\)".*/url = "\1"\noutput = "\/dev\/null"/p' >"$dir/curl"
[ "$(grep -c '^url' "$dir/curl")" = "$requests" ]

measure() {
  local name=$1
  shift
  /usr/bin/time -o "$dir/time" -f '%e %U %M' "$@" >"$dir/answers"
  read -r seconds user memory <"$dir/time"
  printf '%-6s %8.2f s %8.2f s of its own %8d KiB\n' "$name" "$seconds" "$user" "$memory"
}

for ((round = 1; round <= rounds; round++)); do
  measure bnq "$bnq" --env local --base-url "$base" batch "$dir/batch" --parallel "$parallel"
  [ "$(grep -c '"exit_code":0,' "$dir/answers")" = "$requests" ]
  measure curl curl -sSf --parallel --parallel-max "$parallel" --no-progress-meter -H "X-MBX-APIKEY: $KEY" -K "$dir/curl"
done
