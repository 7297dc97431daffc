#!/usr/bin/env bash
# Builds the Python wheel from the preset `package` and puts the libraries of Debian into it; LibTorch and Arrow stay
# those of the wheels torch and pyarrow. The result is dist/reszoo-*.whl.
#   bash tools/wheel.sh [FOLDER]
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folder=${1:-dist}
bash tools/setup.sh --wheel
python=$PWD/.deps/venv/bin/python
export PATH=$PWD/.deps/venv/bin:$PATH
# Python's own choice would be the compiler that it was built by.
export CXX=${CXX:-$(command -v clang++-19 clang++-18 clang++-17 clang++-16 g++ | head -n 1)}
raw=build/package/wheel
rm -rf "$raw"
"$python" -m build --wheel --no-isolation --outdir "$raw" .
mkdir -p "$folder"
rm -f "$folder"/reszoo-*.whl
# Of LibTorch and Arrow there must be one copy in a process.
"$python" -m auditwheel repair --strip --wheel-dir "$folder" \
  --exclude 'libtorch*' --exclude 'libc10*' --exclude 'libarrow*' --exclude 'libparquet*' --exclude 'libgomp*' "$raw"/reszoo-*.whl
# The licences of Debian's libraries in it, which auditwheel lists with their packages.
"$python" -m wheel unpack -d "$raw" "$folder"/reszoo-*.whl
unpacked=$(dirname "$raw"/reszoo-*/reszoo-*.dist-info)
for package in $("$python" -c '
import json, sys
print(*{part["name"] for part in json.load(open(sys.argv[1]))["components"] if part["purl"].startswith("pkg:deb/")})' \
  "$unpacked"/*.dist-info/sboms/auditwheel.cdx.json); do
  cp "/usr/share/doc/$package/copyright" "$(echo "$unpacked"/*.dist-info/licenses)/$package"
done
"$python" -m wheel pack -d "$folder" "$unpacked"
ls -l "$folder"/reszoo-*.whl
