#!/usr/bin/env bash
# First ingest against czkawka's hash scan of the same files, in turns (ROUNDS=N
# times, 3 unless said), and how many times faster a second ingest of unchanged
# pictures is than the first.
set -euo pipefail
pictures=$1
rounds=${ROUNDS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -rL "$pictures" "$work/pictures" # also brings the files into memory: all runs read from there

ingest() { # CATALOGUE: prints the seconds
	local start
	start=$(date +%s.%N)
	./curate --catalog "$work/$1.db" --quiet ingest "$work/pictures" >/dev/null
	awk -v a="$start" -v b="$(date +%s.%N)" 'BEGIN { print b - a }'
}
add() { awk -v a="$1" -v b="$2" 'BEGIN { print a + b }'; }

first=$(ingest again)
second=$(ingest again)
awk -v a="$first" -v b="$second" 'BEGIN { printf "ingest: first %.2f s, second %.3f s: ratio %.1f\n", a, b, a / b }'

ours=0 theirs=0
for i in $(seq "$rounds"); do
	took=$(bash scripts/peer.sh czkawka "$work/pictures") || exit 0 # it has said why
	theirs=$(add "$theirs" "$took")
	ours=$(add "$ours" "$(ingest "round$i")")
done
awk -v a="$ours" -v b="$theirs" -v n="$rounds" 'BEGIN {
	printf "ingest: %.2f s, czkawka %.2f s (means of %d in turns): ingest takes %.2f times as long (goal: at most 0.6)\n", a / n, b / n, n, a / b }'
