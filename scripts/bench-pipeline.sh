#!/usr/bin/env bash
# 1,000 sites through site-list | config-lint | runtime-match, beside xmllint over the same web.configs plus jq over the
# same JSON files, in one run; then ten times as many sites, to see that memory does not grow with their number.
# Usage: scripts/bench-pipeline.sh [SITES]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$(scripts/setup-linux.sh)
eval "$programs"
cargo build --release --quiet --workspace --bins
tools=$PWD/target/release
sites=${1:-1000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# the healthy out-of-process sample, its web.config and settings told apart by a number
generate() {
    mkdir -p "$1"
    for number in $(seq "$2"); do
        cp -r tests/apps/healthy-out-of-process "$1/site$number"
        sed -i "s/<configuration>/<configuration><!-- site $number -->/" "$1/site$number/web.config"
    done
}
generate "$work/sites" "$sites"

pipeline() {
    "$tools/site-list" "$1" | "$tools/config-lint" | "$tools/runtime-match" --dotnet-root tests/apps/dotnet-root >/dev/null || true
}
peers() {
    find "$1" -name web.config -print0 | xargs -0 xmllint --noout
    find "$1" -name '*.json' -print0 | xargs -0 jq empty
}
# best of five, in milliseconds: the machine's other work only ever adds
best() {
    local best=999999999 start took
    for _ in 1 2 3 4 5; do
        start=$(date +%s%N)
        "$@"
        took=$((($(date +%s%N) - start) / 1000))
        [ "$took" -ge "$best" ] || best=$took
    done
    echo "$best"
}
pipeline "$work/sites"
peers "$work/sites"
ours=$(best pipeline "$work/sites")
theirs=$(best peers "$work/sites")
echo "$sites sites: pipeline $((ours / 1000)) ms, xmllint and jq $((theirs / 1000)) ms, ratio $(awk "BEGIN { printf \"%.2f\", $ours / $theirs }")"

generate "$work/many" "$((sites * 10))"
"$tools/site-list" "$work/sites" >"$work/few.jsonl"
"$tools/site-list" "$work/many" >"$work/many.jsonl"
for tool in config-lint runtime-match; do
    for list in few many; do
        memory=$(/usr/bin/time -f %M "$tools/$tool" --fail-on never <"$work/$list.jsonl" 2>&1 >/dev/null | tail -1)
        echo "$tool over $(wc -l <"$work/$list.jsonl") lines: $memory KiB at most"
    done
done
[ "$ours" -le "$theirs" ] || { echo 'slower than the peers' >&2; exit 1; }
