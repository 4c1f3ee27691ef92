#!/usr/bin/env bash
# Wall time of curate check against CleanVision's checks of the same faults on one
# folder. CleanVision reads the files itself, so ingest and check are given, too.
set -euo pipefail
pictures=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
curate() { ./curate --catalog "$work/curate.db" --quiet --json "$@" | sed -E 's/.*"seconds":([0-9.e+-]+).*/\1/'; }
ingest=$(curate ingest "$pictures")
check=$(curate check)
awk -v a="$ingest" -v b="$check" 'BEGIN { printf "check: curate %.2f s, with ingest %.2f s\n", b, a + b }'
if theirs=$(bash scripts/peer.sh cleanvision "$pictures"); then
	awk -v a="$ingest" -v b="$check" -v c="$theirs" \
		'BEGIN { printf "check: curate takes %.2f times the %.2f s of CleanVision, with ingest %.2f times\n", b / c, c, (a + b) / c }'
fi
