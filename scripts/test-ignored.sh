#!/usr/bin/env bash
# Runs the tests whose `#[ignore = "REASON"]` matches, and no others: the caller has set up what they need.
# Finding none is a failure: a reason that was misspelt must not look like a test that passed.
# Usage: scripts/test-ignored.sh REGEX
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
reason=${1:?usage: scripts/test-ignored.sh REGEX}

# The tools themselves, for the tests that look for them beside their own executable.
cargo build --quiet --workspace
executables=$(cargo test --quiet --workspace --no-run --message-format json |
    jq -r 'select(.executable and .profile.test) | "\(.executable)\t\(.manifest_path)"')

passed=0
failed=()
while IFS=$'\t' read -r executable manifest; do
    # The list with reasons is unstable in the test harness: the variable opens it.
    # It does not escape a backslash in a reason: such a list is an error of jq, and ends the run.
    listed=$(RUSTC_BOOTSTRAP=1 "$executable" --list --format json -Zunstable-options |
        jq -r --arg reason "$reason" 'select(.ignore and ((.ignore_message // "") | test($reason; "i"))) | .name')
    [ -n "$listed" ] || continue
    mapfile -t tests <<<"$listed"
    printf '     Running %s\n' "$executable"
    if (cd "$(dirname "$manifest")" && CARGO_MANIFEST_DIR=$PWD "$executable" --ignored --exact "${tests[@]}"); then
        passed=$((passed + ${#tests[@]}))
    else
        failed+=("$executable")
    fi
done <<<"$executables"

if [ ${#failed[@]} -gt 0 ]; then
    printf 'failed (%s): %s\n' "$reason" "${failed[*]}" >&2
    exit 1
fi
if [ "$passed" -eq 0 ]; then
    printf 'no test is ignored with a reason like "%s"\n' "$reason" >&2
    exit 1
fi
