#!/usr/bin/env bash
# Installs what the tests need and runs them all: `cargo make ci` on a Debian machine that has Rust and nothing else.
# Usage: scripts/test.sh [TASK...]   (tasks of Makefile.toml; without one, ci)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$(scripts/setup-linux.sh)
eval "$programs"
[ $# -gt 0 ] || set -- ci
for task in "$@"; do
    cargo make --disable-check-for-updates --loglevel error "$task"
done
