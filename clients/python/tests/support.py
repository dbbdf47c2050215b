# SPDX-License-Identifier: Apache-2.0
"""A daemon of cardboard: the sockets and bytes of docs/protocol.md, and no learning."""

from __future__ import annotations

import hashlib
import json
import sys
import threading
from pathlib import Path
from typing import Any, Callable

import numpy as np
import zmq
from safetensors.numpy import load, save

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

FIRST, SECOND = "1" * 32, "2" * 32


def artifact(
    kind: str = "logistic", *, columns: list[dict[str, str]] | None = None,
    classes: list[Any] | None = None, weights: Any = None, bias: Any = None, mean: Any = None,
    deviation: Any = None, clip: float = 5.0, version: int = 1, incarnation: str = FIRST,
    learner: str = "default", task: str | None = None,
) -> bytes:
    """An artifact as learnd writes it, by the real safetensors package."""
    columns = columns or [{"name": "0", "kind": "number"}, {"name": "1", "kind": "number"}]
    task = task or ("regression" if kind in ("linear", "rls") else "classes")
    if classes is None and task == "classes":
        classes = ["cold", "warm"]
    outputs = len(classes) if kind == "softmax" and classes else 1
    if kind in ("svm", "arow", "passive_aggressive") and classes and len(classes) > 2:
        outputs = len(classes)
    width = len(columns)

    def filled(value: Any, shape: tuple[int, ...], otherwise: float, dtype: Any) -> np.ndarray:
        chosen = np.full(shape, otherwise) if value is None else np.asarray(value)
        return np.ascontiguousarray(chosen.reshape(shape), dtype=dtype)

    tensors = {
        "weights": filled(weights, (outputs, width), 1.0, np.float32),
        "bias": filled(bias, (outputs,), 0.0, np.float32),
        "mean": filled(mean, (width,), 0.0, np.float64),
        "deviation": filled(deviation, (width,), 1.0, np.float64),
    }
    metadata = {
        "learnd": "1", "model": kind, "task": task,
        "incarnation": incarnation, "learner": learner, "version": str(version),
        "clip": str(clip), "columns": json.dumps(columns), "classes": json.dumps(classes or []),
    }
    return save(tensors, metadata)


def artifact_of_experts(
    kind: str, experts: list[dict[str, Any]], *, ensemble: list[float],
    contexts: dict[str, int | None],
) -> bytes:
    """An artifact whose experts are those that :func:`artifact` makes of the same words."""
    tensors: dict[str, np.ndarray] = {"ensemble": np.asarray(ensemble, np.float32)}
    for number, words in enumerate(experts):
        part = artifact(kind, **words)
        with_metadata = part[8:8 + int.from_bytes(part[:8], "little")]
        metadata = json.loads(with_metadata)["__metadata__"]
        for name, tensor in load(part).items():
            tensors[f"experts.{number}.{name}"] = tensor
    # What the columns of all contexts look like together; nobody predicts by it.
    tensors["mean"] = np.full(2, 7.0)
    tensors["deviation"] = np.full(2, 7.0)
    metadata.update(
        {"model": "experts", "expert_model": kind, "contexts": json.dumps(contexts)}
    )
    return save(tensors, metadata)


def version_frames(
    version: int, *, incarnation: str = FIRST, learner: str = "default", suffix: str = "live"
) -> list[bytes]:
    """The three frames of a published version."""
    body = artifact(version=version, incarnation=incarnation, learner=learner, bias=[version])
    manifest = {
        "incarnation": incarnation, "learner": learner, "version": version,
        "sha256": hashlib.sha256(body).hexdigest(), "bytes": len(body), "format": "safetensors",
    }
    topic = f"{learner}/version/safetensors/{suffix}"
    return [topic.encode(), json.dumps(manifest).encode(), body]


def notice_frames(version: int, *, incarnation: str = FIRST) -> list[bytes]:
    """The two frames of the notice that goes out each second."""
    notice = {"incarnation": incarnation, "learner": "default", "version": version,
              "sha256": "", "bytes": 0}
    return [b"default/notice/live", json.dumps(notice).encode()]


class Outlet:
    """An XPUB that sends the messages it is given, once somebody has subscribed to them."""

    def __init__(self, messages: list[list[bytes]], subscriptions: int = 2) -> None:
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.linger = 5000
        port = self._socket.bind_to_random_port("tcp://127.0.0.1")
        self.endpoint = f"tcp://127.0.0.1:{port}"
        self._thread = threading.Thread(target=self._run, args=(messages, subscriptions))
        self._thread.start()

    def _run(self, messages: list[list[bytes]], subscriptions: int) -> None:
        for _ in range(subscriptions):
            if not self._socket.poll(10_000):
                return
            self._socket.recv()
        for message in messages:
            self._socket.send_multipart(message)

    def __enter__(self) -> Outlet:
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join()
        self._socket.close()
        self._context.term()


class Answerer:
    """A ROUTER that answers each request with the frames that a function makes of it."""

    def __init__(
        self, answer: Callable[[dict[str, Any]], list[bytes]], endpoint: str | None = None
    ) -> None:
        self.requests: list[dict[str, Any]] = []
        self._answer = answer
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.ROUTER)
        self._socket.linger = 1000
        if endpoint is None:
            endpoint = f"tcp://127.0.0.1:{self._socket.bind_to_random_port('tcp://127.0.0.1')}"
        else:
            self._socket.bind(endpoint)
        self.endpoint = endpoint
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            if self._socket.poll(20):
                peer, body = self._socket.recv_multipart()
                self.requests.append(json.loads(body))
                self._socket.send_multipart([peer, *self._answer(self.requests[-1])])

    def __enter__(self) -> Answerer:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._socket.close()
        self._context.term()
