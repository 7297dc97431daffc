#!/usr/bin/env bash
# The first stage of the image: the Debian packages, from source.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
bash tools/setup.sh
cmake --preset package
cmake --build --preset package
cpack --config build/package/CPackConfig.cmake -G DEB
