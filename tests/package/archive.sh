#!/usr/bin/env bash
# Tries the .tar.gz: unpacked into a folder with a space in its name, moved to another, with the build tree and LibTorch's
# wheel hidden; and in an empty Debian root without any package.   archive.sh ARCHIVE
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/package/root.sh"
archive=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/reszoo-archive-XXXXXX")
trap 'rm -rf "$work"' EXIT

first="$work/first place" second=$work/second
mkdir "$first"
tar -xzf "$archive" -C "$first"
name=$(ls "$first")
hidden() {
  # Neither the build tree nor LibTorch's wheel, nor nlohmann-json, which the archive has too.
  unshare -m bash -c 'for folder in "$0/build" "$0/.deps" /usr/include/nlohmann /usr/share/cmake/nlohmann_json; do
      if [ -d "$folder" ]; then mount -t tmpfs none "$folder"; fi
    done; exec "$@"' "$root" \
    env -u LD_LIBRARY_PATH -u VIRTUAL_ENV -u CMAKE_PREFIX_PATH SOURCE="$root" WORK="$work/out" "$@"
}
for part in tools c cpp; do hidden bash "$root/tests/package/use.sh" $part "$first/$name"; done

mv "$first/$name" "$second"
for part in tools c cpp; do hidden bash "$root/tests/package/use.sh" $part "$second"; done
for file in "$second"/lib/*.so "$second"/lib/reszoo/lib/* "$second"/libexec/reszoo/*; do
  if hidden ldd "$file" | grep -F -e 'not found' -e "$root" -e venv; then echo "archive.sh: $file needs these" >&2; exit 1; fi
done

debian_root "$work/debian" "$root/.deps/bookworm"
mkdir -p "$work/debian/opt/source/tests" "$work/debian/opt/source/examples"
mv "$second" "$work/debian/opt/reszoo"
cp -a "$root/tests/package" "$work/debian/opt/source/tests/"
cp -a "$root/examples/data" "$work/debian/opt/source/examples/"
inside "$work/debian" env SOURCE=/opt/source WORK=/opt/out bash /opt/source/tests/package/use.sh tools /opt/reszoo
echo "archive.sh: $(basename "$archive"): good"
