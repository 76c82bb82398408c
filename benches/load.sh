#!/usr/bin/env bash
# Requests a second and p99 of `bnq serve` for a verified openOrders, against an nginx that returns the same bytes to the same
# requests; then its memory over a million requests. Everything on loopback, bounded in time and count. Both use every processor
# (`worker_processes auto`, as distributions set it) and log every request to /dev/null. They are measured in turn, and what is
# printed is the median of the rounds, for a virtual machine has whims.
#
#   benches/load.sh [BNQ] [SECONDS] [ROUNDS]      BNQ: a release binary; SECONDS: of each measurement, 3, and 5 unless given
set -euo pipefail
cd "$(dirname "$0")/.."
bnq=${1:-target/release/bnq}
seconds=${2:-3}
rounds=${3:-5}
readonly NOW=1772323200000
readonly KEY=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A

need() {
  command -v "$1" >/dev/null || { apt-get update -qq && apt-get install -y -qq "$2" >/dev/null; }
}
need nginx nginx-light
need wrk wrk

dir=$(mktemp -d)
trap 'kill $(jobs -p) 2>/dev/null || true; wait; rm -rf "$dir"' EXIT

# The clock stands still, so that one signature holds throughout; the limits would end the run after a second.
"$bnq" serve --port 0 --fixed-time "$NOW" --no-limits >"$dir/out" 2>/dev/null &
serve=$!
until base=$(sed -n "s/^listening on //p" "$dir/out" 2>/dev/null) && [ -n "$base" ]; do sleep 0.1; done
payload="symbol=ARKBTC&timestamp=$NOW"
signature=$("$bnq" --env local sign "$payload")
target="/api/v3/openOrders?$payload&signature=$signature"
answer=$(curl -sSf -H "X-MBX-APIKEY: $KEY" "$base$target")

port=$((20000 + RANDOM % 20000))
cat >"$dir/nginx.conf" <<CONF
worker_processes auto;
daemon off;
pid $dir/nginx.pid;
error_log stderr crit;
events { worker_connections 1024; }
http {
  access_log /dev/null;
  keepalive_requests 100000000;
  client_body_temp_path $dir/b; proxy_temp_path $dir/p; fastcgi_temp_path $dir/f; uwsgi_temp_path $dir/u; scgi_temp_path $dir/s;
  server { listen 127.0.0.1:$port; default_type application/json; location / { return 200 '$answer'; } }
}
CONF
nginx -p "$dir" -c "$dir/nginx.conf" 2>/dev/null &
until curl -sf -o /dev/null "http://127.0.0.1:$port/"; do sleep 0.1; done

# Requests a second, p99 and how many answers were no 200, of one server at so many connections.
measure() {
  wrk -t 1 -c "$2" -d "${seconds}s" --latency -H "X-MBX-APIKEY: $KEY" "$1$target" |
    awk '/Requests\/sec/ {r=$2} /99%/ {p=$2 + 0; if ($2 ~ /us$/) p /= 1000; else if ($2 !~ /ms$/) p *= 1000} /Non-2xx/ {bad=$NF} END {print r, p, bad+0}'
}

resident() {
  awk '/^VmRSS/ {print $2}' "/proc/$serve/status"
}

median() {
  sort -g | awk '{all[NR] = $1} END {print all[int((NR + 1) / 2)]}'
}

echo "connections  bnq/s   p99 ms  nginx/s  p99 ms  ratio"
for connections in 1 16 256; do
  : >"$dir/rounds"
  for ((round = 1; round <= rounds; round++)); do
    read -r ours p99 bad < <(measure "$base" "$connections")
    [ "$bad" = 0 ] || { echo "$bad answers were no 200" >&2; exit 1; }
    read -r theirs theirs99 _ < <(measure "http://127.0.0.1:$port" "$connections")
    echo "$ours $p99 $theirs $theirs99 $(awk "BEGIN {print $ours / $theirs}")" >>"$dir/rounds"
  done
  for column in 1 2 3 4 5; do
    awk "{print \$$column}" "$dir/rounds" | median
  done | xargs printf '%11d  %-7.0f %-7.2f %-8.0f %-7.2f %.2f\n' "$connections"
done

total=0
before=$(resident)
while [ "$total" -lt 1000000 ]; do
  done_now=$(wrk -t 1 -c 64 -d 10s -H "X-MBX-APIKEY: $KEY" "$base$target" | awk '/requests in/ {print $1}')
  total=$((total + done_now))
done
echo "memory: $before KiB before, $(resident) KiB after $total more requests"
