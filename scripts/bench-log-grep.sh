#!/usr/bin/env bash
# Measures log-grep against ripgrep, wc and evtx_dump in one run, files in the page cache. Prints what it measured.
# Usage: scripts/bench-log-grep.sh [LOG-GREP]    (default: target/release/log-grep, which must be built)
# The peers come from crates.io into the cache: ripgrep 15 and the evtx crate's own evtx_dump.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$scripts/cache.sh"
tool=${1:-$scripts/../target/release/log-grep}
signatures=$scripts/../crates/log-grep/signatures
bench=$ANCM_CACHE/bench-log-grep
mkdir -p "$bench"
rg=$ANCM_CACHE/rg/bin/rg
dump=$ANCM_CACHE/evtx/bin/evtx_dump
[ -x "$rg" ] || cargo install -q ripgrep --root "$ANCM_CACHE/rg"
[ -x "$dump" ] || cargo install -q evtx --root "$ANCM_CACHE/evtx"

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

best() { # NAME COMMAND... : the best wall time of five runs, and the largest memory
    local name=$1
    shift
    "$@" >"$bench/said" 2>&1 || true
    if grep -q 'parse error' "$bench/said"; then cat "$bench/said" >&2; exit 1; fi
    python3 - "$name" "$@" <<'PY'
import os, resource, subprocess, sys, time
name, command = sys.argv[1], sys.argv[2:]
times = []
for _ in range(5):
    start = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    times.append(time.perf_counter() - start)
memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
print(f"{name:44} {min(times):8.3f} s  {memory:5} MB")
PY
}

[ -s "$bench/10m.log" ] || make_log $((10 << 20)) "$bench/10m.log"
[ -s "$bench/100m.log" ] || make_log $((100 << 20)) "$bench/100m.log"
[ -s "$bench/1g.log" ] || make_log $((1 << 30)) "$bench/1g.log"
if [ ! -d "$bench/small" ]; then
    mkdir "$bench/small"
    head -c 4096 "$bench/10m.log" >"$bench/piece"
    for ((i = 0; i < 20000; i++)); do cp "$bench/piece" "$bench/small/$i.log"; done
fi

best 'log-grep --version' "$tool" --version
best 'log-grep 10 MB' "$tool" "$bench/10m.log"
best 'log-grep 100 MB' "$tool" "$bench/100m.log"
best 'log-grep 1 GB' "$tool" "$bench/1g.log"
best 'wc -l 1 GB' wc -l "$bench/1g.log"
best 'rg -c -f signatures 1 GB' "$rg" -c -f "$bench/patterns" "$bench/1g.log"
best 'log-grep 20,000 small logs' "$tool" "$bench/small"
best 'rg -c -f signatures 20,000 small logs' "$rg" -c -f "$bench/patterns" "$bench/small"

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
    best 'log-grep 200 MB evtx' "$tool" "$bench/large.evtx"
    best 'log-grep 200 MB evtx, every event parsed' "$tool" --grep 'no such text' "$bench/large.evtx"
    best 'evtx_dump | rg 200 MB evtx' bash -c "'$dump' -o jsonl '$bench/large.evtx' | '$rg' -c -f '$bench/patterns'"
fi
