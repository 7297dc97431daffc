#!/usr/bin/env bash
# The second stage of the image: the packages of the tools from a folder, and what the health check runs.   install.sh FOLDER
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=$(realpath "$1")
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends ca-certificates \
  "$packages"/reszoo-tools_*.deb "$packages"/libreszoo_*.deb "$packages"/reszoo-libtorch_*.deb
rm -rf /var/lib/apt/lists/*
install -m 755 "$here/healthy.sh" /usr/local/bin/reszoo-healthy
mkdir -p /models
