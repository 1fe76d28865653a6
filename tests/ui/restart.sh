#!/usr/bin/env bash
# What is said is there after the program is killed in the middle of a reply, and again after an
# orderly end. Drives the real program three times with one home; screenshots stay here.
# usage: restart.sh PROGRAM
set -euo pipefail
here=$(dirname "$0")
DRIVE_HOME=$(mktemp -d)
export DRIVE_HOME
trap 'rm -rf "$DRIVE_HOME"' EXIT

drive()
{
    "$here/drive.sh" "$here/restart_$1.drive" 1280x720 "$program" | tee "$1.txt"
}

# transcript PART: what the script's `text Transcript` printed
transcript()
{
    sed -n '/^text Transcript: /,/^has Status/p' "$1.txt" | sed '$d'
}

program=$1
for part in killed reopened again; do drive $part; done
said=$(transcript killed)
[ ${#said} -gt 90 ] || { echo "FAIL too little was written before the kill: $said"; exit 1; }
for part in reopened again; do
    case $(transcript $part) in
        "$said"*) echo "$part: all of the transcript is there" ;;
        *) echo "FAIL $part: the transcript does not begin with what was said"; exit 1 ;;
    esac
done
