# SPDX-License-Identifier: Apache-2.0
"""Receives each version and predicts with it: pyzmq and safetensors, and nothing of learnd's."""

import json

import numpy as np
import zmq
from safetensors.numpy import load

socket = zmq.Context().socket(zmq.SUB)
socket.connect("tcp://127.0.0.1:7712")
socket.subscribe("default/version/safetensors/")
while True:
    topic, manifest, artifact = socket.recv_multipart()
    model, length = load(artifact), int.from_bytes(artifact[:8], "little")
    about = json.loads(artifact[8:8 + length])["__metadata__"]  # load() drops it
    x = np.zeros(len(model["mean"]))  # your sample here: one number for each column
    scale = np.where(model["deviation"] > 0, model["deviation"], np.inf)
    z = np.clip((x - model["mean"]) / scale, -float(about["clip"]), float(about["clip"]))
    score = model["weights"] @ z + model["bias"]
    best = int(score[0] > 0) if about["model"] == "logistic" else int(np.argmax(score))
    classes = json.loads(about["classes"])
    print(json.loads(manifest)["version"], classes[best] if classes else score[0], flush=True)
