#!/usr/bin/env bash
# Installs what the tests need and runs them all: `cargo make ci` on a Debian machine that has Rust and nothing else.
# The last line counts the tests of all tasks. Usage: scripts/test.sh [TASK...]   (tasks of Makefile.toml; without one, ci)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
programs=$(scripts/setup-linux.sh)
eval "$programs"
[ $# -gt 0 ] || set -- ci
said=$(mktemp)
trap 'rm -f "$said"' EXIT

# Not quieter than this: from `error` on, cargo-make also swallows what the commands of a task print.
status=0
for task in "$@"; do
    cargo make --disable-check-for-updates --loglevel info "$task" 2>&1 | tee -a "$said" || status=$?
    [ "$status" -eq 0 ] || break
done

# A long run is read from its end: what failed is told again, with the tasks that were running.
if [ "$status" -ne 0 ]; then
    echo "What failed:"
    grep -E '(^test .* \.\.\. FAILED$|panicked at|Running Task: |^error|^Diff in |^Error )' "$said" | tail -n 40
fi

# Tests that one run leaves out are run by another task, so a sum of what was ignored would say nothing.
awk '/^test result: / { passed += $4; failed += $6 } END { printf "%d passed, %d failed\n", passed, failed }' "$said"
exit "$status"
