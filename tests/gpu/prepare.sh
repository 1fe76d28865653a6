#!/usr/bin/env bash
# Copies what the engine and its tests need from Debian's packages into .local/gpu, a folder that
# git ignores, so that tests/gpu/run.sh builds on a machine with CUDA but without these packages
# and without a network. Run it where the packages are installed, then take the tree along.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
packages=(nlohmann-json3-dev libcli11-dev libgtest-dev libsentencepiece-dev libsentencepiece0
    pkgconf-bin libpkgconf3)

for package in "${packages[@]}"; do
    dpkg-query -W "$package" >/dev/null 2>&1 || {
        echo "error: the package $package is not installed" >&2
        echo "hint: run bash tests/run.sh once, or apt-get install $package" >&2
        exit 1
    }
done
rm -rf "$root/.local/gpu"
mkdir -p "$root/.local/gpu"
dpkg -L "${packages[@]}" | grep -E '^/usr/(include|lib|share/cmake|bin)/' \
    | sort -u | while read -r path; do
    [ -d "$path" ] || cp --parents -P "$path" "$root/.local/gpu/"
done
du -sh "$root/.local/gpu"
