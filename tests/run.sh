#!/usr/bin/env bash
# Installs what is missing, builds, and runs all tests. The last line is "N passed, N failed".
# usage: bash tests/run.sh [PRESET…]      default: cpu (dev where nvcc is found) asan tsan fuzz
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/app/setup.sh"

passed=0
failed=0
summary=()

# count FILE NAME: reads one attribute of the first <testsuite> in a JUnit file
count()
{
    grep -m 1 -A 12 '<testsuite' "$1" | grep -oE "[^a-z]$2=\"[0-9]+\"" | head -n 1 | tr -dc '0-9'
}

# suite PRESET: builds a preset and runs its tests; a test that did not run has failed
suite()
{
    local preset=$1 junit="$root/build/$1-tests.xml" start=$SECONDS built ran bad total
    if ! build "$preset"; then
        failed=$((failed + 1))
        summary+=("$preset: the build failed")
        return
    fi
    built=$((SECONDS - start))
    rm -f "$junit"
    echo "Testing $preset"
    (cd "$root" && ctest --preset "$preset" --parallel "$(nproc)" --output-junit "$junit") \
        | grep --line-buffered -v '^ *Start ' || true
    ran=$((SECONDS - start - built))
    if [ ! -s "$junit" ]; then
        failed=$((failed + 1))
        summary+=("$preset: no test ran")
        return
    fi
    total=$(count "$junit" tests)
    bad=$(($(count "$junit" failures) + $(count "$junit" disabled) + $(count "$junit" skipped)))
    passed=$((passed + total - bad))
    failed=$((failed + bad))
    summary+=("$(printf '%-5s %4d passed, %d failed; built in %d s, tested in %d s' \
        "$preset:" $((total - bad)) "$bad" "$built" "$ran")")
}

main=cpu
if command -v nvcc >/dev/null || [ -x /usr/local/cuda/bin/nvcc ]; then
    main=dev
fi
presets=("$@")
[ $# -gt 0 ] || presets=("$main" asan tsan fuzz)

install_packages run test
for preset in "${presets[@]}"; do
    suite "$preset"
done

printf '\n'
printf '%s\n' "${summary[@]}"
printf '%d passed, %d failed\n' "$passed" "$failed"
[ "$failed" -eq 0 ]
