#!/usr/bin/env bash
# Runs a Windows program in the prefix that setup-windows.sh made: cargo's runner for the Windows target.
# Usage: scripts/wine.sh PROGRAM.exe [ARG...]
export WINEPREFIX=${WINEPREFIX:-${ANCM_CACHE:-$HOME/.cache/ancm-tools}/wine}
# Not a word of Wine's own on stderr: tests compare that stream.
export WINEDEBUG=${WINEDEBUG:--all}
exec wine "$@"
