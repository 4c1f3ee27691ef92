#!/usr/bin/env python3
"""Reference values for the figures, from scikit-learn: reference.py > reference.json"""
import json
import numpy as np
from sklearn import metrics as m


def case(name, labels, prob, positive):
    labels, prob = np.array(labels), np.array(prob)
    k = prob.shape[1]
    answer = prob.argmax(1)
    out = dict(loss=m.log_loss(labels, prob, labels=range(k)), accuracy=m.accuracy_score(labels, answer))
    if k == 2:
        y, p = labels == positive, prob[:, positive]
        kw = dict(pos_label=positive, average="binary", zero_division=0)
        out["auc"] = m.roc_auc_score(y, p) if 0 < y.sum() < len(y) else None
        out["ap"] = m.average_precision_score(y, p)
        out["brier"] = m.brier_score_loss(y, p)
    else:
        kw = dict(average="macro", zero_division=0)
        onehot = np.eye(k)[labels]
        out["auc"] = m.roc_auc_score(onehot, prob, average="macro")
        out["ap"] = m.average_precision_score(onehot, prob, average="macro")
        out["brier"] = ((prob - onehot) ** 2).sum(1).mean()
    for f, name_ in ((m.f1_score, "f1"), (m.precision_score, "precision"), (m.recall_score, "recall")):
        out[name_] = f(labels, answer, **kw)
    conf, hit, ece = prob.max(1), answer == labels, 0
    for b in range(15):  # Guo et al. 2017, eq. 3
        inside = (conf > b / 15) & (conf <= (b + 1) / 15)
        if inside.any():
            ece += inside.mean() * abs(hit[inside].mean() - conf[inside].mean())
    out["ece"] = ece
    return dict(name=name, positive=positive, labels=labels.tolist(), prob=prob.tolist(), want=out,
                confusion=m.confusion_matrix(labels, answer, labels=range(k)).tolist())


def main():
    r = np.random.RandomState(7)
    softmax = lambda z: np.exp(z) / np.exp(z).sum(1, keepdims=True)
    labels = r.randint(0, 2, 60)
    close = softmax(np.stack([r.randn(60), r.randn(60) + labels], 1))
    cases = [case("two classes", labels, close, 1), case("first class positive", labels, close, 0)]
    steps = np.round(close[:, 1] * 4) / 4
    cases.append(case("many equal probabilities", labels, np.stack([1 - steps, steps], 1), 1))
    cases.append(case("nothing found", [0, 1, 0, 1], [[.9, .1], [.8, .2], [.7, .3], [.6, .4]], 1))
    three = r.randint(0, 3, 90)
    cases.append(case("three classes", three, softmax(r.randn(90, 3) + 1.5 * np.eye(3)[three]), 2))
    print(json.dumps(cases))


main()
