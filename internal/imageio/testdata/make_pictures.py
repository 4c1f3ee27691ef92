"""Writes the pictures of this folder, in the formats and variants that Go cannot
write, and pillow_reference.json: what Pillow decodes them to, upright and over
white. All of them are drawn here. Run it in this folder, with pillow and pillow-heif:

    python make_pictures.py

The files in the repository were made with Pillow 13.0.0 and pillow-heif 1.8.1.
"""

import base64
import json
import pathlib

from PIL import Image, ImageDraw, ImageOps

import pillow_heif

pillow_heif.register_heif_opener()


def drawn(w, h, mode="RGB"):
    """A gradient with an ellipse and a bar, so that every corner looks different."""
    im = Image.new("RGB", (w, h))
    im.putdata([(255 * x // w, 255 * y // h, 128 - 64 * x // w) for y in range(h) for x in range(w)])
    d = ImageDraw.Draw(im)
    d.ellipse((w // 8, h // 8, w // 2, h // 2), fill=(250, 40, 30))
    d.rectangle((w // 2, 2 * h // 3, w - 3, 3 * h // 4), fill=(20, 60, 240))
    if mode == "RGBA":
        alpha = Image.new("L", (w, h))
        alpha.putdata([min(255, 8 * x) for y in range(h) for x in range(w)])
        im.putalpha(alpha)
    return im.convert(mode)


def exif(orientation):
    e = Image.Exif()
    e[0x112], e[0x10F], e[0x110], e[0x131], e[0x132] = orientation, "Maker", "Model 1", "Program 2", "2020:01:02 03:04:05"
    return e


def save():
    rgb, odd = drawn(40, 30), drawn(37, 29)
    rgb.save("420.jpg", quality=80, subsampling="4:2:0", exif=exif(1))
    odd.save("420_odd.jpg", quality=75, subsampling="4:2:0", comment="drawn")
    odd.save("422_odd.jpg", quality=90, subsampling="4:2:2")
    odd.save("444_odd.jpg", quality=95, subsampling="4:4:4")
    rgb.save("progressive.jpg", quality=80, progressive=True)
    rgb.save("restart.jpg", quality=80, restart_marker_blocks=2)
    rgb.convert("L").save("grey.jpg", quality=80)
    rgb.convert("CMYK").save("cmyk.jpg", quality=90)
    for o in range(1, 9):
        odd.save(f"orientation{o}.jpg", quality=90, subsampling="4:4:4", exif=exif(o))
    rgb.save("lossy.webp", quality=80)
    odd.save("lossless.webp", lossless=True)
    drawn(40, 30, "RGBA").save("lossy_alpha.webp", quality=80)
    drawn(40, 30, "RGBA").save("lossless_alpha.webp", lossless=True)
    odd.save("orientation6.webp", quality=80, exif=exif(6))
    frames = [drawn(40, 30, "RGBA"), drawn(40, 30, "RGBA").rotate(180), drawn(40, 30, "RGBA").rotate(90)]
    frames[0].save("animated.webp", save_all=True, append_images=frames[1:], duration=100, quality=80)
    rgb.save("8bit.avif", quality=90, subsampling="4:4:4")
    drawn(40, 30, "RGBA").save("alpha.avif", quality=90, subsampling="4:4:4")
    odd.save("orientation6.avif", quality=90, subsampling="4:4:4", exif=exif(6))
    frames[0].save("animated.avif", save_all=True, append_images=frames[1:], quality=80, subsampling="4:4:4")
    drawn(64, 48).save("8bit.heic", quality=90, chroma=444)
    drawn(64, 48).save("orientation6.heic", quality=90, chroma=444, exif=exif(6))
    rgb.save("texts.png", exif=exif(8), pnginfo=texts())
    rgb.quantize(16).save("palette.png", transparency=3)


def texts():
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("parameters", "a drawing, Steps: 20")
    info.add_itxt("prompt", "a drawing")
    return info


def reference(path):
    im = Image.open(path)
    frames = getattr(im, "n_frames", 1)
    im = ImageOps.exif_transpose(im)
    if im.has_transparency_data:
        im = Image.alpha_composite(Image.new("RGBA", im.size, "white"), im.convert("RGBA"))
    im = im.convert("RGB")
    return {"name": path.name, "size": list(im.size), "frames": frames, "rgb": base64.b64encode(im.tobytes()).decode()}


save()
files = sorted(p for p in pathlib.Path(".").iterdir() if p.suffix in (".jpg", ".webp", ".avif", ".heic", ".png"))
lines = ",\n".join(json.dumps(reference(p), separators=(",", ":")) for p in files)
pathlib.Path("pillow_reference.json").write_text("[\n" + lines + "\n]\n")
