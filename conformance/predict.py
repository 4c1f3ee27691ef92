"""`curate predict` against the three lines of a run's model card, run as they stand there.

A tiny run is made of drawn pictures; its README.md shows how to use model.onnx with NumPy, Pillow and ONNX Runtime alone. These very
lines are cut out of the card and executed for PNG and JPEG files, and their probabilities are held against those of `curate predict`.
Models that squash a picture and models that crop its middle are tried, and the rotation of a photograph.
"""

import contextlib
import io
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import PIL.Image
import torch
from transformers import Dinov2Config, Dinov2Model, ViTConfig, ViTModel
from transformers.utils import logging

CURATE = os.environ.get("CURATE", "./curate")
SQUASH = dict(image_processor_type="ViTImageProcessor", do_resize=True, size=dict(height=48, width=48), resample=2,
              image_mean=[0.5] * 3, image_std=[0.5] * 3)
CROP = dict(image_processor_type="BitImageProcessor", do_resize=True, size=dict(shortest_edge=52), resample=3, do_center_crop=True,
            crop_size=dict(height=42, width=42), image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
SMALL = dict(hidden_size=48, num_hidden_layers=2, num_attention_heads=2)
MODELS = {
    "squashed": (ViTModel, ViTConfig(**SMALL, intermediate_size=96, image_size=48, patch_size=16), SQUASH),
    "cropped": (Dinov2Model, Dinov2Config(**SMALL, image_size=42, patch_size=14), CROP),
}
MOST = 1e-4
failures = 0


def check(what, figure, most):
    global failures
    failures += not figure <= most
    print(f"{'ok' if figure <= most else 'FAIL'}: {what}: {figure:.2g}" + ("" if figure <= most else f", want at most {most:g}"), flush=True)


def picture(seed, ai):
    """Noise that was blurred; what is called ai has stripes."""
    rng = np.random.RandomState(seed)
    w, h = rng.randint(60, 200, 2)
    small = PIL.Image.fromarray(rng.randint(0, 256, (h // 8 + 1, w // 8 + 1, 3), dtype="u1")).resize((w, h), PIL.Image.BICUBIC)
    x = np.asarray(small).astype("i4")
    if ai:
        x[:, ::4] += 60
    return PIL.Image.fromarray(x.clip(0, 255).astype("u1"))


def curate(work, *args):
    return subprocess.run([os.path.abspath(CURATE), "--quiet", *args], cwd=work, check=True, capture_output=True, text=True).stdout


def lines_of(card):
    """The block of Python that names onnxruntime."""
    blocks = re.findall(r"```python\n(.*?)\n```", card, re.S)
    return next(b for b in blocks if "onnxruntime" in b)


def run_lines(lines, folder, file, work):
    """Executes the lines where model.onnx and picture.jpg lie, and reads what they print."""
    place = work / "place"
    place.mkdir(exist_ok=True)
    shutil.copy(folder / "model.onnx", place / "model.onnx")
    shutil.copy(file, place / "picture.jpg")  # Pillow goes by content
    said, here = io.StringIO(), os.getcwd()
    os.chdir(place)
    try:
        with contextlib.redirect_stdout(said):
            exec(lines, {})
    finally:
        os.chdir(here)
    return eval(said.getvalue(), {})


def compare(name, work):
    kind, config, processor = MODELS[name]
    model = work / "model"
    kind(config).save_pretrained(model)
    (model / "preprocessor_config.json").write_text(json.dumps(processor))
    for i in range(60):
        file = work / "heap" / ("ai" if i % 2 else "real") / f"{i:02}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        picture(i, i % 2).save(file)
    curate(work, "ingest", "heap")
    curate(work, "train", "--mode", "probe", "--model", str(model), "--device", "cpu", "--out", "run")
    new = work / "new"
    new.mkdir()
    for i in range(12):
        p = picture(1000 + i, i % 2)
        p.save(new / f"{i:02}.png")
        p.save(new / f"{i:02}.jpg", quality=90)
    turned = PIL.Image.Exif()
    turned[0x0112] = 6
    picture(2000, 1).save(new / "turned.jpg", quality=90, exif=turned)
    answers = [json.loads(l) for l in curate(work, "predict", "new", "--device", "cpu", "--json").splitlines()]
    check(f"{name}: pictures without an answer", abs(25 - len(answers)), 0)
    first = [next(iter(a["probabilities"].values())) for a in answers]
    check(f"{name}: how much too alike the answers are to say anything", max(0, 0.05 - (max(first) - min(first))), 0)
    card = (work / "run" / "README.md").read_text()
    lines = lines_of(card)
    check(f"{name}: lines of the card beyond three", max(0, len(lines.splitlines()) - 3), 0)
    worst, other = {}, 0
    for a in answers:
        got = run_lines(lines, work / "run", work / a["path"], work)
        d = max(abs(got[c] - a["probabilities"][c]) for c in a["probabilities"])
        ending = pathlib.Path(a["path"]).suffix
        worst[ending] = max(worst.get(ending, 0), d)
        other += got[a["label"]] < max(got.values()) - MOST
    check(f"{name}: labels that differ", other, 0)
    for ending, d in sorted(worst.items()):
        check(f"{name}: probabilities of {ending} files, card against predict", d, MOST)


def main():
    torch.manual_seed(3)
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    for name in MODELS:
        with tempfile.TemporaryDirectory() as work:
            compare(name, pathlib.Path(work))
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
