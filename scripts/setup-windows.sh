#!/usr/bin/env bash
# Makes a Debian machine able to build the workspace for Windows and to run the result under Wine.
# Idempotent; the second run takes a moment. Usage: scripts/setup-windows.sh
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

# rustc-web and cargo-web are the Rust whose standard library source Debian ships too, which -Zbuild-std needs:
# no rustup target can be added without the network.
need_packages rustc-web cargo-web rust-web-src rust-web-clippy \
    gcc-mingw-w64-x86-64-posix binutils-mingw-w64-x86-64 wine wine64

export WINEPREFIX=$ANCM_CACHE/wine WINEDEBUG=-all
# Several runs may start at once (two crates tested side by side): one of them makes the prefix.
exec 9>"$ANCM_CACHE/wine.lock"
flock 9

# A prefix that another version of this script made is made anew.
version=$(sha256sum <"${BASH_SOURCE[0]}" | cut -d' ' -f1)
if [ "$(cat "$WINEPREFIX/ready" 2>/dev/null)" != "$version" ]; then
    rm -rf "$WINEPREFIX"
    say "making the Wine prefix $WINEPREFIX"
    # mscoree and mshtml off: no offer to install Mono or Gecko; nothing here needs them.
    WINEDLLOVERRIDES='mscoree,mshtml=' wine wineboot --init >&2 9>&-
    # Wine calls itself Windows 7, for which no .NET of today is made: a server's build number in its place.
    wine reg add 'HKLM\Software\Microsoft\Windows NT\CurrentVersion' /v CurrentBuildNumber /d 20348 /f >&2 9>&-
    WINEDLLOVERRIDES='mscoree,mshtml=' wineserver -w 9>&-
    # Wine 8 has no bcryptprimitives.dll, from which Rust's standard library takes its random numbers.
    # Only this prefix gets the stand-in; nothing of it is shipped.
    shim=$(mktemp -d)
    cat >"$shim/shim.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE buffer, SIZE_T length) { return SystemFunction036(buffer, (ULONG)length); }
C
    x86_64-w64-mingw32-gcc -shared -O2 -o "$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll" "$shim/shim.c" -ladvapi32
    rm -r "$shim"
    printf '%s\n' "$version" >"$WINEPREFIX/ready"
fi
