#!/usr/bin/env bash
# Clients that others wrote, as they are but for their addresses and keys, against `bnq serve`.
# Usage: run.sh BNQ [CLIENT…]
# A client is a folder beside this script; its packages, pinned there, are put into target/clients. Each gets an exchange of its
# own, and is then run once more with another secret: a list of checks that cannot fail proves nothing.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
bnq=$(realpath "$1")
shift
clients=("$@")
[ ${#clients[@]} -gt 0 ] || clients=(curl-openssl founding ccxt-js ccxt-python python-binance binance-sdk-spot)
cache=${BNQ_CLIENTS_DIR:-$here/../../target/clients}
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)
work=$(mktemp -d)
server=
stop() {
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
    server=
  fi
}
trap 'stop; rm -rf "$work"' EXIT

need() { # a command that fails where it is missing, packages of the system
  if ! eval "$1" >/dev/null 2>&1; then
    apt-get update -qq && apt-get install -y -qq "${@:2}" >/dev/null
  fi
}

# The keys of the practice account, which data/vectors.json holds as base64 of DER.
vector() { sed -n "s/^ \"$1\": \"\(.*\)\",/\1/p" "$here/../../data/vectors.json"; }
export API_KEY SECRET_KEY PASSPHRASE KEYS="$work"
API_KEY=$(vector api_key) SECRET_KEY=$(vector secret_key) PASSPHRASE=$(vector passphrase)
export RSA_API_KEY=PracticeRsa2048Key00000000000000000000000000000000000000BnqRsa01
export ED25519_API_KEY=PracticeEd25519Key00000000000000000000000000000000000BnqEdKey001
keys() {
  local name kind
  umask 077
  for name in rsa2048 ed25519; do
    kind=${name%2048}
    sed -n "/\"$name\"/,/}/s/.*\"private_pkcs8_der\": \"\(.*\)\".*/\1/p" "$here/../../data/vectors.json" | base64 -d |
      openssl pkey -inform DER -out "$work/$kind.pem"
    openssl pkcs8 -topk8 -v2 aes-256-cbc -in "$work/$kind.pem" -passout env:PASSPHRASE -out "$work/$kind-encrypted.pem"
  done
}

prepare() { # the folder of a client in the cache, with its packages as they are pinned
  local folder="$cache/$1"
  mkdir -p "$folder"
  cp "$here"/checks.* "$cache"
  cp "$here/$1"/* "$folder"
  cd "$folder"
  if [ -e package-lock.json ]; then
    need "node --version && npm --version" nodejs npm
    if ! cmp -s package-lock.json node_modules/pinned; then
      npm ci --silent --ignore-scripts --no-audit --no-fund
      cp package-lock.json node_modules/pinned
    fi
  elif [ -e requirements.txt ]; then
    need "python3 -c 'import ensurepip, venv'" python3 python3-venv
    if ! cmp -s requirements.txt venv/pinned || ! venv/bin/python --version >/dev/null 2>&1; then
      rm -rf venv
      python3 -m venv venv
      venv/bin/pip install --quiet --no-deps --require-hashes -r requirements.txt
      cp requirements.txt venv/pinned
    fi
  fi
}

serve() { # a name of its own
  SERVER_LOG="$work/$1.log"
  "$bnq" serve --port 0 >"$work/$1.out" 2>"$SERVER_LOG" &
  server=$!
  for _ in $(seq 200); do
    BASE_URL=$(sed -n '1s/^listening on //p' "$work/$1.out" 2>/dev/null || true)
    [ -z "$BASE_URL" ] || break
    sleep 0.05
  done
  [ -n "$BASE_URL" ] || { echo "bnq serve did not start:" && cat "$SERVER_LOG"; exit 1; } >&2
  export BASE_URL SERVER_LOG
}

checks() { # runs the list of the folder it is in
  if [ -e package-lock.json ]; then
    timeout 300 node checks.mjs
  elif [ -e requirements.txt ]; then
    timeout 300 venv/bin/python checks.py
  else
    timeout 300 bash checks.sh
  fi
}

need "openssl version" openssl
need "curl --version" curl
keys
passed=0 failed=0
count() { # lines of checks, with the exit code of their list
  local good bad
  good=$(grep -c '^ok ' "$1" || true)
  bad=$(grep -c '^FAIL ' "$1" || true)
  passed=$((passed + good)) failed=$((failed + bad))
  if [ "$2" != "$((bad > 0))" ] || [ "$((good + bad))" = 0 ]; then
    failed=$((failed + 1))
    echo "FAIL the list ended with $2 after $good checks passed and $bad failed"
  fi
}
for client in "${clients[@]}"; do
  printf '\n-- %s\n' "$client"
  prepare "$client"
  serve "$client"
  code=0
  checks >"$work/checks" || code=$?
  cat "$work/checks"
  count "$work/checks" "$code"
  stop

  serve "$client-another-secret"
  code=0
  SECRET_KEY="${SECRET_KEY:1}${SECRET_KEY:0:1}" checks >"$work/checks" 2>&1 || code=$?
  stop
  if [ "$code" = 1 ] && grep -q '^FAIL ' "$work/checks"; then
    echo "ok with another secret, checks fail"
    passed=$((passed + 1))
  else
    echo "FAIL with another secret, no check fails (it ended with $code)"
    failed=$((failed + 1))
  fi
done

printf '\n%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
