#!/usr/bin/env bash
# One resolution beside `dotnet --list-runtimes` of the real host 8.0.4, and many app folders with a shared cache of roots.
# Figures need a quiet machine: best of several runs each. Usage: scripts/bench-runtime-match.sh [FOLDERS]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
hosts=$(scripts/setup-dotnet.sh)
eval "$hosts"
cargo build --release --quiet -p runtime-match
tool=$PWD/target/release/runtime-match
folders=${1:-10000}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# a root of the real host, and an app that fits it
cp -r tests/apps/healthy-out-of-process "$work/app"
cat >"$work/app/Shop.runtimeconfig.json" <<'JSON'
{"runtimeOptions": {"tfm": "net8.0", "framework": {"name": "Microsoft.NETCore.App", "version": "8.0.0"}}}
JSON

# best of ten, in microseconds: the machine's other work only ever adds
best() {
    local best=999999999 start took
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        start=$(date +%s%N)
        "$@"
        took=$((($(date +%s%N) - start) / 1000))
        [ "$took" -ge "$best" ] || best=$took
    done
    echo "$best"
}
host() { "$ANCM_DOTNET_LINUX_8_0/dotnet" --list-runtimes >/dev/null; }
process() { "$tool" --dotnet-root "$ANCM_DOTNET_LINUX_8_0" "$work/app" >/dev/null; }

for number in $(seq "$folders"); do
    folder=$work/many/app$number
    mkdir -p "$folder"
    cp "$work/app/web.config" "$work/app/Shop.runtimeconfig.json" "$work/app/Shop.deps.json" "$work/app/Shop.dll" "$folder"
done
find "$work/many" -mindepth 1 -maxdepth 1 >"$work/list"
many() { "$tool" --dotnet-root "$ANCM_DOTNET_LINUX_8_0" --from-file "$work/list" >/dev/null; }

hosted=$(best host)
alone=$(best process)
all=$(best many)
each=$((all / folders))
awk -v host="$hosted" -v alone="$alone" -v all="$all" -v each="$each" -v folders="$folders" 'BEGIN {
    printf "dotnet --list-runtimes (8.0.4): %.2f ms\n", host / 1000
    printf "runtime-match, one app, process start included: %.2f ms (ratio %.2f)\n", alone / 1000, alone / host
    printf "runtime-match, %d app folders: %.2f s, one resolution %.3f ms (ratio %.3f)\n", folders, all / 1e6, each / 1000, each / host
}'
memory=$(/usr/bin/time -f %M "$tool" --dotnet-root "$ANCM_DOTNET_LINUX_8_0" --from-file "$work/list" 2>&1 >/dev/null | tail -1)
echo "peak memory over $folders folders: $memory KiB"
[ $((each * 10)) -le "$hosted" ] || { echo 'one resolution takes more than a tenth of the host' >&2; exit 1; }
[ "$all" -le $((200 * folders)) ] || { echo "more than 2 s per 10,000 folders" >&2; exit 1; }
