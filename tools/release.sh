#!/usr/bin/env bash
# Builds, tests and sums up everything that a release holds, into build/dist: .tar.gz, Debian packages, the Python wheel, the
# site, the source, SHA256SUMS. It refuses a tree with uncommitted changes, and a version that CHANGELOG.md has no dated section for.
# `--check` only tells whether it would refuse.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
refuse() { printf 'release: %s\n' "$*" >&2; exit 1; }

version=$(sed -n 's/^project(reszoo VERSION \([0-9.]*\).*/\1/p' CMakeLists.txt)
[ -n "$version" ] || refuse "CMakeLists.txt has no version"
grep -Eq "^## ${version//./\\.} \([0-9]{4}-[0-9]{2}-[0-9]{2}\)$" CHANGELOG.md || refuse "CHANGELOG.md has no section '## $version (date)'"
for file in packaging/vcpkg/ports/reszoo/vcpkg.json; do
  grep -q "\"version\": \"$version\"" "$file" || refuse "$file has another version than $version"
done
changes=$(git status --porcelain)
[ -z "$changes" ] || refuse "the tree has uncommitted changes:"$'\n'"$changes"
if [ "${1:-}" = --check ]; then exit 0; fi

bash tools/setup.sh --full
dist=build/dist
rm -rf "$dist" build/package/packages
mkdir -p "$dist"
cmake --preset package
cmake --build --preset package
cpack --config build/package/CPackConfig.cmake
cp build/package/packages/*.tar.gz build/package/packages/*.deb "$dist/"
# What is skipped there is not tested, so nothing may be.
bash tests/package/all.sh build/package/packages

bash tools/wheel.sh "$dist"
bash tools/wheel_test.sh "$PWD/$(ls "$dist"/reszoo-*.whl)"
bash tools/site.sh
tar -czf "$dist/reszoo-$version-site.tar.gz" -C build site
git archive --format=tar.gz --prefix="reszoo-$version/" -o "$dist/reszoo-$version-source.tar.gz" HEAD
(cd "$dist" && find . -maxdepth 1 -type f ! -name SHA256SUMS -printf '%f\n' | sort | xargs sha256sum >SHA256SUMS)
echo "release: reszoo $version at $(git rev-parse --short HEAD):"
(cd "$dist" && ls -sh1 && cat SHA256SUMS)
