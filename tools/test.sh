#!/usr/bin/env bash
# Set-up, build, all tests. Arguments go to ctest: tools/test.sh -L nn
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${RESZOO_PRESET:-dev}
bash tools/setup.sh
cmake --preset "$preset"
cmake --build --preset "$preset"
ctest --preset "$preset" --parallel "$(nproc)" "$@"
