#!/usr/bin/env bash
# Make the calibrations inside the binary anew: scripts/known.sh MANIFEST.tsv [QUALITY...]
#
# Learns from the even half of the manifest's pictures (docs/dedup.md) and writes to
# dedup/calibrate/known; build curate afterwards. All figures are to be taken on the odd
# half: WORK/odd. Settings: WORK (a folder, kept), EDITS of each
# picture (5 if unset; docs/dedup.md says which file was made with how many), HELD=.2 to learn
# from that part of the half only which `curate train --objective descriptor` holds out: to an
# encoder that was trained on the others, these look more alike than new ones will.
set -euo pipefail
cd "$(dirname "$0")/.."
manifest=$(realpath "$1")
shift
work=${WORK:-$(mktemp -d)}
known=dedup/calibrate/known
go build -o "$work/curate" ./cmd/curate
python3 - "$manifest" "$work" <<'PY'
import csv, hashlib, os, pathlib, sys

held = float(os.environ.get("HELD") or 1)

def kept(data):  # as train/descriptor holds pictures out: by the hash of their content
    text = ("held " + hashlib.sha256(data).hexdigest()).encode()
    return (int.from_bytes(hashlib.sha256(text).digest()[:8], "little") >> 11) / 2**53 < held

def odd(name):  # bit 7 of the FNV-1a hash of the name up to the first _
    h = 2166136261
    for c in name.split("_")[0].encode():
        h = ((h ^ c) * 16777619) & 0xFFFFFFFF
    return h >> 7 & 1

manifest, work = map(pathlib.Path, sys.argv[1:])
rows = list(csv.DictReader(open(manifest), delimiter="\t"))
for half in ("even", "odd"):
    out = work / half
    out.mkdir(exist_ok=True)
    mine = [r for r in rows if odd(pathlib.Path(r["path"]).name) == (half == "odd")]
    if half == "even":
        mine = [r for r in mine if kept((manifest.parent / r["path"]).read_bytes())]
    for r in mine:
        link = out / r["path"]
        link.parent.mkdir(parents=True, exist_ok=True)
        if not link.exists():
            link.write_bytes((manifest.parent / r["path"]).read_bytes())
    with open(out / "manifest.tsv", "w", newline="") as f:
        w = csv.DictWriter(f, rows[0].keys(), delimiter="\t")
        w.writeheader()
        w.writerows(mine)
PY
catalog="$work/curate.db"
"$work/curate" --catalog "$catalog" ingest "$work/even" --manifest "$work/even/manifest.tsv" --quiet
[ "${QUALITIES:-}" != none ] || exit 0 # only the halves were wanted
[ $# -gt 0 ] || set -- fast balanced best
for q in "$@"; do
	"$work/curate" --catalog "$catalog" calibrate --quality "$q" --pictures 800 --edits "${EDITS:-5}" --seed 7 --save "$work/$q.bin"
	python3 - "$known" "$work/$q.bin" <<'PY'
import json, pathlib, shutil, sys

known, made = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2])
key = json.loads(pathlib.Path(str(made) + ".json").read_text())
key["file"] = "{:.8}-{}-{}.bin".format(key["model"], key["layers"].replace("+", "-"), key["resolution"])
where = known / "known.json"
same = lambda e: all(e[k] == key[k] for k in ("model", "layers", "resolution", "preprocessing"))
old = json.loads(where.read_text())
for e in filter(same, old):
    (known / e["file"]).unlink(missing_ok=True)
shutil.copy(made, known / key["file"])
lines = [json.dumps(e) for e in [e for e in old if not same(e)] + [key]]
where.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n")
PY
done
echo "written: $known; the half that nothing was learnt from: $work/odd"
