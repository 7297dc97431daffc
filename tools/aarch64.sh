#!/usr/bin/env bash
# Cross-compiles the libraries and tools for AArch64 and runs tests by qemu, on NEON and on SVE: on a machine with another
# processor.
# The Debian root and the wheels for AArch64 are kept in .deps/aarch64 (3 GB). `tools/aarch64.sh --build` only builds.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
bash tools/setup.sh --aarch64
deps=.deps/aarch64
say() { printf 'aarch64: %s\n' "$*" >&2; }

# Debian 12 for arm64: its packages are unpacked, none of its programs runs. clang needs its g++ folder and libraries.
if [ ! -e $deps/sysroot/complete ]; then
  say "fetching Debian's libraries"
  rm -rf $deps/sysroot
  mkdir -p $deps
  development=$(sed -n 's/^packages=(//; s/\([a-z0-9.+-]*-dev\):[^ ]*/\n\1\n/gp' tools/setup.sh | grep -E '^[a-z0-9.+-]+-dev$' | grep -v dpkg | sort -u | paste -sd,)
  debootstrap --foreign --arch=arm64 --variant=minbase --include="libstdc++-12-dev,libc6-dev,$development" bookworm $deps/sysroot >$deps/sysroot.log
  for package in $deps/sysroot/var/cache/apt/archives/*.deb; do dpkg-deb -x "$package" $deps/sysroot; done
  # LibTorch reads about the processor there; qemu looks into this root first, and would otherwise show the host's files.
  mkdir -p $deps/sysroot/proc
  for number in 0 1; do
    mkdir -p $deps/sysroot/sys/devices/system/cpu/cpu$number/regs/identification
    echo 0x00000000410fd0c1 >$deps/sysroot/sys/devices/system/cpu/cpu$number/regs/identification/midr_el1
    printf 'processor\t: %d\nFeatures\t: fp asimd atomics fphp asimdhp asimddp\nCPU implementer\t: 0x41\nCPU architecture: 8\n' $number
    printf 'CPU variant\t: 0x3\nCPU part\t: 0xd0c\nCPU revision\t: 1\n\n'
  done >$deps/sysroot/proc/cpuinfo
  for list in present possible online; do echo 0-1 >$deps/sysroot/sys/devices/system/cpu/$list; done
  touch $deps/sysroot/complete
fi

# LibTorch and Arrow. The wheel of LibTorch is a CUDA build: its CMake files ask for CUDA's, so those of the CPU build here are
# taken, with a libtorch.so that brings no CUDA.
if [ ! -e $deps/wheels/complete ]; then
  say "fetching the wheels of LibTorch and Arrow"
  rm -rf $deps/wheels
  mkdir -p $deps/wheels
  python=.deps/venv/bin/python3
  torch=$($python -c 'import importlib.util as u, os; print(os.path.dirname(u.find_spec("torch").origin))')
  arrow=$($python -c 'import importlib.metadata as m; print(m.version("pyarrow"))')
  platforms=()
  for version in 17 25 27 28; do platforms+=(--platform manylinux_2_${version}_aarch64); done
  $python -m pip download -q --no-deps --only-binary :all: "${platforms[@]}" --python-version 3.11 -d $deps/download \
    "torch==$(sed -n 's/^torch_version=//p' tools/setup.sh)" "pyarrow==$arrow" 'nvidia-cuda-runtime>=13.0,<13.1' 'nvidia-cuda-cupti>=13.0,<13.1'
  for wheel in $deps/download/*.whl; do $python -m zipfile -e "$wheel" $deps/wheels; done
  rm -rf $deps/download $deps/wheels/torch/share/cmake
  cp -a "$torch/share/cmake" $deps/wheels/torch/share/cmake
  mv $deps/wheels/nvidia/cu13/lib/libcudart.so.13 $deps/wheels/nvidia/cu13/lib/libcupti.so.13 $deps/wheels/torch/lib/
  rm $deps/wheels/torch/lib/libtorch_cuda*.so
  clang-16 --target=aarch64-linux-gnu --sysroot=$deps/sysroot -shared -fPIC -x c /dev/null -Wl,--no-as-needed -L$deps/wheels/torch/lib -ltorch_cpu \
    -Wl,-rpath,'$ORIGIN' -Wl,-soname,libtorch.so -Wl,--allow-shlib-undefined -o $deps/wheels/torch/lib/libtorch.so
  touch $deps/wheels/complete
fi

cmake --preset aarch64
cmake --build --preset aarch64 --target reszoo_tools reszoo_c test_kernels test_preprocess
if [ "${1:-}" = --build ]; then exit 0; fi

# Under qemu a test takes twenty times as long: the rooms with code for instruction sets.
qemu() { qemu-aarch64 -L $deps/sysroot "$@"; }
bin=build/aarch64/bin
for test in kernels preprocess; do qemu $bin/test_$test --gtest_brief=1 --gtest_filter='-Full*'; done

# By clang everything runs on NEON. By g++ the inner loops of resizing have SVE too: they replace clang's, for vectors of 128, 256
# and 512 bits. The other kernels are NEON on every AArch64 (src/kernels/highway_setup.h says why).
resize=build/aarch64/resize_by_gcc.so
ln -sfn "../../$deps/sysroot/usr/include/hwy" build/aarch64/hwy
aarch64-linux-gnu-g++ -std=c++20 -O2 -fPIC -shared -Ibuild/aarch64 -Iinclude -Isrc -isystem $deps/wheels/torch/include \
  -isystem $deps/wheels/torch/include/torch/csrc/api/include src/preprocess/resize_kernels.cpp -o $resize
for quarters in 1 2 4; do
  qemu -cpu max,sve-max-vq=$quarters -E LD_PRELOAD=$resize $bin/test_preprocess --gtest_brief=1 --gtest_filter='*Resize*:Image*'
done
# A model of a table by the C interface: what x86-64 answered, up to rounding.
model=tests/compatibility/32c92bd
clang-16 --target=aarch64-linux-gnu --sysroot=$deps/sysroot -Iinclude tests/package/c/answer.c -Lbuild/aarch64/src -lreszoo \
  -Wl,--allow-shlib-undefined -o build/aarch64/answer
answer=$(qemu -E LD_LIBRARY_PATH=build/aarch64/src build/aarch64/answer $model/ensemble.safetensors $model/table.csv)
awk -v a="$answer" -v b="$(sed -n 2p $model/expected/ensemble.csv)" 'BEGIN { exit !(a > 0 && a - b < 1e-4 * b && b - a < 1e-4 * b) }' ||
  { say "the model answers $answer"; exit 1; }
say "compiled: all libraries and tools. Run by qemu: the tests of kernels and preprocess; resizing on SVE; a model by the C interface. Not run: the other tests; no timings"
