#!/usr/bin/env python3
"""Reference values for the figures, from scikit-learn and SciPy: reference.py > reference.json"""
import json
import numpy as np
from scipy.optimize import minimize_scalar
from sklearn import metrics as m


def figures(labels, prob, positive, w=None):
    """Every figure, where picture i counts w[i] times."""
    k = prob.shape[1]
    answer = prob.argmax(1)
    w = np.ones(len(labels)) if w is None else w
    out = dict(loss=m.log_loss(labels, prob, labels=range(k), sample_weight=w), accuracy=m.accuracy_score(labels, answer, sample_weight=w))
    if k == 2:
        y, p = labels == positive, prob[:, positive]
        kw = dict(pos_label=positive, average="binary", zero_division=0)
        out["auc"] = m.roc_auc_score(y, p, sample_weight=w) if 0 < (y * w).sum() < w.sum() else None
        out["ap"] = m.average_precision_score(y, p, sample_weight=w)
        out["brier"] = m.brier_score_loss(y, p, sample_weight=w)
    else:
        kw = dict(average="macro", zero_division=0)
        onehot = np.eye(k)[labels]
        out["auc"] = m.roc_auc_score(onehot, prob, average="macro", sample_weight=w)
        out["ap"] = m.average_precision_score(onehot, prob, average="macro", sample_weight=w)
        out["brier"] = np.average(((prob - onehot) ** 2).sum(1), weights=w)
    for f, name_ in ((m.f1_score, "f1"), (m.precision_score, "precision"), (m.recall_score, "recall")):
        out[name_] = f(labels, answer, sample_weight=w, **kw)
    conf, hit, ece = prob.max(1), answer == labels, 0
    for b in range(15):  # Guo et al. 2017, eq. 3
        inside = (conf > b / 15) & (conf <= (b + 1) / 15)
        if w[inside].sum() > 0:
            ece += w[inside].sum() / w.sum() * abs(np.average(hit[inside], weights=w[inside]) - np.average(conf[inside], weights=w[inside]))
    out["ece"] = ece
    return out


def curves(labels, prob, positive):
    y, p = labels == positive, prob[:, positive]
    fpr, tpr, _ = m.roc_curve(y, p, drop_intermediate=False)
    precision, recall, _ = m.precision_recall_curve(y, p)
    return dict(roc=[fpr.tolist(), tpr.tolist()], pr=[recall[::-1].tolist(), precision[::-1].tolist()])


def balanced(labels, prob, positive, threshold):
    """Of two classes: those at the threshold or above are called positive."""
    return m.balanced_accuracy_score(labels == positive, prob[:, positive] >= threshold)


def best(labels, prob, positive):
    """The most that any threshold gives."""
    return max(balanced(labels, prob, positive, t) for t in [*prob[:, positive], 2])


def temperature(labels, prob):
    """Guo et al. 2017, section 4.2: the one number that logits are divided by for the least loss."""
    z = np.log(np.maximum(prob, np.finfo(float).eps))
    def loss(log_t):
        s = z / np.exp(log_t)
        return np.mean(np.log(np.exp(s - s.max(1, keepdims=True)).sum(1)) + s.max(1) - s[np.arange(len(s)), labels])
    return float(np.exp(minimize_scalar(loss, bounds=(-5, 5), method="bounded", options=dict(xatol=1e-12)).x))


def case(name, labels, prob, positive):
    labels, prob = np.array(labels), np.array(prob)
    k = prob.shape[1]
    answer = prob.argmax(1)
    weight = np.random.RandomState(len(labels)).randint(0, 4, len(labels))
    more = dict(weight=weight.tolist(), weighted=figures(labels, prob, positive, weight), temperature=temperature(labels, prob))
    if k == 2:
        more |= curves(labels, prob, positive) | dict(balanced={str(t): balanced(labels, prob, positive, t) for t in (.2, .5, .75)}, best=best(labels, prob, positive))
    return dict(name=name, positive=positive, labels=labels.tolist(), prob=prob.tolist(), want=figures(labels, prob, positive),
                confusion=m.confusion_matrix(labels, answer, labels=range(k)).tolist(), **more)


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
    sure = softmax(3 * np.stack([r.randn(300), r.randn(300) + 1.2 * (np.arange(300) % 2)], 1))
    cases.append(case("surer than right", np.arange(300) % 2, sure, 1))
    print(json.dumps(cases))


main()
