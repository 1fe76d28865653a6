#!/usr/bin/env bash
# Builds the engine, its tests and the command line with CUDA and without Qt, runs what needs a GPU,
# and prints one table last: metric, limit, ours, ours/limit. For a machine with CUDA Toolkit 13,
# CMake, Ninja and g++, without a network; the rest comes from .local/gpu (prepare.sh) where it is
# not installed.
# usage: bash tests/gpu/run.sh [build] [test] [sanitize] [bench]      (all four unless some are named)
# Each stage starts nothing new after 6 minutes. What has run is kept in build/gpu/results; the same
# call goes on with what is missing, or failed, or was built anew.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build/gpu
results=$build/results
kit=$root/.local/gpu/usr
options=()
if [ -d "$kit" ]; then
    lib=$kit/lib/x86_64-linux-gnu
    export LD_LIBRARY_PATH=$lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
    export PKG_CONFIG_LIBDIR=$lib/pkgconfig PKG_CONFIG_SYSROOT_DIR=$root/.local/gpu
    options=(-DCMAKE_PREFIX_PATH="$kit" -DPKG_CONFIG_EXECUTABLE="$kit/bin/pkgconf")
fi
mkdir -p "$results"
failed=() later=()

# part NAME SECONDS COMMAND…: runs it once, its output to NAME.txt, what it says beside to NAME.log.
part() {
    local name=$1 limit=$2 status=0 started=$SECONDS
    shift 2
    if [ "$(cat "$results/$name.status" 2>/dev/null)" = 0 ] \
        && [ -z "$(find "$build/bin" -type f -newer "$results/$name.status")" ]; then
        return
    fi
    if [ $((SECONDS - stage_began)) -gt 360 ]; then
        later+=("$name")
        return
    fi
    timeout "$limit" "$@" >"$results/$name.txt" 2>"$results/$name.log" || status=$?
    echo "$status" >"$results/$name.status"
    echo "  $name: $([ "$status" = 0 ] && echo passed || echo "failed ($status)"), $((SECONDS - started)) s"
    if [ "$status" != 0 ]; then
        failed+=("$name")
        tail -n 20 "$results/$name.txt" "$results/$name.log"
    fi
}

has_gpu() { nvidia-smi --query-gpu=name,driver_version,memory.total --format=csv,noheader 2>/dev/null; }

stage_build() {
    local architecture=native
    has_gpu >/dev/null || architecture=90
    cmake -S "$root" -B "$build" -G Ninja -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_CXX_FLAGS_RELEASE="-O2 -DNDEBUG" -DCMAKE_CUDA_ARCHITECTURES=$architecture \
        -DMIXSCOPE_CUDA=ON -DMIXSCOPE_UI=OFF -DMIXSCOPE_WERROR=OFF -DMIXSCOPE_GPU_TESTS=ON \
        "${options[@]}" >"$results/configure.log"
    cmake --build "$build" --parallel "$(nproc)" \
        --target gpu_tests bench_gpu mixscope-cli >"$results/build.log" || {
        tail -n 40 "$results/build.log"
        exit 1
    }
}

stage_test() {
    local tests
    for tests in 'CudaParity*' '*/CudaEngine.*' 'CudaEngineBundled.*' 'LongReply.*'; do
        part "test-$(tr -dc '[:alnum:]' <<<"$tests")" 400 "$build/bin/gpu_tests" \
            --gtest_filter="$tests"
    done
}

# The ops at all sizes and a whole checkpoint; the long tests would take hours here.
stage_sanitize() {
    local tool
    command -v compute-sanitizer >/dev/null || {
        echo "  compute-sanitizer is not installed"
        failed+=(sanitize)
        return
    }
    for tool in memcheck racecheck initcheck synccheck; do
        part "sanitize-$tool-ops" 450 compute-sanitizer --tool $tool --error-exitcode 9 \
            "$build/bin/gpu_tests" --gtest_filter='CudaParity*'
        part "sanitize-$tool-model" 450 compute-sanitizer --tool $tool --error-exitcode 9 \
            "$build/bin/gpu_tests" --gtest_filter='*CudaEngine.EveryProbe*dense*'
    done
}

# One part for each shape and question, so that none is long.
stage_bench() {
    local shape file
    local cli=("$build/bin/mixscope-cli" bench --backend cuda --runs 3)
    part bench-kernels 300 "$build/bin/bench_gpu"
    part bench-bundled-all 120 "${cli[@]}" "$root/resources/models/tiny-hybrid-13m" \
        --prefill 512,2048 --context 16,1024 --probes off,light,standard,full
    for file in "$root"/tests/bench/shapes/*.json; do
        shape=$(basename "$file" .json)
        part "bench-$shape-decode" 400 "${cli[@]}" --random-weights "$file" \
            --prefill 0 --context 16,1024,8192 --probes off
        part "bench-$shape-long" 400 "${cli[@]}" --random-weights "$file" \
            --prefill 0 --context 32768 --decode 64 --probes off
        part "bench-$shape-prefill" 400 "${cli[@]}" --random-weights "$file" \
            --prefill 512,2048,8192 --context 0 --decode 1 --probes off
        part "bench-$shape-probes" 400 "${cli[@]}" --random-weights "$file" \
            --prefill 0 --context 1024 --probes off,light,standard,full
    done
}

# Rows "metric|limit|ours|unit".
rows() {
    local file name ceiling
    for file in "$results"/test-*.txt; do
        [ -f "$file" ] || continue
        awk -v name="$(basename "$file" .txt)" '
            / ran\. \(/ { all = $2 } /^\[  PASSED  \]/ { good = $4 } /^\[  SKIPPED \]/ { skipped = $4 }
            END { print name "|" all + 0 "|" good - skipped "|passed" }' "$file"
    done
    for file in "$results"/sanitize-*.txt; do
        [ -f "$file" ] || continue
        awk -v name="$(basename "$file" .txt)" '
            /ERROR SUMMARY:/ { n = $4; seen = 1 } /RACECHECK SUMMARY:/ { n = $4; seen = 1 }
            END { print name "|0|" (seen ? n : "?") "|errors" }' "$file"
    done
    [ -f "$results/bench-kernels.txt" ] || return 0
    cat "$results/bench-kernels.txt"
    ceiling=$(awk -F'|' '/^matrix product/ { print $2 * 1e12 }' "$results/bench-kernels.txt")
    for file in "$results"/bench-*.txt; do
        name=$(basename "$file" .txt)
        name=${name#bench-}
        [ "$name" != kernels ] || continue
        awk -v name="${name%-*}" -v ceiling="${ceiling:-0}" -v part="${name##*-}" '
            $1 == "decode" && part != "prefill" { print name ", at " $3 ", probes " $4 "|" $10 "|" $5 "|tokens/s" }
            $1 == "prefill" && ceiling > 0 {
                print name ", " $2 " tokens, probes " $4 "|" ceiling / ($9 * 1e6) "|" $5 "|tokens/s"
            }' "$file"
        # What looking costs: the tokens/s with a level against those without.
        awk -v name="${name%-*}" '
            $1 == "decode" && $4 == "off" { plain[$3] = $5 }
            $1 == "decode" && $4 != "off" && plain[$3] > 0 {
                print name ", at " $3 ", " $4 " against off|" plain[$3] "|" $5 "|tokens/s"
            }' "$file"
    done
}

table() {
    echo
    has_gpu || echo "no GPU"
    printf '%-68s %12s %12s %-9s %10s\n' metric limit ours unit ours/limit
    rows 2>/dev/null | awk -F'|' '{
        share = $2 + 0 > 0 && $3 != "?" ? sprintf("%.0f%%", 100 * $3 / $2) : "-"
        printf "%-68s %12.5g %12s %-9s %10s\n", $1, $2, $3 == "?" ? "?" : sprintf("%.5g", $3), $4, share
    }'
}

for stage in "${@:-build test sanitize bench}"; do
    for name in $stage; do
        case $name in build | test | sanitize | bench) ;; *)
            echo "error: there is no stage $name; there are build, test, sanitize and bench" >&2
            exit 2
            ;;
        esac
        if [ "$name" != build ] && ! has_gpu >/dev/null; then
            # Says why: no driver, none that is new enough, no GPU.
            "$build/bin/gpu_tests" --gtest_filter='CudaEngineBundled.*' | grep -m 1 -A 1 -i 'gpu_main' || true
            echo "error: the stage $name needs an NVIDIA GPU" >&2
            echo "hint: bash tests/run.sh runs the same kernels on the processor." >&2
            exit 1
        fi
        echo "$name"
        stage_began=$SECONDS
        "stage_$name"
        echo "$name took $((SECONDS - stage_began)) s"
    done
done

table | tee "$results/table.txt"
[ ${#later[@]} = 0 ] || echo "not run yet, call again: ${later[*]}"
[ ${#failed[@]} = 0 ] || echo "failed: ${failed[*]}"
[ ${#later[@]} = 0 ] && [ ${#failed[@]} = 0 ]
