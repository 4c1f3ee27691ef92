"""Writes reference.json: SHA-256 of what torchvision's functional operations on Pillow make of the pictures of
reference_test.go, and the ranges of RandAugment. Run with torchvision 0.29 and Pillow 13; torch is needed to import it."""

import hashlib
import json
import pathlib

from PIL import Image
from torchvision.transforms import InterpolationMode
from torchvision.transforms import functional as F
from torchvision.transforms.autoaugment import RandAugment, _apply_op


def drawn(w, h, seed):
    """Noise over a gradient, so that every hue, grey and edge occurs."""
    pix = bytearray()
    for i in range(w * h):
        x, y = i % w, i // w
        for c in range(3):
            seed = (seed * 1664525 + 1013904223) % 2**32
            v = (seed >> 24) // 2 + (x * (3 + c) + y * (5 - c)) % 128
            pix.append(v if (x // 7 + y // 5) % 3 else (x * 255) // w)
    return Image.frombytes("RGB", (w, h), bytes(pix))


def sha(picture):
    return hashlib.sha256(picture.tobytes()).hexdigest()


def op(name):
    return lambda p, v: _apply_op(p, name, v, InterpolationMode.NEAREST, None)


OPS = {
    "brightness": (lambda p, v: F.adjust_brightness(p, v), [0, 0.3, 0.6, 1, 1.27, 1.9]),
    "contrast": (lambda p, v: F.adjust_contrast(p, v), [0, 0.3, 0.6, 1, 1.27, 1.9]),
    "colour": (lambda p, v: F.adjust_saturation(p, v), [0, 0.3, 0.6, 1, 1.27, 1.9]),
    "sharpness": (lambda p, v: F.adjust_sharpness(p, v), [0, 0.3, 0.6, 1, 1.27, 1.9]),
    "hue": (lambda p, v: F.adjust_hue(p, v), [-0.5, -0.1, -0.013, 0, 0.07, 0.25, 0.5]),
    "posterize": (lambda p, v: F.posterize(p, int(v)), [8, 7, 4]),
    "solarize": (lambda p, v: F.solarize(p, v), [0, 100.5, 178.5, 255]),
    "auto-contrast": (lambda p, v: F.autocontrast(p), [0]),
    "equalize": (lambda p, v: F.equalize(p), [0]),
    "shear-x": (op("ShearX"), [-0.3, 0.09, 0.2]),
    "shear-y": (op("ShearY"), [-0.3, 0.09, 0.2]),
    "translate-x": (op("TranslateX"), [-12.7, 5.3]),
    "translate-y": (op("TranslateY"), [-12.7, 5.3]),
    "rotate": (op("Rotate"), [-30, -9, 0.5, 9, 30]),
    "flip": (lambda p, v: F.hflip(p), [0]),
    "resized-crop": (lambda p, v: F.resized_crop(p, 3, 5, 20, 30, [24, 24], InterpolationMode.BICUBIC), [0]),
}
SIZES = [(61, 43), (40, 64)]

cases = [
    {"op": name, "value": v, "w": w, "h": h, "sha256": sha(f(drawn(w, h, 7), v))}
    for name, (f, values) in OPS.items()
    for v in values
    for w, h in SIZES
]
space = RandAugment()._augmentation_space(31, (43, 61))
ranges = [
    {"op": name, "signed": signed, "strengths": [float(m) for m in strengths] if strengths.ndim else [float(strengths)] * 31}
    for name, (strengths, signed) in space.items()
]
out = pathlib.Path(__file__).parent / "reference.json"
out.write_text(json.dumps({"cases": cases, "ranges": ranges}, indent=1) + "\n")
