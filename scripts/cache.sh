# shellcheck shell=bash
# Sourced by the set-up scripts: where downloads and prefixes live, outside the checkout so that every clone shares them.
ANCM_CACHE=${ANCM_CACHE:-$HOME/.cache/ancm-tools}
export ANCM_CACHE
mkdir -p "$ANCM_CACHE"

say() { printf '%s\n' "$*" >&2; }

# Installs the Debian packages that are missing; silent and quick when none is.
need_packages() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    local root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    say "installing ${missing[*]}"
    # An old package list names versions that the mirror no longer has: refresh it before the first try.
    "${root[@]}" apt-get update -q >&2 || true
    DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
}
