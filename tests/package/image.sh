#!/usr/bin/env bash
# The steps of packaging/docker/Dockerfile's second stage without Docker: in an empty Debian root, its install.sh; then the
# server as its user, the health check, and an answer.   image.sh FOLDER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/package/root.sh"
folder=$(realpath "$1")
port=${RESZOO_TEST_PORT:-18642}
work=$(mktemp -d "${TMPDIR:-/tmp}/reszoo-image-XXXXXX")
server=
stop() { if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi; rm -rf "$work"; }
trap stop EXIT

debian_root "$work/debian" "$root/.deps/bookworm"
mkdir -p "$work/debian/reszoo/packages" "$work/debian/opt/source/tests" "$work/debian/opt/source/examples"
cp "$folder"/*.deb "$work/debian/reszoo/packages/"
cp -a "$root/packaging" "$work/debian/reszoo/"
cp -a "$root/tests/package" "$work/debian/opt/source/tests/"
cp -a "$root/examples/data" "$work/debian/opt/source/examples/"
inside "$work/debian" bash /reszoo/packaging/docker/install.sh /reszoo/packages >"$work/install.log" 2>&1 || { tail -n 20 "$work/install.log" >&2; exit 1; }
inside "$work/debian" env SOURCE=/opt/source WORK=/opt/out bash /opt/source/tests/package/use.sh tools /usr
cp "$work/debian/opt/out/model/model.safetensors" "$work/debian/models/diamonds.safetensors"

if inside "$work/debian" reszoo-healthy "$port" 2>/dev/null; then echo "image.sh: healthy before the server runs" >&2; exit 1; fi
user=$(sed -n 's/^USER //p' "$root/packaging/docker/Dockerfile")
# The entry point as the Dockerfile has it, at a free port.
entry=$(sed -n 's/^ENTRYPOINT \[\(.*\)\]$/\1/p' "$root/packaging/docker/Dockerfile" | tr -d '",' | sed "s/8000/$port/")
# shellcheck disable=SC2016,SC2086
unshare -m bash -c 'mount -t proc proc "$0/proc" && mount --rbind /dev "$0/dev" && mount -t tmpfs -o mode=1777 tmp "$0/tmp" && exec chroot --userspec="$1" "$0" env -i PATH=/usr/local/bin:/usr/bin:/bin "${@:2}"' \
  "$work/debian" "$user" $entry >"$work/server.log" 2>&1 &
server=$!
for _ in $(seq 100); do
  if inside "$work/debian" reszoo-healthy "$port" 2>/dev/null; then break; fi
  kill -0 "$server" 2>/dev/null || { cat "$work/server.log" >&2; exit 1; }
  sleep 0.3
done
inside "$work/debian" reszoo-healthy "$port" || { echo "image.sh: not healthy" >&2; cat "$work/server.log" >&2; exit 1; }
ps -o uid= -p "$server" | grep -qw "${user%%:*}" || { echo "image.sh: the server does not run as $user" >&2; exit 1; }
kill "$server"
wait "$server" || [ $? -eq 143 ] || { echo "image.sh: the server did not end on SIGTERM" >&2; cat "$work/server.log" >&2; exit 1; }
server=
echo "image.sh: install.sh, reszoo-serve as $user and reszoo-healthy: good"
