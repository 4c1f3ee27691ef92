#!/usr/bin/env python3
"""Loss without and with a memory, gradients and steps of AdamW from PyTorch: reference.py > reference.json

The descriptors are z = unit(unit(x) W^T + b); rows i and i + B are two versions of one picture.
"""
import json
import torch
import torch.nn.functional as F

B, WIDTH, DIM, HEAT, KOLEO, TEACH, NEARBY, MEMORY = 4, 6, 5, .07, .3, .2, 1e-4, 7


def loss(x, weight, bias, teacher, past=None, hidden=None):
    z = F.normalize(F.linear(F.normalize(x, dim=1, eps=0), weight, bias), dim=1, eps=0)
    cos, n = z @ z.T, 2 * B
    eye = torch.eye(n, dtype=torch.bool)
    partner = (torch.arange(n) + B) % n
    logits = (cos / HEAT).masked_fill(eye, float("-inf"))
    if past is not None:
        logits = torch.cat([logits, (z @ past.T / HEAT).masked_fill(hidden, float("-inf"))], 1)
    nce = F.cross_entropy(logits, partner)
    same = eye | eye[partner]
    nearest = cos.masked_fill(same, float("-inf")).amax(1)
    koleo = -.5 * torch.log(2 + NEARBY - 2 * nearest).mean()
    teach = ((cos - teacher) ** 2).mean()
    return nce + KOLEO * koleo + TEACH * teach, nce, koleo, teach


def main():
    g, g2 = torch.Generator().manual_seed(7), torch.Generator().manual_seed(8)
    draw = lambda *s: torch.randn(s, generator=g, dtype=torch.float64, requires_grad=True)
    x, weight, bias, t = draw(2 * B, WIDTH), draw(DIM, WIDTH), draw(DIM), draw(2 * B, 3)
    teacher = F.normalize(t.detach(), dim=1)
    teacher = teacher @ teacher.T
    parts = loss(x, weight, bias, teacher)
    parts[0].backward()
    flat = lambda z: [round(v, 9) for v in z.detach().reshape(-1).tolist()]
    out = dict(x=flat(x), weight=flat(weight), bias=flat(bias), teacher=flat(teacher), loss=[p.item() for p in parts],
               grads=dict(x=flat(x.grad), weight=flat(weight.grad), bias=flat(bias.grad)))

    x.grad = weight.grad = bias.grad = None
    past = F.normalize(torch.randn((MEMORY, DIM), generator=g2, dtype=torch.float64), dim=1)
    hidden = torch.rand((2 * B, MEMORY), generator=g2) < .3
    parts = loss(x, weight, bias, teacher, past, hidden)
    parts[0].backward()
    out["memory"] = dict(past=flat(past), hidden=hidden.int().reshape(-1).tolist(), loss=[p.item() for p in parts],
                         grads=dict(x=flat(x.grad), weight=flat(weight.grad), bias=flat(bias.grad)))

    w = weight.detach().clone().requires_grad_()
    out["adamw"] = []
    opt = torch.optim.AdamW([w], lr=3e-4, weight_decay=.01)
    for step in range(3):
        opt.zero_grad()
        grad = torch.randn(w.shape, generator=g, dtype=torch.float64)
        w.grad = grad
        opt.step()
        out["adamw"].append(dict(grad=flat(grad), weight=flat(w)))
    print(json.dumps(out))


main()
