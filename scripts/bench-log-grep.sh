#!/usr/bin/env bash
# Measures log-grep against ripgrep, wc and evtx_dump in one run, files in the page cache. Prints what it measured.
# Usage: scripts/bench-log-grep.sh [LOG-GREP]    (default: target/release/log-grep, which must be built)
# The peers come from crates.io into the cache: ripgrep 15 (Debian's is older) and the evtx crate's own evtx_dump.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/cache.sh"
tool=${1:-$scripts/../target/release/log-grep}
signatures=$scripts/../crates/log-grep/signatures
bench=$ANCM_CACHE/bench-log-grep
mkdir -p "$bench"
rg=$ANCM_CACHE/rg/bin/rg
programs=$("$scripts/setup-linux.sh")
eval "$programs"
[ -x "$rg" ] || cargo install -q ripgrep --root "$ANCM_CACHE/rg"

# The signatures' own expressions, for rg -f.
python3 - "$signatures" >"$bench/patterns" <<'PY'
import pathlib, re, sys, tomllib
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.toml")):
    for pattern in tomllib.loads(path.read_text())["patterns"] if "[[patterns]]" in path.read_text() else []:
        # rg -f joins all expressions, so no two groups may have one name, and searches line by line: what spans
        # lines is taken up to its first line
        text = re.sub(r"\(\?P<\w+>", "(?:", pattern["regex"]).replace(r"[^\r\n]", ".").replace(r"\r\n", "")
        text = re.split(r"\[\\s\\S\]|\\r\?\\n|\\n", text)[0]
        try:
            re.compile(text)
        except re.error:
            continue
        print(text)
PY

make_log() { # BYTES FILE
    python3 - "$1" "$2" <<'PY'
import random, sys
size, path = int(sys.argv[1]), sys.argv[2]
random.seed(1)
block = """info: Microsoft.AspNetCore.Hosting.Diagnostics[1]
      Request starting HTTP/1.1 GET http://localhost:5000/api/values?id=%d application/json 120
info: Microsoft.AspNetCore.Routing.EndpointMiddleware[0]
      Executing endpoint 'Shop.Controllers.ValuesController.Get (Shop)'
info: Microsoft.AspNetCore.Mvc.Infrastructure.ControllerActionInvoker[102]
      Route matched with {action = "Get", controller = "Values"}. Executing controller action with signature IActionResult Get() on controller Shop (Shop).
info: Microsoft.AspNetCore.Hosting.Diagnostics[2]
      Request finished HTTP/1.1 GET http://localhost:5000/api/values - 200 - application/json;+charset=utf-8 12.%dms
info: Microsoft.EntityFrameworkCore.Database.Command[20101]
      Executed DbCommand (5ms) [Parameters=[@p0='?' (DbType = Int32)], CommandType='Text', CommandTimeout='30']
      SELECT [u].[Id], [u].[Name] FROM [Users] AS [u] WHERE [u].[Id] = @p0
[12:00:01 WRN] HTTP GET /favicon.ico responded 404 in 0.%d ms
"""
match = "Unhandled exception. System.IO.IOException: Failed to bind to address http://127.0.0.1:%d: address already in use.\n"
with open(path, "wb") as out:
    done = 0
    while done < size:
        text = "".join(block % (random.randrange(10**6), random.randrange(10**4), random.randrange(10**4)) for _ in range(5000))
        text += match % random.randrange(1024, 65000)
        data = text.encode()[: size - done]
        done += out.write(data)
PY
}

best() { # KEY NAME COMMAND... : the best wall time of five runs, and the largest memory; kept as KEY for `within`
    local key=$1 name=$2
    shift 2
    "$@" >"$bench/said" 2>&1 || true
    if grep -q 'parse error' "$bench/said"; then cat "$bench/said" >&2; exit 1; fi
    python3 - "$bench/figures" "$key" "$name" "$@" <<'PY'
import resource, subprocess, sys, time
figures, key, name, command = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
times = []
for _ in range(5):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times.append(time.perf_counter() - start)
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"{name:44} {min(times):8.3f} s  {memory:5} MB")
with open(figures, "a") as out:
    print(key, min(times), memory, file=out)
PY
}

failed=0
within() { # KEY OTHER FACTOR : KEY takes at most FACTOR times what OTHER takes
    awk -v a="$1" -v b="$2" -v most="$3" '
        $1 == a { x = $2 } $1 == b { y = $2 }
        END { slow = (x > y * most); printf "%s / %s: %.2f (at most %s)%s\n", a, b, x / y, most, (slow ? "  TOO SLOW" : ""); exit slow }
    ' "$bench/figures" || failed=1
}

[ -s "$bench/10m.log" ] || make_log $((10 << 20)) "$bench/10m.log"
[ -s "$bench/100m.log" ] || make_log $((100 << 20)) "$bench/100m.log"
[ -s "$bench/1g.log" ] || make_log $((1 << 30)) "$bench/1g.log"
if [ ! -d "$bench/small" ]; then
    mkdir "$bench/small"
    head -c 4096 "$bench/10m.log" >"$bench/piece"
    for ((i = 0; i < 20000; i++)); do cp "$bench/piece" "$bench/small/$i.log"; done
fi

if [ ! -s "$bench/4g.log" ]; then
    for _ in 1 2 3 4; do cat "$bench/1g.log"; done >"$bench/4g.log"
fi
# Further signatures beside the embedded ones: copies under other names, whose texts are those of real failures.
for count in 10 120; do
    rm -rf "$bench/more$count"
    mkdir "$bench/more$count"
    find "$signatures" -name '*.toml' | sort | head -n "$count" | while read -r file; do
        cp "$file" "$bench/more$count/own-$(basename "$file")"
    done
done

: >"$bench/figures"
best version 'log-grep --version' "$tool" --version
best 10m 'log-grep 10 MB' "$tool" "$bench/10m.log"
best 100m 'log-grep 100 MB' "$tool" "$bench/100m.log"
best 1g 'log-grep 1 GB' "$tool" "$bench/1g.log"
best wc 'wc -l 1 GB' wc -l "$bench/1g.log"
best rg 'rg -c -f signatures 1 GB' "$rg" -c -f "$bench/patterns" "$bench/1g.log"
best 4g 'log-grep 4 GB' "$tool" "$bench/4g.log"
best more10 'log-grep 1 GB, 10 signatures more' "$tool" --signatures "$bench/more10" "$bench/1g.log"
best more120 'log-grep 1 GB, 120 signatures more' "$tool" --signatures "$bench/more120" "$bench/1g.log"
best small 'log-grep 20,000 small logs' "$tool" "$bench/small"
best rgsmall 'rg -c -f signatures 20,000 small logs' "$rg" -c -f "$bench/patterns" "$bench/small"

# A large event log out of the chunks of a real one, where a corpus is at hand.
# shellcheck disable=SC2012  # names are our own
source=$(ls -S "${ANCM_SHARED:-$scripts/../../shared}"/corpus/eventlog/*many-events-application.evtx 2>/dev/null | head -1 || true)
if [ -n "$source" ]; then
    [ -s "$bench/large.evtx" ] || python3 - "$source" "$bench/large.evtx" <<'PY'
import sys
data = open(sys.argv[1], "rb").read()
header, chunks = data[:4096], [data[at:at + 65536] for at in range(4096, len(data) - 65535, 65536)]
chunks = [chunk for chunk in chunks if chunk[:8] == b"ElfChnk\0"]
with open(sys.argv[2], "wb") as out:
    out.write(header)
    while out.tell() < 200 << 20:
        for chunk in chunks:
            out.write(chunk)
PY
    best evtx 'log-grep 200 MB evtx' "$tool" "$bench/large.evtx"
    best evtxall 'log-grep 200 MB evtx, every event parsed' "$tool" --grep 'no such text' "$bench/large.evtx"
    best dump 'evtx_dump | rg 200 MB evtx' bash -c "evtx_dump -o jsonl '$bench/large.evtx' | '$rg' -c -f '$bench/patterns'"
fi

within 1g rg 0.5
within 1g wc 3
within small rgsmall 1
# linear from 100 MB to 4 GB; what a start costs weighs in the smaller one
within 4g 100m 44
within more120 more10 1.5
[ -z "$source" ] || within evtx dump 1
[ -z "$source" ] || within evtxall dump 1
awk '$3 >= 64 && $1 !~ /^(rg|rgsmall|wc|dump)$/ { print $1 ": " $3 " MB, 64 at most"; bad = 1 } END { exit bad }' "$bench/figures" || failed=1
exit "$failed"
