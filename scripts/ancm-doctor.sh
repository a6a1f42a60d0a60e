#!/usr/bin/env bash
# Why do these sites not start? Pipes the tools together; all judgement is theirs.
#
#   scripts/ancm-doctor.sh DIR...                          published apps in folders
#   scripts/ancm-doctor.sh --apphost FILE --root DIR       all sites of a copied server
#
# --dotnet-root DIR    the .NET installation to check against, in place of this machine's
# --format jsonl|text  as every tool has it [default: text on a terminal, jsonl elsewhere]
# --fail-on SEVERITY   as every tool has it
# Everything else goes to site-list. The exit code is the last tool's: 0 nothing found, 1 findings, 2 could not look.
set -eu

here=$(cd "$(dirname "$0")/.." && pwd)
tools=${ANCM_TOOLS:-$here/target/release}

sites=() runtime=() last=()
while [ $# -gt 0 ]; do
    case $1 in
        --dotnet-root) runtime+=("$1" "${2:?--dotnet-root needs a folder}"); shift 2 ;;
        --format | --fail-on | --output) last+=("$1" "${2:?$1 needs a value}"); shift 2 ;;
        -h | --help) sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0 ;;
        *) sites+=("$1"); shift ;;
    esac
done

if [ ! -x "$tools/verdict" ]; then
    echo 'ancm-doctor: building the tools, once; this takes a few minutes' >&2
    (cd "$here" && cargo build --release --quiet --workspace --bins) || exit 2
fi

"$tools/site-list" ${sites[@]+"${sites[@]}"} |
    "$tools/config-lint" |
    "$tools/runtime-match" ${runtime[@]+"${runtime[@]}"} |
    "$tools/log-grep" |
    "$tools/verdict" |
    "$tools/report" --expect site-list,config-lint,runtime-match,log-grep,verdict ${last[@]+"${last[@]}"}
