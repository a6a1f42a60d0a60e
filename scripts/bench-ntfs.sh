#!/usr/bin/env bash
# Measures unblock and acl-grant beside getfattr, which asks for the same attributes of the same files.
# Fails where a tool is slower, or takes 32 MB or more. Usage: scripts/bench-ntfs.sh [FILES]
# The figures go to stdout, one line each; release builds of the tools are made where they are missing.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
scripts/setup-ntfs.sh
files=${1:-100000}
cargo build --quiet --release -p unblock -p acl-grant
tools=${CARGO_TARGET_DIR:-target}/release

# bc for the arithmetic; the set-up of a minimal Debian has none
. scripts/cache.sh
need_packages bc

# On the checkout's own file system, which has user attributes; /tmp may be a tmpfs without.
work=$(mktemp -d "${CARGO_TARGET_DIR:-target}/bench-ntfs.XXXXXX")
trap 'umount "$work/volume" 2>/dev/null || true; rm -rf "$work"' EXIT

fill() { # FOLDER: that many files, 100 in a folder
    seq 0 $((files / 100 - 1)) | sed "s|^|$1/folder|" | xargs mkdir -p
    seq 0 $((files - 1)) | awk -v folder="$1" '{ printf "%s/folder%d/%d.dll\n", folder, $1 / 100, $1 }' | xargs touch
}

# Wall time in seconds of the best of three runs, and the most memory of any, in kilobytes.
measure() { # COMMAND...
    local best='' peak=0 seconds kilobytes
    for _ in 1 2 3; do
        python3 - "$@" >"$work/figures" <<'PYTHON'
import os, subprocess, sys, time
start = time.monotonic()
child = subprocess.Popen(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
print(f"{time.monotonic() - start:.3f} {usage.ru_maxrss}")
PYTHON
        read -r seconds kilobytes <"$work/figures"
        [ -n "$best" ] && [ "$(echo "$seconds >= $best" | bc)" -eq 1 ] || best=$seconds
        [ "$kilobytes" -le "$peak" ] || peak=$kilobytes
    done
    echo "$best $peak"
}

failed=0
compare() { # TITLE PERCENT OURS... -- THEIRS...
    local title=$1 percent=$2 ours=() theirs_seconds ours_seconds kilobytes share
    shift 2
    while [ "$1" != -- ]; do ours+=("$1"); shift; done
    shift
    read -r theirs_seconds _ <<<"$(measure "$@")"
    read -r ours_seconds kilobytes <<<"$(measure "${ours[@]}")"
    share=$(echo "100 * $ours_seconds / $theirs_seconds" | bc)
    printf '%s: %s s, getfattr %s s (%s%%, at most %s%%), %s KB\n' \
        "$title" "$ours_seconds" "$theirs_seconds" "$share" "$percent" "$kilobytes"
    if [ "$share" -gt "$percent" ] || [ "$kilobytes" -ge 32768 ]; then failed=1; fi
}

mkdir "$work/plain"
fill "$work/plain"
compare "unblock --check, $files files on $(stat -f -c %T "$work")" 50 \
    "$tools/unblock" --check "$work/plain" -- getfattr -R -n user.Zone.Identifier "$work/plain"

# An MFT record of 1 KB a file, and room to spare.
truncate -s $((files / 500 + 100))M "$work/image"
mkntfs -F -q -s 512 -p 0 -H 0 -S 0 "$work/image"
mkdir "$work/volume"
ntfs-3g "$work/image" "$work/volume" -o streams_interface=xattr,noatime
mkdir "$work/volume/app"
fill "$work/volume/app"
# ntfs-3g answers one call at a time: two cores cannot halve its time, but fewer calls a file still save some.
compare "acl-grant --check, $files files on ntfs-3g" 100 \
    "$tools/acl-grant" --check --pool Shop "$work/volume/app" -- getfattr -R -n system.ntfs_acl "$work/volume/app"
compare "unblock --check, $files files on ntfs-3g" 100 \
    "$tools/unblock" --check "$work/volume/app" -- getfattr -R -n user.Zone.Identifier "$work/volume/app"
exit "$failed"
