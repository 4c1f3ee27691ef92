"""Makes a bench of edited photographs whose truth is known: edits.py PHOTOS OUT [--edited 150] [--seed 20]

Every photograph is written once as NAME__orig.jpg, some also in twelve edited versions NAME__EDIT.jpg;
two files are copies when NAME agrees. The edits are hard ones: screenshots, memes, stickers, a picture in another one, turned
crops. Some are of the kinds that curate learns from, none is made in the same way. 40 photographs serve as backgrounds only. It takes Pillow and NumPy.
"""

import argparse
import pathlib
import random

import numpy as np
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter, ImageFont, ImageOps

WORDS = "the quick brown fox jumps over a lazy dog while nobody is looking at all today".split()


def text(rng, n):
    return " ".join(rng.choice(WORDS) for _ in range(n))


def font(px):
    return ImageFont.load_default(size=max(9, int(px)))


def overlay(im, rng, _):
    """Four stickers and a dark band with a caption."""
    (w, h), layer = im.size, Image.new("RGBA", im.size)
    d = ImageDraw.Draw(layer)
    for _ in range(4):
        r, x, y = rng.uniform(0.06, 0.13) * min(w, h), rng.uniform(0, w), rng.uniform(0, h)
        d.ellipse([x - r, y - r, x + r, y + r], fill=tuple(rng.randrange(256) for _ in range(3)) + (230,))
        d.arc([x - r / 2, y - r / 2, x + r / 2, y + r / 2], 10, 170, fill=(0, 0, 0, 255), width=3)
    d.rectangle([0, h * 0.42, w, h * 0.54], fill=(0, 0, 0, 120))
    d.text((w * 0.05, h * 0.44), text(rng, 5), fill=(255, 255, 255, 255), font=font(h * 0.07))
    return Image.alpha_composite(im.convert("RGBA"), layer).convert("RGB")


def perspective(im, rng, _):
    """Each corner comes from up to 14% inside."""
    w, h = im.size
    near = lambda side: rng.uniform(0, 0.14) * side
    source = [(near(w), near(h)), (w - near(w), near(h)), (w - near(w), h - near(h)), (near(w), h - near(h))]
    rows = []
    for (x, y), (u, v) in zip([(0, 0), (w, 0), (w, h), (0, h)], source):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
    return im.transform(im.size, Image.PERSPECTIVE, np.linalg.solve(rows, np.ravel(source)), Image.BICUBIC)


def pixelate(im, rng, _):
    n = max(im.size) / rng.uniform(56, 80)
    return im.resize((max(1, int(im.width / n)), max(1, int(im.height / n))), Image.BOX).resize(im.size, Image.NEAREST)


def saturation(im, rng, _):
    return ImageEnhance.Color(im).enhance(rng.uniform(2.2, 3.2))


def aspect(im, rng, _):
    return im.resize((int(im.width * rng.choice([1.4, 1 / 1.4])), im.height), Image.LANCZOS)


def meme(im, rng, _):
    w, h = im.size
    bar = int(h * 0.22)
    out = Image.new("RGB", (w, h + 2 * bar), "white")
    out.paste(im, (0, bar))
    for y in (bar * 0.25, h + bar * 1.25):
        ImageDraw.Draw(out).text((w * 0.04, y), text(rng, 4).upper(), fill="black", font=font(bar * 0.4))
    return out


def sharpen(im, rng, _):
    return im.filter(ImageFilter.UnsharpMask(rng.choice([2, 3]), 350, 0))


def noise(im, rng, _):
    values = np.asarray(im) + np.random.default_rng(rng.randrange(1 << 30)).normal(0, 28, (im.height, im.width, 3))
    return Image.fromarray(np.clip(values, 0, 255).astype(np.uint8))


def screenshot(im, rng, _):
    """A web page with the picture in it: 43% of its area."""
    w, h = im.size
    out = Image.new("RGB", (int(w * 1.5), int(h * 1.55)), (245, 245, 247))
    d, x, y = ImageDraw.Draw(out), int(w * 0.06), int(h * 0.16)
    d.rectangle([0, 0, out.width, h * 0.1], fill=(60, 63, 70))
    d.rounded_rectangle([out.width * 0.2, h * 0.025, out.width * 0.9, h * 0.08], 6, fill="white")
    out.paste(im, (x, y))
    for k in range(7):
        d.text((x, y + h * (1.02 + 0.05 * k)), text(rng, 9), fill=(40, 40, 40), font=font(h * 0.035))
    for k in range(14):
        d.text((x + w + 14, y + k * h * 0.06), text(rng, 3), fill=(20, 60, 160), font=font(h * 0.035))
    return out


def pip(im, rng, background):
    """On another photograph: about a third of the area."""
    out = background.resize((640, 480))
    scale = rng.uniform(0.57, 0.71) * min(640 / im.width, 480 / im.height)
    small = im.resize((int(im.width * scale), int(im.height * scale)), Image.LANCZOS)
    out.paste(small, (rng.randrange(641 - small.width), rng.randrange(481 - small.height)))
    return out


def turncrop(im, rng, _):
    """Upside down, and 67% of the area of it."""
    w, h = im.size
    x, y = rng.uniform(0, 0.18) * w, rng.uniform(0, 0.18) * h
    return im.rotate(180).crop((int(x), int(y), int(x + 0.82 * w), int(y + 0.82 * h)))


def sepia(im, rng, _):
    dark = ImageOps.autocontrast(ImageOps.grayscale(im), 1).point(lambda v: 255 * (v / 255) ** 1.5)
    return ImageOps.colorize(dark, (40, 20, 5), (255, 240, 200))


EDITS = {  # and the quality of the JPEG
    overlay: 88, perspective: 90, pixelate: 90, saturation: 90, aspect: 90, meme: 85,
    sharpen: 90, noise: 60, screenshot: 85, pip: 88, turncrop: 90, sepia: 85,
}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("photos", type=pathlib.Path), p.add_argument("out", type=pathlib.Path)
    p.add_argument("--edited", type=int, default=150), p.add_argument("--seed", type=int, default=20)
    a = p.parse_args()
    a.out.mkdir(parents=True)
    files = sorted(f for f in a.photos.rglob("*") if f.suffix.lower() in {".jpg", ".jpeg", ".png", ".webp"})
    random.Random(a.seed).shuffle(files)
    backgrounds = [Image.open(f).convert("RGB") for f in files[:40]]
    for i, f in enumerate(files[40:]):
        im = Image.open(f).convert("RGB")
        im.thumbnail((1024, 1024))
        im.save(a.out / f"{f.stem}__orig.jpg", quality=95)
        for edit, quality in EDITS.items() if i < a.edited else ():
            rng = random.Random(f"{f.stem} {edit.__name__}")
            edit(im, rng, rng.choice(backgrounds)).save(a.out / f"{f.stem}__{edit.__name__}.jpg", quality=quality)
    print(len(list(a.out.iterdir())), "files")


if __name__ == "__main__":
    main()
