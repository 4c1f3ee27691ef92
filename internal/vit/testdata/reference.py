#!/usr/bin/env python3
"""Write the tiny models of this folder and what Transformers makes of them: reference.py

Needs torch, transformers (made with 5.23.0) and safetensors. Every NAME/ is a model folder as Transformers saves it, with
random weights in every place, and NAME.expected.safetensors holds pixel_values with the CLS token after each block, the
input of the classifier and the logits; the same at a second size, where positions are interpolated, under "large/".
"""
import pathlib, shutil
import torch
from safetensors.torch import save_file
from transformers import (DeiTConfig, DeiTForImageClassification, DeiTForImageClassificationWithTeacher, Dinov2Config, Dinov2ForImageClassification, Dinov2Model,
                          Dinov2WithRegistersConfig, Dinov2WithRegistersForImageClassification, ViTConfig, ViTForImageClassification, ViTModel)

here = pathlib.Path(__file__).parent
SMALL = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, image_size=12, patch_size=4)
VIT = dict(SMALL, intermediate_size=24)
DINO = dict(SMALL, mlp_ratio=2)
LABELS = dict(id2label={0: "ai", 1: "drawn", 2: "real"}, label2id={"ai": 0, "drawn": 1, "real": 2})
MODELS = {
    "vit": lambda: ViTForImageClassification(ViTConfig(**VIT, **LABELS)),
    "vit_plain": lambda: ViTModel(ViTConfig(**VIT, hidden_act="gelu_new", qkv_bias=False)),
    "deit": lambda: DeiTForImageClassification(DeiTConfig(**VIT, **LABELS, hidden_act="quick_gelu")),
    "deit_teacher": lambda: DeiTForImageClassificationWithTeacher(DeiTConfig(**VIT, **LABELS)),
    "dinov2": lambda: Dinov2Model(Dinov2Config(**DINO)),
    "dinov2_swiglu": lambda: Dinov2ForImageClassification(Dinov2Config(**DINO, **LABELS, use_swiglu_ffn=True)),
    "registers": lambda: Dinov2WithRegistersForImageClassification(Dinov2WithRegistersConfig(**DINO, **LABELS, num_register_tokens=3)),
}


def outputs(model, x):
    """CLS after each block, the classifier's input (as ...ForImageClassification of the family has it) and the logits."""
    family, got = model.config.model_type, {}
    base = getattr(model, model.base_model_prefix, model)
    more = {} if "dinov2" in family else {"interpolate_pos_encoding": True}
    out = base(x, output_hidden_states=True, **more)
    for i, h in enumerate(out.hidden_states[1:], 1):
        got[f"cls{i}"] = h[:, 0]
    y = out.last_hidden_state
    skip = 1 + getattr(model.config, "num_register_tokens", 0)
    got["head"] = torch.cat([y[:, 0], y[:, skip:].mean(1)], 1) if "dinov2" in family else y[:, 0]
    if base is not model:
        got["logits"] = model(x, **more).logits
    return {k: v.contiguous() for k, v in got.items()}


def main():
    for name, make in MODELS.items():
        torch.manual_seed(7)
        model = make().eval()
        with torch.no_grad():
            for p in model.parameters():
                p.copy_(torch.randn_like(p) * .3)
        folder = here / name
        shutil.rmtree(folder, ignore_errors=True)
        model.save_pretrained(folder)
        small, large = torch.randn(2, 3, 12, 12), torch.randn(2, 3, 20, 20)
        with torch.no_grad():
            expected = {"pixel_values": small, **outputs(model, small)}
            expected |= {"large/" + k: v for k, v in {"pixel_values": large, **outputs(model, large)}.items()}
            if name == "registers":  # smaller than the model's own size: here antialiasing shows
                tiny = torch.randn(2, 3, 8, 8)
                expected |= {"tiny/" + k: v for k, v in {"pixel_values": tiny, **outputs(model, tiny)}.items()}
        save_file(expected, here / f"{name}.expected.safetensors")


if __name__ == "__main__":
    main()
