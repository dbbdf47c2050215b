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
"""

import itertools
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
