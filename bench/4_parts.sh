#!/usr/bin/env bash
# The Go benchmarks: decoding, resizing, hashing, joining, embedding.
set -euo pipefail
CURATE_SHARED=${CURATE_SHARED:-$PWD/../shared} "${GO:-go}" test -run '^$' -bench . -benchtime 1s \
	./internal/imageio ./internal/preprocess ./dedup ./internal/stage ./embed | grep -E '^(Benchmark|ok|FAIL|---|    )'
