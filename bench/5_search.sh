#!/usr/bin/env bash
# Search: the exact join against the products it consists of, and the join by sketches with its
# recall, time and memory; then crowds. SIZE vectors (default 20,000; SIZE=1000000 for the full figures).
set -euo pipefail
pictures=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
./curate --catalog "$work/curate.db" --quiet ingest "$pictures" >"$work/ingest.txt"
./curate --catalog "$work/curate.db" --quiet embed --quality best >"$work/embed.txt"
SIZE=${SIZE:-20000} CURATE_BENCH_CATALOG=$work/curate.db "${GO:-go}" test -run '^$' -bench 'Search(Exact|Sketches|Crowds)' -benchtime 1x -timeout 4h \
	./internal/stage | grep -E '^(Benchmark|FAIL|---|    )'
