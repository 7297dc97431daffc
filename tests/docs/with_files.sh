#!/usr/bin/env bash
# Runs a command in a new folder with links to files, so that what it writes meets nobody else's.
# with_files.sh FILES FOLDER COMMAND...
set -euo pipefail
files=$1 folder=$2
shift 2
rm -rf "$folder"
mkdir -p "$folder"
ln -s "$files"/* "$folder/"
cd "$folder"
exec "$@"
