#!/usr/bin/env bash
# Put a trained encoder inside the program: scripts/encoder.sh RUN MANIFEST.tsv
#
# RUN is the folder that `curate train --objective descriptor` has left, MANIFEST.tsv that of
# the shared pictures. Writes embed/builtin/copies-s14-8.safetensors and the calibrations of its
# three qualities in dedup/calibrate/known; build curate afterwards, and take the figures of
# docs/encoder.md and docs/dedup.md anew, on the half that nothing was learnt from (WORK/odd).
#
# The new file takes the name of the one before it. A release must not do that to a
# release: give it a name of its own in embed/builtin/embedded.go (builtin:3), and keep both.
# Settings: WORK (a folder, kept), SIZES (112,140,168), BITS (5), and those of scripts/known.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
run=$(realpath "$1")
manifest=$(realpath "$2")
export WORK=${WORK:-$(mktemp -d)}
file=embed/builtin/copies-s14-8.safetensors

# The pictures that its inputs are seen on are of the half that it learnt from.
QUALITIES=none scripts/known.sh "$manifest"
python3 - "$WORK" <<'PY'
import pathlib, shutil, sys

work = pathlib.Path(sys.argv[1])
files = sorted(p for p in (work / "even").rglob("*") if p.is_file() and p.suffix != ".tsv")
seen = work / "seen"
shutil.rmtree(seen, ignore_errors=True)
seen.mkdir()
for i in range(250):
    p = files[i * len(files) // 250]
    shutil.copy(p, seen / f"{i:03}{p.suffix}")
PY
former=$(sha256sum "$file" | cut -d' ' -f1)
"$WORK/curate" model shrink "$run" --bits "${BITS:-5}" --squash --resolution 112 --sizes "${SIZES:-112,140,168}" \
	--pictures "$WORK/seen" --name copies-s14-8 --licence MIT -o "$file.new.safetensors"
mv "$file.new.safetensors" "$file"
python3 - "$former" <<'PY'
import json, pathlib, sys

known = pathlib.Path("dedup/calibrate/known")
where = known / "known.json"
old = json.loads(where.read_text())
for e in old:
    if e["model"] == sys.argv[1]:
        (known / e["file"]).unlink(missing_ok=True)
lines = [json.dumps(e) for e in old if e["model"] != sys.argv[1]]
where.write_text("[\n  " + ",\n  ".join(lines) + "\n]\n")
PY
scripts/known.sh "$manifest" fast balanced best
