#!/usr/bin/env bash
# Makes a Debian machine able to run the tests that need a real NTFS volume: mkntfs, ntfs-3g and ntfssecaudit, the
# commands for extended attributes, and Samba, which judges access to the same descriptors independently.
# Idempotent; the second run takes a moment. Usage: scripts/setup-ntfs.sh
set -euo pipefail
# shellcheck source=scripts/cache.sh
. "$(dirname "${BASH_SOURCE[0]}")/cache.sh"

need_packages ntfs-3g attr samba samba-vfs-modules smbclient

# ntfs-3g mounts through this device; a container needs it passed in (docker run --device /dev/fuse --cap-add SYS_ADMIN).
[ -e /dev/fuse ] || { say "no /dev/fuse: an NTFS volume cannot be mounted here"; exit 1; }
