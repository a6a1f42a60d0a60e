#!/usr/bin/env bash
# Why do these sites not start? Pipes the tools together; all judgement is theirs.
#
#   ancm-doctor.sh DIR...                          published apps in folders
#   ancm-doctor.sh --apphost FILE --root DIR       all sites of a copied server
#
# --dotnet-root DIR    the .NET installation to check against, in place of this machine's
# --registry FILE.reg  the server's registry, exported
# --format jsonl|text  as every tool has it [default: text on a terminal, jsonl elsewhere]
# --fail-on SEVERITY   as every tool has it
# --output FILE        as every tool has it
# Everything else goes to site-list. The exit code is the last tool's: 0 nothing found, 1 findings, 2 could not look.
# The tools are looked for in $ANCM_TOOLS, beside this script, and in target/release of a checkout.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
checkout=$(dirname "$here")
if [ -n "${ANCM_TOOLS:-}" ]; then
    tools=$ANCM_TOOLS
elif [ -x "$here/verdict" ]; then
    tools=$here
else
    tools=$checkout/target/release
fi

sites=() runtime=() last=() version=
while [ $# -gt 0 ]; do
    name=${1%%=*}
    words=("$1")
    case $name in
        --dotnet-root | --registry | --format | --fail-on | --output)
            if [ "$name" = "$1" ]; then
                words+=("${2?$1 needs a value}")
                shift
            fi
            ;;
    esac
    case $name in
        --dotnet-root) runtime+=("${words[@]}") ;;
        --registry) runtime+=("${words[@]}") sites+=("${words[@]}") ;;
        --format | --fail-on | --output) last+=("${words[@]}") ;;
        -h | --help) sed -n '2,14s/^# \{0,1\}//p' "$0"; exit 0 ;;
        -V | --version) version=yes ;;
        *) sites+=("${words[@]}") ;;
    esac
    shift
done

if [ ! -x "$tools/verdict" ]; then
    if [ -n "${ANCM_TOOLS:-}" ] || [ ! -f "$checkout/Cargo.toml" ]; then
        echo "ancm-doctor: no tools in $tools; set ANCM_TOOLS to their folder" >&2
        exit 2
    fi
    echo 'ancm-doctor: building the tools, once; this takes a few minutes' >&2
    (cd "$checkout" && cargo build --release --quiet --workspace --bins) || exit 2
fi
if [ -n "$version" ]; then
    "$tools/report" --version | sed 's/^report/ancm-doctor/'
    exit 0
fi

"$tools/site-list" ${sites[@]+"${sites[@]}"} |
    "$tools/config-lint" |
    "$tools/runtime-match" ${runtime[@]+"${runtime[@]}"} |
    "$tools/log-grep" |
    "$tools/verdict" |
    "$tools/report" --expect site-list,config-lint,runtime-match,log-grep,verdict ${last[@]+"${last[@]}"}
