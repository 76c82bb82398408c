#!/usr/bin/env bash
# curl with openssl, as in the exchange's documentation: a signature that no code of ours made.
set -euo pipefail
failed=0

expect() { # name, what the answer begins with, answer
  if [[ $3 == "$2"* ]]; then
    printf 'ok %s\n' "$1"
  else
    failed=1
    printf 'FAIL %s: got %s, wanted %s\n' "$1" "${3:-nothing}" "$2"
  fi
}

now() { date +%s%3N; }
hmac() { printf %s "$1" | openssl dgst -sha256 -hmac "$SECRET_KEY" | sed 's/^.*= //'; }
encode() { base64 -w 0 | sed 's/+/%2B/g; s,/,%2F,g; s/=/%3D/g'; }
call() { curl -s "$@"; }
# What follows is sent as the query; prints what arrived, then the status.
signed() { # key, query, signature, curl's arguments
  local key=$1 query=$2 signature=$3
  shift 3
  call -w ' %{http_code}' -H "X-MBX-APIKEY: $key" "$@" "$BASE_URL/api/v3/openOrders?$query&signature=$signature"
}

orders='[{"symbol":"ARKBTC","orderId":'
refused='{"code":-1022,"msg":"Signature for this request is not valid."} 400'

query="symbol=ARKBTC&timestamp=$(now)"
signature=$(hmac "$query")
expect "HMAC, signed query" "$orders" "$(signed "$API_KEY" "$query" "$signature")"
expect "HMAC, the signature in capitals" "$orders" "$(signed "$API_KEY" "$query" "${signature^^}")"

got=$(call -w ' %{http_code}' -H "Authorization: X-MBX-APIKEY: $API_KEY" "$BASE_URL/api/v3/openOrders?$query&signature=$signature")
expect "the founding case" '{"code":-2014,"msg":"API-key format invalid."} 401' "$got"
sentence='the key arrived inside `Authorization`; send it in a header of its own, `X-MBX-APIKEY: <key>`'
expect "its explanation in the log" "1" "$(grep -cF "$sentence" "$SERVER_LOG")"

query="symbol=ARKBTC&timestamp=$(now)"
newline=$(echo "$query" | openssl dgst -sha256 -hmac "$SECRET_KEY" | sed 's/^.*= //')
expect "a newline was signed" "$refused" "$(signed "$API_KEY" "$query" "$newline")"

for form in "" -encrypted; do
  query="symbol=ARKBTC&timestamp=$(now)"
  signature=$(printf %s "$query" | openssl dgst -sha256 -sign "$KEYS/rsa$form.pem" -passin env:PASSPHRASE | encode)
  expect "RSA${form/-/, }" "$orders" "$(signed "$RSA_API_KEY" "$query" "$signature")"

  query="symbol=ARKBTC&timestamp=$(now)"
  printf %s "$query" >payload
  signature=$(openssl pkeyutl -sign -rawin -inkey "$KEYS/ed25519$form.pem" -passin env:PASSPHRASE -in payload | encode)
  expect "Ed25519${form/-/, }" "$orders" "$(signed "$ED25519_API_KEY" "$query" "$signature")"
done
expect "another payload's signature" "$refused" "$(signed "$ED25519_API_KEY" "timestamp=$(now)" "$signature")"

# An order: everything in the body, everything in the query, and half in each, whose payload is the two with nothing between.
order="symbol=ARKBTC&side=BUY&type=LIMIT&timeInForce=GTC&quantity=1000&price=0.00000300"
taken='{"symbol":"ARKBTC","orderId":'
send() { call -X "$1" -H "X-MBX-APIKEY: $API_KEY" "${@:2}"; }
locked() {
  local query
  query="timestamp=$(now)"
  send GET "$BASE_URL/api/v3/account?$query&signature=$(hmac "$query")" | sed -n 's/.*{"asset":"BTC","free":"[^"]*","locked":"\([^"]*\)"}.*/\1/p'
}
before=$(locked)
body="$order&timestamp=$(now)"
expect "an order, in the body" "$taken" "$(send POST "$BASE_URL/api/v3/order" -d "$body&signature=$(hmac "$body")")"
query="$order&timestamp=$(now)"
expect "an order, in the query" "$taken" "$(send POST "$BASE_URL/api/v3/order?$query&signature=$(hmac "$query")")"
body="quantity=1000&price=0.00000300&timestamp=$(now)"
query=${order%%&quantity*}
signature=$(hmac "$query$body")
expect "an order, in both" "$taken" "$(send POST "$BASE_URL/api/v3/order?$query" -d "$body&signature=$signature")"
wanted=$(awk -v before="$before" 'BEGIN { printf "%.8f", before + 0.009 }')
expect "the three lock their cost" "$wanted" "$(locked)"

got=$(call "$BASE_URL/api/v3/ticker/price?symbol=ARKBTC")
expect "public endpoint" '{"symbol":"ARKBTC","price":"0.' "$got"

exit "$failed"
