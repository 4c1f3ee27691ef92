#!/usr/bin/env bash
# How many times faster a second ingest of unchanged pictures is than the first.
set -euo pipefail
pictures=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$pictures" "$work/pictures" # also brings the files into memory: both runs read from there
seconds() {
	./curate --catalog "$work/curate.db" --quiet --json ingest "$work/pictures" | sed -E 's/.*"seconds":([0-9.e+-]+).*/\1/'
}
first=$(seconds)
second=$(seconds)
awk -v a="$first" -v b="$second" 'BEGIN { printf "ingest: first %.2f s, second %.3f s: ratio %.1f\n", a, b, a / b }'
