#!/usr/bin/env bash
# tools/release.sh refuses a dirty tree, a version without a section in CHANGELOG.md, and parts of different versions.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
command -v git >/dev/null || { echo "skipped: no git" >&2; exit 77; }
work=$(mktemp -d "${TMPDIR:-/tmp}/reszoo-release-XXXXXX")
trap 'rm -rf "$work"' EXIT
for file in CMakeLists.txt CHANGELOG.md tools/release.sh packaging/vcpkg/ports/reszoo/vcpkg.json; do
  install -D "$root/$file" "$work/$file"
done
cd "$work"
commit() { git add -A && git -c user.name=a -c user.email=a@example.invalid commit -qm "a change"; }
refused() {
  local output
  if output=$(bash tools/release.sh --check 2>&1); then echo "release.sh accepted, but should say: $1" >&2; exit 1; fi
  grep -q "$1" <<<"$output" || { echo "release.sh said $output instead of: $1" >&2; exit 1; }
}
git init -q
commit
bash tools/release.sh --check
echo >>CHANGELOG.md
refused "uncommitted changes"
commit
touch new.txt
refused "new.txt"
rm new.txt
sed -i 's/^project(reszoo VERSION [0-9.]*/project(reszoo VERSION 9.8.7/' CMakeLists.txt
commit
refused "CHANGELOG.md has no section '## 9.8.7"
sed -i '0,/^## /s//## 9.8.7\n\n## /' CHANGELOG.md
commit
refused "CHANGELOG.md has no section '## 9.8.7"
sed -i 's/^## 9.8.7$/## 9.8.7 (2031-01-02)/' CHANGELOG.md
commit
refused "vcpkg.json has another version"
