#!/bin/sh
# Runs every fuzz target for so many seconds each, 600 if not given: tests/fuzz.sh [SECONDS [SEED]]
# Ends with 1 if there was a finding.
set -eu
cd "$(dirname "$0")/.."
seconds=${1:-600}
seed=${2:-1}
cargo build --locked --release --quiet --example fuzz-texts --example fuzz-readers
failed=0
for target in json config encoder payload; do
    target/release/examples/fuzz-texts --target "$target" --seconds "$seconds" --seed "$seed" || failed=1
done
target/release/examples/fuzz-readers --seconds "$seconds" --seed "$seed" || failed=1
exit "$failed"
