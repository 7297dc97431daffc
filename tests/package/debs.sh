#!/usr/bin/env bash
# Tries the Debian packages in an empty root of Debian 12: `apt install` as users type it, the tools, C and C++.
#   debs.sh FOLDER
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
source "$root/tests/package/root.sh"
folder=$(realpath "$1")
work=$(mktemp -d "${TMPDIR:-/tmp}/reszoo-debs-XXXXXX")
trap 'rm -rf "$work"' EXIT

debian_root "$work/debian" "$root/.deps/bookworm"
mkdir -p "$work/debian/opt/source/tests" "$work/debian/opt/source/examples" "$work/debian/opt/debs"
cp "$folder"/*.deb "$work/debian/opt/debs/"
cp -a "$root/tests/package" "$work/debian/opt/source/tests/"
cp -a "$root/examples/data" "$work/debian/opt/source/examples/"
apt() { inside "$work/debian" apt-get -qq -o Dpkg::Use-Pty=0 -o APT::Sandbox::User=root "$@" >>"$work/apt.log" 2>&1 || { tail -n 20 "$work/apt.log" >&2; exit 1; }; }
use() { inside "$work/debian" env SOURCE=/opt/source WORK=/opt/out bash /opt/source/tests/package/use.sh "$1" /usr; }

apt update
# The tools alone, without any development package.
apt install -y --no-install-recommends $(cd "$folder" && printf '/opt/debs/%s ' reszoo-tools_*.deb libreszoo_*.deb reszoo-libtorch_*.deb)
use tools
apt install -y --no-install-recommends $(cd "$folder" && printf '/opt/debs/%s ' libreszoo-dev_*.deb libreszoo-runtime_*.deb) gcc libc6-dev pkg-config cmake make
use c
apt install -y --no-install-recommends g++
use cpp
# A program that only predicts needs one package of 1 MB.
apt purge -y reszoo-tools libreszoo reszoo-libtorch libreszoo-dev
inside "$work/debian" /opt/out/cpp/runtime | grep -q 'nothing.safetensors: cannot be opened'
apt purge -y libreszoo-runtime
if inside "$work/debian" sh -c 'find /usr -name "*reszoo*" | grep .'; then echo "debs.sh: left after purging" >&2; exit 1; fi
echo "debs.sh: $(cd "$folder" && echo *.deb): good"
