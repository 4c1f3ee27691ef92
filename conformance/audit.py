"""The audit and its cure against scikit-learn's random forest.

A control that cannot flatter: photographs of one source only, a random half of which goes through PNG and is called `ai`. Nothing
but the files tells the halves apart. A forest on what Pillow says of the files finds the label before, and `curate audit` says so
too; on the files of `curate audit --fix` it may not: AUC at most .55, where a half of 600 drawn by chance lies within .5 +- .05.

The photographs are those of the shared folder where it is there, else drawn here.
"""

import hashlib
import io
import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile

import numpy as np
from PIL import Image, ImageDraw, ImageFilter
from PIL.JpegImagePlugin import get_sampling
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict

CURATE = os.path.abspath(os.environ.get("CURATE", "./curate"))
SHARED = pathlib.Path(os.environ.get("CURATE_SHARED", "../shared")) / "data/raw/real"
PHOTOS = 600
failures = 0


def check(what, figure, good, want):
    global failures
    if good:
        print(f"ok: {what}: {figure}", flush=True)
        return
    failures += 1
    print(f"FAIL: {what}: {figure}, want {want}", flush=True)


def drawn(rng):
    """A picture of stripes and shapes, as a JPEG of any quality and size."""
    w, h = rng.choice([(500, 375), (375, 500), (500, 333), (320, 240), (640, 480)])
    im = Image.new("RGB", (w, h), tuple(rng.randrange(256) for _ in range(3)))
    d = ImageDraw.Draw(im)
    for _ in range(rng.randrange(5, 60)):
        x, y, s = rng.randrange(w), rng.randrange(h), rng.randrange(4, h // 2)
        (d.ellipse if rng.random() < 0.5 else d.rectangle)([x, y, x + s, y + s], fill=tuple(rng.randrange(256) for _ in range(3)))
    out = io.BytesIO()
    im.filter(ImageFilter.GaussianBlur(rng.uniform(0, 2))).save(out, "JPEG", quality=rng.randrange(60, 98))
    return out.getvalue()


def photographs(rng):
    files = sorted(p for p in SHARED.rglob("*") if p.is_file())
    if len(files) < PHOTOS:
        print(f"drawn pictures: there are no {PHOTOS} photographs in {SHARED}", flush=True)
        return [drawn(rng) for _ in range(PHOTOS)]
    return [p.read_bytes() for p in rng.sample(files, PHOTOS)]


def make_heap(root):
    rng = random.Random(8)
    for label in ("real", "ai"):
        (root / label).mkdir(parents=True)
    for i, data in enumerate(photographs(rng)):
        if rng.random() < 0.5:
            Image.open(io.BytesIO(data)).convert("RGB").save(root / f"ai/{i:03}.png", compress_level=1)
        else:
            (root / f"real/{i:03}.jpg").write_bytes(data)


def facts(path):
    """What Pillow and the file system say of a file: numbers for a forest."""
    head = path.read_bytes()[:24]
    with Image.open(path) as im:
        w, h = im.size
        tables = [sum(t) for t in getattr(im, "quantization", {}).values()] + [0] * 4
        sampling = get_sampling(im) if im.format == "JPEG" else -2
        row = [hash_of(im.format), hash_of(im.mode), w, h, w * h, w / h, w % 8, h % 8, w % 64, h % 64, *tables[:4], sampling, len(im.getexif()),
               len(im.info.get("icc_profile", b"")), len(im.info), int("progressive" in im.info), hash_of(str(im.info.get("jfif_density"))),
               hash_of(str(im.info.get("comment"))), len(getattr(im, "applist", []))]
    size = path.stat().st_size
    return row + [size, size / (w * h), hash_of(path.suffix), len(path.name), path.stat().st_mtime, *head]


def hash_of(text):
    return int(hashlib.sha256(str(text).encode()).hexdigest()[:6], 16)


def outside_auc(files):
    x = np.array([facts(p) for p in files], dtype=float)
    y = np.array([p.parent.name == "ai" for p in files])
    chance = np.zeros(len(y))
    for seed in range(3):
        folds = StratifiedKFold(5, shuffle=True, random_state=seed)
        chance += cross_val_predict(RandomForestClassifier(200, random_state=seed), x, y, cv=folds, method="predict_proba")[:, 1]
    return roc_auc_score(y, chance)


def curate(*args):
    r = subprocess.run([CURATE, *args, "--quiet", "--json"], capture_output=True, text=True)
    if r.returncode:
        sys.exit(f"curate {' '.join(args)}: {r.stderr}")
    return json.loads(r.stdout)


def contents(folder):
    return {str(p): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def main():
    start = pathlib.Path.cwd()
    with tempfile.TemporaryDirectory() as work:
        heap = pathlib.Path(work) / "heap"
        make_heap(heap)
        before = contents(heap)
        os.chdir(work)
        curate("ingest", "heap")
        told = curate("audit", "--fix")
        after = told["fix"]["after"]
        fixed = sorted(pathlib.Path("curate.audit/images").rglob("*.jpg"))
        check("an outside forest finds the label in the files", f"AUC {(auc := outside_auc([pathlib.Path(p) for p in before])):.3f}", auc > 0.95, "above .95")
        check("curate audit finds it too", f"AUC {told['auc']:.3f}, {told['verdict']}", told["auc"] > 0.95 and told["verdict"] == "leaks", "above .95, leaks")
        check("an outside forest does not find it after --fix", f"AUC {(auc := outside_auc(fixed)):.3f}", auc <= 0.55, "at most .55")
        check("nor does curate audit", f"AUC {after['auc']:.3f}, {after['verdict']}", after["auc"] <= 0.55 and after["verdict"] == "clean", "at most .55, clean")
        left_out = sum(told["fix"]["too_small"].values())
        check("every picture is in the set or was counted out", f"{len(fixed)} and {left_out}", len(fixed) + left_out == len(before) and left_out <= 0.05 * len(before), f"{len(before)} in all")
        sizes = {Image.open(p).size for p in fixed}
        check("all are of one size", sizes, len(sizes) == 1, "one")
        check("originals are as they were", len(before), contents(heap) == before, "no change")
        os.chdir(start)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
