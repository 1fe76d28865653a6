# shellcheck shell=bash disable=SC2154
# Set-up shared by app/run.sh and tests/run.sh; sourced, not run. Needs $root, the source folder.

fail()
{
    printf 'error: %s\n' "$1" >&2
    [ -z "${2:-}" ] || printf 'hint: %s\n' "$2" >&2
    exit 1
}

# packages SECTION…: the Debian packages of these sections of packages.txt
packages()
{
    local section
    for section in "$@"; do
        awk -v want="[$section]" '/^\[/ { inside = $0 == want; next } inside && /^[a-z0-9]/' \
            "$root/app/packages.txt"
    done
}

# install_packages SECTION…: installs what is missing; asks for rights only then
install_packages()
{
    if ! command -v dpkg-query >/dev/null; then
        echo "This is not Debian: these packages, or their like, must be there: $(packages "$@" | xargs)"
        return
    fi
    local wanted installed missing
    mapfile -t wanted < <(packages "$@")
    installed=$(dpkg-query -W -f='${Package} ${db:Status-Status}\n' "${wanted[@]}" 2>/dev/null \
        | awk '$2 == "installed" { print $1 }' || true)
    mapfile -t missing < <(printf '%s\n' "${wanted[@]}" | grep -vxF "$installed" || true)
    [ ${#missing[@]} -gt 0 ] || return 0

    local as_root=()
    if [ "$(id -u)" -ne 0 ]; then
        command -v sudo >/dev/null || fail "packages are missing and this user cannot install them: ${missing[*]}" \
            "As root, run: apt-get install ${missing[*]}"
        as_root=(sudo)
        echo "Some packages are missing; sudo may ask for your password."
    fi
    echo "Installing ${#missing[@]} Debian packages: ${missing[*]}"
    local log
    log=$(mktemp)
    if ! { "${as_root[@]}" apt-get update \
        && "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
            apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        tail -n 15 "$log" >&2
        fail "apt-get could not install: ${missing[*]}" "The whole output is in $log."
    fi
    rm -f "$log"
}

# show_progress WHAT: ninja's "[done/total]" lines as one updating line, or, where the output is
# no terminal, as a line every ten per cent
show_progress()
{
    local line text percent shown=-10 total=0
    while IFS= read -r line; do
        [[ $line =~ ^\[([1-9][0-9]*)/([0-9]+)\] ]] || continue
        total=${BASH_REMATCH[2]}
        percent=$((100 * BASH_REMATCH[1] / total))
        text="$1: ${BASH_REMATCH[1]} of $total ($percent %)"
        if [ -t 1 ]; then
            printf '\r\033[K%s' "$text"
        elif [ $((percent / 10)) -gt $((shown / 10)) ]; then
            shown=$percent
            echo "$text"
        fi
    done
    [ ! -t 1 ] || [ "$total" -eq 0 ] || echo
}

# build PRESET [CMAKE-OPTION…]: configures and builds; what the tools print goes to build/PRESET.log.
# Returns 1, after showing the end of the log, when that fails.
build()
{
    local preset=$1 log="$root/build/$1.log"
    shift
    mkdir -p "$root/build"
    echo "Configuring $preset"
    if ! (cd "$root" && cmake --preset "$preset" "$@") >"$log" 2>&1; then
        tail -n 25 "$log" >&2
        echo "error: configuring $preset failed; the whole output is in $log" >&2
        return 1
    fi
    if ! (cd "$root" && NINJA_STATUS='[%f/%t] ' \
        cmake --build --preset "$preset" --parallel "$(nproc)" 2>&1) \
        | tee -a "$log" | show_progress "Building $preset"; then
        grep -A 15 -m 3 -E '^FAILED:|error:' "$log" >&2 || tail -n 25 "$log" >&2
        echo "error: building $preset failed; the whole output is in $log" >&2
        return 1
    fi
}
