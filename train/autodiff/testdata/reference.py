#!/usr/bin/env python3
"""Gradients of parts of a transformer, from PyTorch's autograd: reference.py > reference.json

Every part maps "x" and its weights to y; the loss is sum(y * w) with w drawn too, but for cross-entropy, whose y is the loss.
"""
import json
import torch
import torch.nn.functional as F

HEADS, DIM = 2, 3


def attention(x, q, k, v, o):
    n, t, d = x.shape
    split = lambda z: z.view(n, t, HEADS, DIM).transpose(1, 2)
    y = F.scaled_dot_product_attention(split(x @ q.T), split(x @ k.T), split(x @ v.T))
    return x + y.transpose(1, 2).reshape(n, t, d) @ o.T


def case(name, f, **shapes):
    g = torch.Generator().manual_seed(7)
    ins = {k: torch.randn(s, generator=g, dtype=torch.float64, requires_grad=True) for k, s in shapes.items()}
    y = f(**ins)
    w = torch.randn(y.shape, generator=g, dtype=torch.float64)
    (y * w).sum().backward()
    flat = lambda z: [round(v, 9) for v in z.detach().reshape(-1).tolist()]
    return dict(name=name, inputs={k: flat(v) for k, v in ins.items()}, w=flat(w), loss=round((y * w).sum().item(), 9),
                grads={k: flat(v.grad) for k, v in ins.items()})


def main():
    labels = torch.tensor([2, 0, 1, 1])
    d = HEADS * DIM
    print(json.dumps([
        case("attention", attention, x=(2, 4, d), q=(d, d), k=(d, d), v=(d, d), o=(d, d)),
        case("layer norm", lambda x, g, b: F.layer_norm(x, (d,), g, b, 1e-6), x=(3, d), g=(d,), b=(d,)),
        case("gelu", F.gelu, input=(3, d)),
        case("cross-entropy", lambda x: F.cross_entropy(x, labels), x=(4, 3)),
        case("cross-entropy with class weights", lambda x, c: (c.abs()[labels] * F.cross_entropy(x, labels, reduction="none")).mean(), x=(4, 3), c=(3,)),
    ]))


main()
