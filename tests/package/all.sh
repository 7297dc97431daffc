#!/usr/bin/env bash
# Tries every artifact of cpack in FOLDER.   all.sh FOLDER
# A part that this machine does not permit (root, debootstrap, namespaces) is skipped, and the exit code is then 77.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(realpath "$1")
archives=("$folder"/reszoo-*.tar.gz)
[ ${#archives[@]} -eq 1 ] || { echo "all.sh: not one archive in $folder" >&2; exit 1; }
skipped=0
try() {
  local code=0
  bash "$@" || code=$?
  if [ $code -eq 77 ]; then skipped=77; elif [ $code -ne 0 ]; then exit $code; fi
}
try "$here/archive.sh" "${archives[0]}"
try "$here/debs.sh" "$folder"
try "$here/image.sh" "$folder"
exit $skipped
