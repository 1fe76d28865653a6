#!/usr/bin/env bash
# Pictures of the Explore window in every theme and two sizes, for a look before a change lands.
# usage: screenshots.sh PROGRAM FOLDER
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
program=$(realpath "$1")
mkdir -p "$2"
for theme in dark light projector; do
    for size in 1600x1000 1280x720; do
        mkdir -p "$2/$theme"
        (cd "$2/$theme" && bash "$here/drive.sh" "$here/explore.drive" "$size" "$program" --theme "$theme" \
            | grep -E 'FAIL|shot|Attention map')
    done
done
