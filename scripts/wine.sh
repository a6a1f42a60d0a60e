#!/usr/bin/env bash
# Runs a Windows program in the prefix that setup-windows.sh made: cargo's runner for the Windows target.
# Usage: scripts/wine.sh PROGRAM.exe [ARG...]
export WINEPREFIX=${WINEPREFIX:-${ANCM_CACHE:-$HOME/.cache/ancm-tools}/wine}
# Not a word of Wine's own on stderr: tests compare that stream.
export WINEDEBUG=${WINEDEBUG:--all}
# Wine's server begins to shut down when the last program ends, and loses one that is started meanwhile. Kept for ten
# seconds more, it is there for the next; where it runs already this does nothing.
wineserver -p10 >/dev/null 2>&1 </dev/null || true
exec wine "$@"
