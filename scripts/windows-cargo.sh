#!/usr/bin/env bash
# cargo for x86_64-pc-windows-gnu on a Debian machine; tests run under Wine.
# Usage: scripts/windows-cargo.sh (build|check|test|clippy|run) [cargo arguments...]
# Users on Windows build with the ordinary msvc toolchain; nothing depends on this.
set -euo pipefail
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
"$scripts/setup-windows.sh"

# Debian's Rust by full path: a rustup in front of it on PATH is of another version and has no source of std.
export RUSTC=/usr/bin/rustc RUSTDOC=/usr/bin/rustdoc CARGO=/usr/bin/cargo
unset RUSTUP_TOOLCHAIN RUSTC_WRAPPER RUSTC_WORKSPACE_WRAPPER
# -Zbuild-std is unstable: this opens it on the stable compiler.
export RUSTC_BOOTSTRAP=1
export CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER="$scripts/wine.sh"
# A folder of its own: another compiler's results in target/ would make each build start anew.
export CARGO_TARGET_DIR=${ANCM_TARGET_WINDOWS:-$scripts/../target-windows}
windows=('-Zbuild-std=std,panic_abort' --target x86_64-pc-windows-gnu)

verb=${1:?usage: scripts/windows-cargo.sh build|check|test|clippy|run [ARG...]}
shift
if [ "$verb" = clippy ]; then
    # cargo-clippy takes the clippy-driver beside itself and the cargo named in CARGO.
    exec /usr/bin/cargo-clippy clippy "${windows[@]}" "$@"
fi
exec /usr/bin/cargo "$verb" "${windows[@]}" "$@"
