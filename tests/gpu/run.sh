#!/usr/bin/env bash
# Builds the engine, its tests and the command line with CUDA and without Qt, and runs what needs a
# GPU. For a machine with CUDA Toolkit 13, CMake, Ninja and g++; the rest comes from .local/gpu
# (prepare.sh) where it is not installed. Ends with "N passed, N failed".
# usage: bash tests/gpu/run.sh [CTEST-ARG…]
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/gpu
kit=$root/.local/gpu/usr
options=()
if [ -d "$kit" ]; then
    lib=$kit/lib/x86_64-linux-gnu
    export LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export PKG_CONFIG_LIBDIR=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root/.local/gpu
    options=(-DCMAKE_PREFIX_PATH="$kit" -DPKG_CONFIG_EXECUTABLE="$kit/bin/pkgconf")
fi

nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader || {
    echo "error: there is no NVIDIA GPU here" >&2
    echo "hint: bash tests/run.sh runs the same kernels on the processor." >&2
    exit 1
}
cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DMIXSCOPE_CUDA=ON \
    -DMIXSCOPE_UI=OFF -DMIXSCOPE_GPU_TESTS=ON -DCMAKE_CUDA_ARCHITECTURES=native "${options[@]}"
cmake --build "$build" --parallel "$(nproc)"

junit=$build/tests.xml
rm -f "$junit"
ctest --test-dir "$build" --output-on-failure --no-tests=error --tests-regex 'Gpu|Cuda' \
    --output-junit "$junit" "$@" || true
count() { grep -m 1 -A 12 '<testsuite' "$junit" | grep -oE "[^a-z]$1=\"[0-9]+\"" | head -n 1 | tr -dc '0-9'; }
bad=$(($(count failures) + $(count disabled) + $(count skipped)))
echo "$(($(count tests) - bad)) passed, $bad failed"
[ "$bad" -eq 0 ]
