"""Speed and memory of whole training steps, curate and PyTorch taking turns.

Forward, backward, clipping and Adam on the same model (random weights), batch and number of threads; empty pictures, so
that nothing is decoded. Each side runs in a process of its own, several times in turn; the first step of a process is not
counted. Prints the pictures a second of each (the best turn), their ratio (the median of the turns' ratios), and the
resident memory at its peak. PyTorch uses its default attention. With arguments, only the settings named.
"""

import json
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

SETTINGS = {"ViT-S 112 px": (112, 32), "ViT-S 224 px": (224, 16), "ViT-B 224 px": (224, 8)}
TURNS, STEPS = 3, 2


def config(name, side):
    from transformers import Dinov2Config, ViTConfig

    labels = dict(id2label={0: "ai", 1: "real"}, label2id={"ai": 0, "real": 1})
    if name.startswith("ViT-B"):  # google/vit-base-patch16-224
        return ViTConfig(image_size=side, architectures=["ViTForImageClassification"], **labels)
    size = dict(hidden_size=384, num_hidden_layers=12, num_attention_heads=6, patch_size=14)  # the standard encoder's
    return Dinov2Config(image_size=side, architectures=["Dinov2ForImageClassification"], **size, **labels)


def make(name, side, folder):
    from transformers import AutoModelForImageClassification

    AutoModelForImageClassification.from_config(config(name, side)).save_pretrained(folder)


def steps_of_pytorch(folder, side, batch):
    """The other side, in a process of its own: prints JSON like `traindump speed`."""
    import torch
    from transformers import AutoModelForImageClassification
    from transformers.utils import logging

    logging.disable_progress_bar()
    logging.set_verbosity_error()
    model = AutoModelForImageClassification.from_pretrained(folder).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-5)
    x, y = torch.zeros(batch, 3, side, side), torch.arange(batch) % 2
    for step in range(STEPS + 1):
        if step == 1:
            start, cpu = time.perf_counter(), time.process_time()
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(x).logits, y).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    pictures = batch * STEPS
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"Rate": pictures / (time.perf_counter() - start), "CPU": (time.process_time() - cpu) / pictures, "PeakMB": peak}))


def run(*args):
    return json.loads(subprocess.run([*map(str, args)], check=True, capture_output=True, text=True).stdout.splitlines()[-1])


def compare(name, side, batch, dump, work):
    folder = work / name.replace(" ", "-")
    make(name, side, folder)
    ours, theirs = [], []
    for _ in range(TURNS):
        ours.append(run(dump, "speed", folder, batch, STEPS))
        theirs.append(run(sys.executable, __file__, "pytorch", folder, side, batch))

    def best(side, key, pick):
        return pick(r[key] for r in side)

    def ratio(key):
        return statistics.median(a[key] / b[key] for a, b in zip(ours, theirs))

    print(f"{name}, batch {batch}: curate {best(ours, 'Rate', max):.2f} images/s, PyTorch {best(theirs, 'Rate', max):.2f}: ratio {ratio('Rate'):.2f}"
          f" (processor time: {1 / ratio('CPU'):.2f}); peak memory {best(ours, 'PeakMB', max):.0f} MB, PyTorch {best(theirs, 'PeakMB', max):.0f} MB (planned: {ours[0]['PlannedMB']:.0f} MB)", flush=True)


def main():
    if sys.argv[1:2] == ["pytorch"]:
        return steps_of_pytorch(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
    with tempfile.TemporaryDirectory() as tmp:
        work = pathlib.Path(tmp)
        dump = str(work / "traindump")
        subprocess.run(["go", "build", "-o", dump, "./conformance/traindump"], check=True)
        for name, (side, batch) in SETTINGS.items():
            if len(sys.argv) < 2 or name in sys.argv[1:]:
                compare(name, side, batch, dump, work)


if __name__ == "__main__":
    main()
