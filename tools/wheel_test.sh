#!/usr/bin/env bash
# Installs the wheel into a fresh virtual environment and runs the tests of the Python package there.
#   bash tools/wheel_test.sh [WHEEL] [ARGUMENTS OF pytest]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
wheel=${1:-$(ls dist/reszoo-*.whl)}
shift || true
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install -q --disable-pip-version-check "$wheel[sklearn,test]"
# Away from the sources: what is tested is what is installed.
cd "$work"
PATH=$work/venv/bin:$PATH "$work/venv/bin/python" -m pytest -q -p no:cacheprovider --rootdir "$root" "$root/python/tests" "$@"
