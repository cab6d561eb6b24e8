#!/usr/bin/env bash
# What a crash of the embedded store leaves behind: everything that was acknowledged, and nothing in part.
#
#   scripts/crash.sh kill CYCLES          SIGKILLs a process that sells, in one folder, at random moments
#   scripts/crash.sh power-loss POINTS    lets the power go at random moments of recorded runs; half as many with
#                                         synchronous=NORMAL, which must be caught losing sales
#
# CRASH_SEED=number brings back the random choices of a run: it is the first line that a run prints.
set -euo pipefail
cd "$(dirname "$0")/.."
way=${1:?kill or power-loss}
count=${2:?how many}
example=crates/turnout-store-sqlite/examples/crash

# The features of the whole workspace, as for all other tests, so that nothing is compiled twice.
cargo build --quiet --workspace --all-features --example crash
# On the disk that the build is on: a file system in memory has no syncs to wait for.
mkdir -p target/crash
folder=$(mktemp -d target/crash/XXXXXX)
case $way in
    kill)
        arguments=(kill "$count" "$folder/data")
        ;;
    power-loss)
        "${CC:-gcc}" -O2 -Wall -Wextra -Werror -fPIC -shared "$example/recorder.c" -o "$folder/recorder.so"
        arguments=(power-loss "$count" "$folder/data" "$folder/recorder.so")
        ;;
    *)
        echo "usage: scripts/crash.sh kill CYCLES | power-loss POINTS" >&2
        exit 2
        ;;
esac
if ! target/debug/examples/crash "${arguments[@]}"; then
    echo "what is left is in $folder" >&2
    exit 1
fi
rm -rf "$folder"
