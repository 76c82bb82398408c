#!/usr/bin/env bash
# curl with openssl, as in the exchange's documentation, against the practice exchange: a signature that no code of ours made.
# Usage: curl-openssl.sh PATH_TO_BNQ
set -euo pipefail
bnq=$1
work=$(mktemp -d)
"$bnq" serve --port 0 >"$work/out" 2>"$work/log" &
server=$!
trap 'kill "$server" 2>/dev/null; rm -rf "$work"' EXIT
until grep -q listening "$work/out"; do sleep 0.05; done
base=$(sed -n 's/^listening on //p' "$work/out")

# The key pair that the exchange's documentation prints in its examples.
key=vmPUZE6mv9SD5VNHk4HlWFsOr6aKE2zvsw0MuIgwCIPy6utIco14y7Ju91duEh8A
secret=NhqPtmdSJYdKjVHjA7PZj4Mge3R5YNiP1e3UZjInClVN65XAbvqqM6A7H5fATj0j
passed=0 failed=0

expect() { # name, wanted, got
  if [[ $3 == "$2"* ]]; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    printf 'FAILED %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3" >&2
  fi
}

hmac() { printf %s "$1" | openssl dgst -sha256 -hmac "$secret" | sed 's/^.*= //'; }
now() { date +%s%3N; }

query="symbol=ARKBTC&timestamp=$(now)"
url="$base/api/v3/openOrders?$query&signature=$(hmac "$query")"
expect "signed query" "200" "$(curl -s -o /dev/null -w '%{http_code}' -H "X-MBX-APIKEY: $key" "$url")"

got=$(curl -s -w ' %{http_code}' -H "Authorization: X-MBX-APIKEY: $key" "$url")
expect "the founding case" '{"code":-2014,"msg":"API-key format invalid."} 401' "$got"
sentence='the key arrived inside `Authorization`; send it in a header of its own, `X-MBX-APIKEY: <key>`'
expect "its explanation" "1" "$(grep -cF "$sentence" "$work/log")"

query="symbol=ARKBTC&timestamp=$(now)"
newline=$(echo "$query" | openssl dgst -sha256 -hmac "$secret" | sed 's/^.*= //')
got=$(curl -s -H "X-MBX-APIKEY: $key" "$base/api/v3/openOrders?$query&signature=$newline")
expect "a newline was signed" '{"code":-1022,' "$got"

# Keys made for tests, in the base64 of their DER; PEM is the same with lines around it.
data="$(dirname "$0")/../../data"
pem() { # name of the key
  printf -- '-----BEGIN PRIVATE KEY-----\n'
  sed -n "/\"$1\"/,/}/s/.*\"private_pkcs8_der\": \"\(.*\)\".*/\1/p" "$data/vectors.json" | fold -w 64
  printf -- '-----END PRIVATE KEY-----\n'
}
umask 077
pem rsa2048 >"$work/rsa.pem"
pem ed25519 >"$work/ed25519.pem"
encode() { base64 -w 0 | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g'; }

rsa_key=PracticeRsa2048Key00000000000000000000000000000000000000BnqRsa01
query="symbol=ARKBTC&timestamp=$(now)"
signature=$(printf %s "$query" | openssl dgst -sha256 -sign "$work/rsa.pem" | encode)
got=$(curl -s -o /dev/null -w '%{http_code}' -H "X-MBX-APIKEY: $rsa_key" "$base/api/v3/openOrders?$query&signature=$signature")
expect "RSA" "200" "$got"

ed25519_key=PracticeEd25519Key00000000000000000000000000000000000BnqEdKey001
query="symbol=ARKBTC&timestamp=$(now)"
printf %s "$query" >"$work/payload"
signature=$(openssl pkeyutl -sign -rawin -inkey "$work/ed25519.pem" -in "$work/payload" | encode)
got=$(curl -s -o /dev/null -w '%{http_code}' -H "X-MBX-APIKEY: $ed25519_key" "$base/api/v3/openOrders?$query&signature=$signature")
expect "Ed25519" "200" "$got"

query="timestamp=$(now)"
got=$(curl -s -H "X-MBX-APIKEY: $ed25519_key" "$base/api/v3/openOrders?$query&signature=$signature")
expect "another payload's signature" '{"code":-1022,' "$got"

got=$(curl -s "$base/api/v3/ticker/price?symbol=ARKBTC")
expect "public endpoint" '{"symbol":"ARKBTC",' "$got"

printf '%s passed, %s failed\n' "$passed" "$failed"
[ "$failed" = 0 ]
