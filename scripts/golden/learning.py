#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes Tests/LearningTests/Golden/RiverSeries.swift: what river 0.26.1 predicts, step by step.

    python3 -m venv .venv && .venv/bin/pip install river==0.26.1 numpy pandas
    .venv/bin/python scripts/golden/learning.py

Where river's formulas differ from ours, the script sets river up so that they meet:

- river steps the intercept by plain descent, whatever the optimiser; ours is a parameter like the
  others. So river gets a feature that is always 1, and no intercept (for `sgd` with L2, which must
  spare the bias, an intercept with the same rate does instead).
- AdaGrad: river divides by sqrt(G + eps), we by sqrt(G) + epsilon. river's eps is the square of
  ours, 1e-8, so the two agree to about 1e-8.
- Adam: river adds eps before it takes out the bias of the second moment; with 1e-8 the two agree to
  far less than the tolerance.
- The squared loss has the gradient 2 (p - y) in both.
- RMSProp: as AdaGrad, with the square of our epsilon.
- FTRL: river computes a weight from z at the start of the *next* step, so that what it predicts with
  is one step old, and it leaves a weight as it was where |z| <= l1. So before each prediction a step
  with gradients of 0 makes it compute its weights, and l1 is 0; with l1 the formula of the paper is
  written out below.
- AdamW is not in river: the formula is written out below.
- Passive-aggressive models get the feature that is always 1 instead of an intercept, because river
  leaves the 1 out of the norm.
- The pinball loss: river's gradient at p = y is that of p < y, ours is 0; it never happens here.
"""

import collections
import itertools
import math
import pathlib

import numpy as np
import pandas as pd
from river import dummy, linear_model, metrics, optim

ROWS, WIDTH, BATCH = 60, 4, 6
generator = np.random.default_rng(20)
features = np.float32(np.round(generator.normal(size=(ROWS, WIDTH)), 3)).astype(np.float64)
true = np.array([0.8, -0.5, 0.3, 0.0])
targets = np.float32(np.round(features @ true + 1.5 + generator.normal(size=ROWS) / 4, 3))
targets = targets.astype(np.float64)
labels = (features @ true + generator.normal(size=ROWS) / 4 > 0).astype(int)

OPTIMISERS = {
    "sgd": lambda: optim.SGD(0.05),
    "momentum": lambda: optim.Momentum(0.02, 0.9),
    "adaGrad": lambda: optim.AdaGrad(0.3, 1e-16),
    "adam": lambda: optim.Adam(0.05, 0.9, 0.999, 1e-8),
    "rms_prop": lambda: optim.RMSProp(0.02, 0.9, 1e-16),
}


def row(index, constant):
    x = {str(column): features[index, column] for column in range(WIDTH)}
    return x | {"one": 1.0} if constant else x


def model(kind, optimiser, intercept=0.0, l2=0.0):
    make = linear_model.LinearRegression if kind == "linear" else linear_model.LogisticRegression
    return make(optimizer=optimiser, intercept_lr=intercept, l2=l2, clip_gradient=1e12)


def series(kind, make, intercept=0.0, l2=0.0):
    learner, predictions = model(kind, make(), intercept, l2), []
    for index in range(ROWS):
        x = row(index, intercept == 0)
        if kind == "linear":
            predictions.append(learner.predict_one(x))
            learner.learn_one(x, targets[index])
        else:
            predictions.append(learner.predict_proba_one(x)[True])
            learner.learn_one(x, bool(labels[index]))
    return predictions


def mean_series(kind):
    learner, predictions = model(kind, optim.SGD(0.05), 0.05), []
    columns = [str(column) for column in range(WIDTH)]
    for start in range(0, ROWS, BATCH):
        frame = pd.DataFrame(features[start : start + BATCH], columns=columns)
        for index in range(start, start + BATCH):
            x = row(index, False)
            one = learner.predict_one(x) if kind == "linear" else learner.predict_proba_one(x)[True]
            predictions.append(one)
        y = targets if kind == "linear" else labels.astype(bool)
        learner.learn_many(frame, pd.Series(y[start : start + BATCH]))
    return predictions


def loss_series(kind, loss, make):
    """A model of river's under another loss: the score before each step."""
    make_model = (
        linear_model.LinearRegression if kind == "linear" else linear_model.LogisticRegression
    )
    learner = make_model(optimizer=make(), intercept_lr=0, clip_gradient=1e12, loss=loss)
    scores = []
    for index in range(ROWS):
        x = row(index, True)
        scores.append(sum(learner._weights.get(name, 0.0) * value for name, value in x.items()))
        learner.learn_one(x, targets[index] if kind == "linear" else bool(labels[index]))
    return scores


def ftrl_series(kind):
    """river's FTRLProximal, made to compute its weights before they are used."""
    optimiser = optim.FTRLProximal(alpha=0.3, beta=1.0, l1=0.0, l2=0.5)
    weights = collections.defaultdict(float)
    names = list(row(0, True))
    spared = optim.FTRLProximal(alpha=0.3, beta=1.0, l1=0.0, l2=0.0)
    predictions = []
    for index in range(ROWS):
        x = row(index, True)
        for own, part in ((optimiser, names[:-1]), (spared, names[-1:])):
            own._step_with_dict(weights, dict.fromkeys(part, 0.0))
        p, g = gradient(kind, weights, x, index)
        predictions.append(p)
        for own, part in ((optimiser, names[:-1]), (spared, names[-1:])):
            own._step_with_dict(weights, {name: g * x[name] for name in part})
    return predictions


def gradient(kind, weights, x, index):
    """The prediction, and the gradient of the loss by the score."""
    score = sum(weights[name] * value for name, value in x.items())
    if kind == "linear":
        return score, 2 * (score - targets[index])
    p = 1 / (1 + math.exp(-score))
    return p, p - labels[index]


def paper_ftrl_series(kind, alpha=0.3, beta=1.0, l1=0.4, l2=0.5):
    """McMahan et al. 2013, algorithm 1; l1 and l2 spare the constant."""
    names = list(row(0, True))
    z, n, predictions = dict.fromkeys(names, 0.0), dict.fromkeys(names, 0.0), []
    for index in range(ROWS):
        x, weights = row(index, True), {}
        for name in names:
            own1, own2 = (0.0, 0.0) if name == "one" else (l1, l2)
            left = abs(z[name]) - own1
            scale = (beta + math.sqrt(n[name])) / alpha + own2
            weights[name] = -math.copysign(left, z[name]) / scale if left > 0 else 0.0
        p, slope = gradient(kind, weights, x, index)
        predictions.append(p)
        for name in names:
            g = slope * x[name]
            sigma = (math.sqrt(n[name] + g * g) - math.sqrt(n[name])) / alpha
            z[name] += g - sigma * weights[name]
            n[name] += g * g
    return predictions


def adamw_series(kind, rate=0.05, b1=0.9, b2=0.999, eps=1e-8, decay=0.2):
    """Loshchilov and Hutter 2019, algorithm 2, with rate * decay; the decay spares the constant."""
    names = list(row(0, True))
    weights, m, v = (dict.fromkeys(names, 0.0) for _ in range(3))
    predictions = []
    for index in range(ROWS):
        x = row(index, True)
        p, slope = gradient(kind, weights, x, index)
        predictions.append(p)
        for name in names:
            g = slope * x[name]
            m[name] = b1 * m[name] + (1 - b1) * g
            v[name] = b2 * v[name] + (1 - b2) * g * g
            if name != "one":
                weights[name] -= rate * decay * weights[name]
            corrected = v[name] / (1 - b2 ** (index + 1))
            weights[name] -= rate * m[name] / (1 - b1 ** (index + 1)) / (math.sqrt(corrected) + eps)
    return predictions


def passive_aggressive_series(kind, mode):
    """The score before each step."""
    if kind == "linear":
        learner = linear_model.PARegressor(C=0.05, mode=mode, eps=0.1, learn_intercept=False)
    else:
        learner = linear_model.PAClassifier(C=0.05, mode=mode, learn_intercept=False)
    scores = []
    for index in range(ROWS):
        x = row(index, True)
        scores.append(sum(learner.weights[name] * value for name, value in x.items()))
        learner.learn_one(x, targets[index] if kind == "linear" else bool(labels[index]))
    return scores


def class_metrics(probabilities):
    accuracy, kappa, loss = metrics.Accuracy(), metrics.CohenKappa(), metrics.LogLoss()
    same, unchanged = metrics.Accuracy(), dummy.NoChangeClassifier()
    for y, p in zip(labels, probabilities):
        accuracy.update(int(y), int(p > 0.5))
        kappa.update(int(y), int(p > 0.5))
        loss.update(bool(y), float(p))
        guess = unchanged.predict_one({})
        same.update(int(y), -1 if guess is None else guess)
        unchanged.learn_one({}, int(y))
    pairs = list(itertools.product(np.flatnonzero(labels == 1), np.flatnonzero(labels == 0)))
    gaps = [probabilities[i] - probabilities[j] for i, j in pairs]
    wins = sum(1.0 if gap > 0 else 0.5 * (gap == 0) for gap in gaps)
    return {"accuracy": accuracy.get(), "kappa": kappa.get(), "log_loss": loss.get(),
            "no_change": same.get(), "auc": wins / len(pairs)}


def number_metrics(predictions):
    measures = {"mae": metrics.MAE(), "rmse": metrics.RMSE(), "r2": metrics.R2()}
    for y, p in zip(targets, predictions):
        for measure in measures.values():
            measure.update(float(y), float(p))
    return {name: measure.get() for name, measure in measures.items()}


def array(name, values, kind, digits):
    texts = [repr(int(v)) if digits is None else f"{v:.{digits}g}" for v in values]
    lines, line = [], " " * 8
    for text in texts:
        if len(line) + len(text) + 2 > 98:
            lines.append(line.rstrip())
            line = " " * 8
        line += text + ", "
    lines.append(line.rstrip())
    return (f"    /// {NAMES[name]}\n    static let {name}: [{kind}] = [\n" + "\n".join(lines)
            + "\n    ]\n")


NAMES = {"features": "The features, row after row.", "targets": "The numbers to predict.",
         "labels": "The classes."}
parts = [array("features", features.ravel(), "Float", 9), array("targets", targets, "Float", 9),
         array("labels", labels, "Int32", None)]
computed = {}
for kind in ("linear", "logistic"):
    for optimiser, make in OPTIMISERS.items():
        computed[f"{kind}_{optimiser}"] = series(kind, make)
    computed[f"{kind}_sgd_l2"] = series(kind, OPTIMISERS["sgd"], 0.05, 0.1)
    computed[f"{kind}_sgd_mean"] = mean_series(kind)
    computed[f"{kind}_ftrl"] = ftrl_series(kind)
    computed[f"{kind}_ftrl_l1"] = paper_ftrl_series(kind)
    computed[f"{kind}_adam_w"] = adamw_series(kind)
    for mode in (1, 2):
        computed[f"{kind}_pa{mode}"] = passive_aggressive_series(kind, mode)
computed["linear_quantile"] = loss_series("linear", optim.losses.Quantile(0.8),
                                          lambda: optim.SGD(0.05))
computed["logistic_hinge"] = loss_series("logistic", optim.losses.Hinge(),
                                         lambda: optim.SGD(0.05))
for name, values in computed.items():
    words = name.split("_")
    swift = words[0] + "".join(word[0].upper() + word[1:] for word in words[1:])
    NAMES[swift] = f"What river predicts before each step: {' '.join(words)}."
    parts.append(array(swift, values, "Double", 9))


def pairs(name, what, values):
    body = "".join(f'        "{key}": {value:.12g},\n' for key, value in values.items())
    return f"    /// {what}\n    static let {name}: [String: Double] = [\n{body}    ]\n"


parts.append(pairs("classMetrics", "What river's metrics say of `logisticSgd`.",
                   class_metrics(computed["logistic_sgd"])))
parts.append(pairs("numberMetrics", "What river's metrics say of `linearSgd`.",
                   number_metrics(computed["linear_sgd"])))
head = """// SPDX-License-Identifier: Apache-2.0
//
// Written by scripts/golden/learning.py with river 0.26.1; do not edit by hand.

// swift-format-ignore-file

/// Series that river predicts, and the data that they come from.
enum RiverSeries {
"""
path = pathlib.Path(__file__).parents[2] / "Tests/LearningTests/Golden/RiverSeries.swift"
path.write_text(head + "\n".join(parts) + "}\n")
