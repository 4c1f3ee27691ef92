"""Writes pillow_reference.json and transformers_reference.json: what Pillow's
resize and Transformers' image processors make of pictures that the Go tests draw
again from a seed. Run it in this folder, with pillow, numpy, torch and transformers:

    python pillow_reference.py

The files in the repository were made with Pillow 13.0.0 and Transformers 5.23.0.
"""

import base64
import hashlib
import json
import pathlib

import numpy as np
from PIL import Image

from transformers.models.bit.image_processing_pil_bit import BitImageProcessorPil
from transformers.models.convnext.image_processing_pil_convnext import ConvNextImageProcessorPil
from transformers.models.deit.image_processing_pil_deit import DeiTImageProcessorPil
from transformers.models.vit.image_processing_pil_vit import ViTImageProcessorPil


def noise(n, seed):
    """n bytes of a linear congruential generator (Numerical Recipes)."""
    out, state = bytearray(), seed
    for _ in range(n):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        out.append(state >> 24)
    return bytes(out)


def picture(w, h, seed):
    """Noise with a black and a white block in it, so that filters overshoot."""
    a = np.frombuffer(noise(3 * w * h, seed), np.uint8).reshape(h, w, 3).copy()
    a[h // 4 : h // 2, w // 4 : w // 2] = 255
    a[h // 2 : 3 * h // 4, w // 2 : 3 * w // 4] = 0
    return Image.fromarray(a)


def resizes():
    cases = []
    sizes = [(1, 1), (2, 3), (5, 4), (17, 11), (40, 30), (64, 48), (97, 61)]
    seed = 0
    for iw, ih in sizes:
        for ow, oh in [(1, 1), (3, 2), (8, 8), (17, 11), (23, 40), (64, 30), (128, 96)]:
            for f in range(6):
                seed += 1
                im = picture(iw, ih, seed)
                out = im.resize((ow, oh), f).tobytes()
                grey = im.convert("L").resize((ow, oh), Image.Resampling.BOX).tobytes()
                case = {"in": [iw, ih], "out": [ow, oh], "filter": f, "seed": seed,
                        "sha256": hashlib.sha256(out).hexdigest(), "grey": hashlib.sha256(grey).hexdigest()}
                if ow * oh <= 6:
                    case["pixels"] = list(out)
                cases.append(case)
    return cases


PROCESSORS = {
    "ViTImageProcessor": ViTImageProcessorPil,
    "BitImageProcessor": BitImageProcessorPil,
    "DeiTImageProcessor": DeiTImageProcessorPil,
    "ConvNextImageProcessor": ConvNextImageProcessorPil,
}

CONFIGS = [
    {"image_processor_type": "ViTImageProcessor", "size": 16},
    {"image_processor_type": "ViTImageProcessor", "size": {"height": 12, "width": 20}, "resample": 3, "image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]},
    {"image_processor_type": "ViTImageProcessor", "size": [14, 10], "resample": 0, "do_normalize": False},
    {"image_processor_type": "ViTImageProcessor", "size": 9, "do_rescale": False},
    {"image_processor_type": "ViTImageProcessor", "size": 9, "do_rescale": False, "do_normalize": False},
    {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 18}, "crop_size": {"height": 14, "width": 14}},
    {"image_processor_type": "BitImageProcessor", "size": 18, "crop_size": 15, "resample": 1},
    {"image_processor_type": "BitImageProcessor", "size": {"shortest_edge": 10}, "crop_size": {"height": 13, "width": 16}},
    {"image_processor_type": "BitImageProcessor", "do_resize": False, "crop_size": 21, "rescale_factor": 0.01},
    {"image_processor_type": "DeiTImageProcessor", "size": {"height": 18, "width": 18}, "crop_size": {"height": 13, "width": 12}},
    {"image_processor_type": "ConvNextImageProcessor", "size": {"shortest_edge": 14}, "crop_pct": 0.875},
]


def tensors():
    cases = []
    for i, config in enumerate(CONFIGS):
        keys = {k: v for k, v in config.items() if k != "image_processor_type"}
        processor = PROCESSORS[config["image_processor_type"]](**keys)
        for w, h in [(31, 20), (20, 33), (16, 16)]:
            im = picture(w, h, 1000 + i)
            t = processor(im, return_tensors="np")["pixel_values"][0]
            cases.append({"config": config, "in": [w, h], "seed": 1000 + i, "shape": list(t.shape),
                          "float32": base64.b64encode(t.astype("<f4").tobytes()).decode()})
    return cases


def write(name, cases):
    lines = ",\n".join(json.dumps(c, separators=(",", ":")) for c in cases)
    pathlib.Path(name).write_text("[\n" + lines + "\n]\n")


write("pillow_reference.json", resizes())
write("transformers_reference.json", tensors())
