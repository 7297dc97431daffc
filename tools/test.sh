#!/usr/bin/env bash
# Set-up, build, the default tests. `tools/test.sh --full` adds the tests with the label `full` (all models,
# long runs, the site of the documentation), a compile of the library by g++, the packages, and the Python wheel with its
# tests in a fresh environment. Other arguments go to ctest: tools/test.sh -L nn
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=${RESZOO_PRESET:-dev}
full=no
if [ "${1:-}" = --full ]; then
  full=yes
  shift
fi
if [ "$full" = yes ]; then bash tools/setup.sh --full; else bash tools/setup.sh; fi
cmake --preset "$preset"
cmake --build --preset "$preset"
if [ "$full" = yes ]; then
  cmake --preset gcc
  cmake --build --preset gcc
  ctest --preset "$preset" --parallel "$(nproc)" "$@"
  cmake --preset package
  cmake --build --preset package
  cpack --config build/package/CPackConfig.cmake
  bash tests/package/all.sh build/package/packages || [ $? -eq 77 ]
  bash tools/wheel.sh
  bash tools/wheel_test.sh
else
  ctest --preset "$preset" --parallel "$(nproc)" --label-exclude '^full$' "$@"
fi
