# SPDX-License-Identifier: Apache-2.0
"""A small client of learnd: read versions, predict with them, send samples, ask the daemon.

Everything here is written against docs/protocol.md; nothing needs learnd itself. It needs numpy
and, for all but :class:`Model`, pyzmq.

    model = Model.from_bytes(open("default-7.safetensors", "rb").read())
    model.predict([0.1, 0.2])                      # an array: positional learners
    model.predict({"temp": 21.5, "site": "north"})  # an object: named learners
    model.predict([0.1, 0.2], context="north")     # by the expert of a context
    model.predict([0.1, 0.2], view="all")          # of a pool: which of all classes that ever were
    model.interval([0.1, 0.2])                     # of a pool: where nine numbers of ten lie

    for manifest, model in subscribe():             # each new version, the newest first
        print(manifest["version"], model.predict(x))

    with Producer("sensor1") as producer:           # loses nothing that it can help losing
        producer.send([{"x": {"temp": 21.5}, "y": "warm"}])
        producer.send_packed(features, labels)

    control(None, "status")                         # what learnctl asks

What sends is in learnd_producer.py and what reads word vectors in learnd_words.py; either can be
had from there alone.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from learnd_features import Inlet, Preparation, Rows
from learnd_network import Network
from learnd_pool import Pool
from learnd_producer import SAMPLES, Producer, crc32c, envelope, packed
from learnd_tensors import expanded
from learnd_words import WordVectors

#: The daemon's other endpoints when nothing is configured.
VERSIONS = "tcp://127.0.0.1:7712"
SNAPSHOTS = "tcp://127.0.0.1:7714"

__all__ = [
    "SAMPLES", "VERSIONS", "SNAPSHOTS", "ControlError", "Model", "Producer", "WordVectors",
    "control", "crc32c", "envelope", "expanded", "fetch", "packed", "read_safetensors", "subscribe",
]

Manifest = dict[str, Any]
_log = logging.getLogger("learnd_client")


# -- Artifacts ---------------------------------------------------------------------------------

_DTYPES = {
    "F16": "<f2", "F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8", "U8": "u1", "I8": "i1",
}


def read_safetensors(data: bytes) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """The tensors *and the metadata* of a safetensors file.

    ``safetensors.numpy.load`` drops the metadata. The file is eight bytes of length, that many
    bytes of JSON, and the tensors. Those that were published in fewer bytes come as they lie there;
    :func:`expanded` makes them whole.
    """
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        raise ValueError(f"no safetensors file: {len(data)} bytes, with a header of {length}")
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = entry["data_offsets"]
        raw = data[8 + length + start:8 + length + end]
        tensors[name] = np.frombuffer(raw, _DTYPES[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata


class Model:
    """One version, ready to predict; immutable.

    An ``x`` is one sample (a sequence of numbers, or a mapping of named features) or many (a
    two-dimensional array, or a list of mappings). ``None`` and NaN mean missing. One sample gives
    one prediction, many give a list or an array of them.

    A ``context`` (one for all samples, or a list with one for each) chooses the expert of a model
    that has some; without one, or with one that the model does not know, all of them are weighed.
    A model without experts predicts the same in every context.

    Where past labels are features, and to a pool, ``labels`` says the last ones, the newest first;
    otherwise they are those that were known when the version was made.

    A pool of classes has two views. ``now`` says what comes next: its weights follow the stream.
    ``all`` says which of all classes that ever were a sample is: its weights follow nothing.
    """

    def __init__(
        self, tensors: Mapping[str, np.ndarray], metadata: Mapping[str, str],
        inlet: Inlet | None = None,
    ) -> None:
        if metadata.get("learnd") != "1":
            raise ValueError(f"an artifact of format {metadata.get('learnd')!r}; this reads '1'")
        tensors = expanded(tensors, metadata)
        self.metadata = dict(metadata)
        self.kind = metadata["model"]
        if self.kind not in _KINDS:
            raise ValueError(f"no such model: {self.kind!r}; this knows {', '.join(_KINDS)}")
        self.task = metadata["task"]
        self.learner = metadata["learner"]
        self.incarnation = metadata["incarnation"]
        self.version = int(metadata["version"])
        #: The labels in order; None for a regression.
        self.classes: list[Any] | None = json.loads(metadata["classes"]) or None
        # What makes rows of samples is the same for all experts.
        self._inlet = inlet or Inlet(tensors, metadata, self.classes)
        self.columns = self._inlet.columns
        #: The expert of each context that the model knows; None where it has none.
        self.contexts: dict[str, int | None] = {}
        self._experts: list[Model] = []
        self._pool: Pool | None = None
        if self.kind == "experts":
            self._read_experts(tensors)
            return
        self._preparation = Preparation(tensors, metadata)
        self._network: Network | None = None
        if self.kind == "network":
            self._network = Network(json.loads(metadata["architecture"]), tensors)
            return
        if self.kind == "pool":
            classes = 0 if self.task == "regression" else max(1, len(self.classes or ()))
            self._pool = Pool(tensors, json.loads(metadata["pool"]), classes)
            return
        self._weights = tensors["weights"].astype(np.float64)
        self._bias = tensors["bias"].astype(np.float64)
        self._factors = tensors["factors"].astype(np.float64) if "factors" in tensors else None
        self._places: dict[int, int] = {}
        if self._inlet.is_sparse:
            self._places = {int(bucket): n for n, bucket in enumerate(tensors["buckets"])}

    def _read_experts(self, tensors: Mapping[str, np.ndarray]) -> None:
        """Each expert is a model of its own, whose tensors' names begin with its number.

        What an expert does not have, it shares with the first: heads share all layers but one.
        """
        self.contexts = json.loads(self.metadata["contexts"])
        self._ensemble = tensors["ensemble"].astype(np.float64)
        metadata = {**self.metadata, "model": self.metadata["expert_model"]}
        metadata.pop("compression", None)  # all of them are whole
        first: dict[str, np.ndarray] = {}
        for number in range(len(self._ensemble)):
            prefix = f"experts.{number}."
            own = first | {
                name[len(prefix):]: tensor
                for name, tensor in tensors.items()
                if name.startswith(prefix)
            }
            first = first or own
            self._experts.append(Model(own, metadata, self._inlet))

    @classmethod
    def from_bytes(cls, data: bytes) -> Model | WordVectors:
        """The model in an artifact's bytes; of an embedding, its word vectors."""
        tensors, metadata = read_safetensors(bytes(data))
        return (WordVectors if metadata.get("model") == "embedding" else cls)(tensors, metadata)

    def predict(
        self, x: Any, *, context: str | Sequence[str | None] | None = None,
        labels: Sequence[Any] | None = None, view: str = "now",
    ) -> Any:
        """The class, or the number, that the model predicts."""
        rows, single = self._inlet.rows(x, labels)
        outputs = self._seen(rows, context, labels, view)
        if self.classes is None:
            return float(outputs[0, 0]) if single else outputs[:, 0]
        names = [self.classes[index] for index in np.argmax(outputs, axis=1)]
        return names[0] if single else names

    def probabilities(
        self, x: Any, *, context: str | Sequence[str | None] | None = None,
        labels: Sequence[Any] | None = None, view: str = "now",
    ) -> np.ndarray:
        """The probability of each class, in the order of :attr:`classes`."""
        if self.classes is None:
            raise TypeError("a regression has no probabilities; use predict")
        rows, single = self._inlet.rows(x, labels)
        outputs = self._seen(rows, context, labels, view)
        return outputs[0] if single else outputs

    def interval(self, x: Any, *, labels: Sequence[Any] | None = None) -> Any:
        """The ends of the interval around the prediction that is to hold nine numbers of ten.

        A pair for one sample, two arrays for many. Only a pool that predicts numbers has them.
        """
        if self._pool is None or self.classes is not None:
            raise TypeError("only a pool that predicts numbers has intervals")
        rows, single = self._inlet.rows(x, labels)
        _, low, high = self._pool.numbers(self._preparation.features(rows))
        return (float(low[0]), float(high[0])) if single else (low, high)

    def _seen(
        self, rows: Rows, context: str | Sequence[str | None] | None,
        labels: Sequence[Any] | None, view: str,
    ) -> np.ndarray:
        """What a view says of each row."""
        if view not in ("now", "all"):
            raise ValueError(f"no such view: {view!r}; there are now and all")
        if self._pool is None:
            if view != "now":
                raise ValueError("only a pool has a view of all classes")
            return self._outputs(rows, context)
        features = self._preparation.features(rows)
        if self.classes is None:
            if view != "now":
                raise ValueError("a regression has no view of all classes")
            return self._pool.numbers(features)[0][:, None]
        if view == "all":
            outputs = self._pool.all_classes(features)
        else:
            last = self._inlet.class_number(labels[0]) if labels else None
            outputs = self._pool.probabilities(features, last)
        return outputs[:, : len(self.classes)].astype(np.float64)

    def _outputs(
        self, rows: Rows, context: str | Sequence[str | None] | None = None
    ) -> np.ndarray:
        """The number of each row, or the probabilities of its classes."""
        if not self._experts:
            return self._scores(rows) if self.classes is None else self._probabilities(rows)
        one = context is None or isinstance(context, str)
        contexts = [context] * len(rows) if one else list(context)
        if len(contexts) != len(rows):
            raise ValueError(f"{len(contexts)} contexts for {len(rows)} samples")
        each = np.stack([expert._outputs(rows) for expert in self._experts])
        outputs = np.tensordot(self._ensemble, each, axes=1)
        for row, name in enumerate(contexts):
            owner = self.contexts.get(name) if name is not None else None
            if owner is not None:
                outputs[row] = each[owner, row]
        return outputs

    def _scores(self, rows: Rows) -> np.ndarray:
        if self._inlet.is_sparse:
            return np.array([self._sparse(row) for row in rows])
        if self._network is not None:
            return self._network.scores(self._preparation.features(rows))
        return self._preparation.features(rows) @ self._weights.T + self._bias

    def _sparse(self, pairs: Mapping[int, float]) -> np.ndarray:
        """The scores of one row of buckets; one that the model has not met weighs nothing."""
        known = [(self._places[b], value) for b, value in pairs.items() if b in self._places]
        columns = [column for column, _ in known]
        values = np.array([value for _, value in known])
        scores = self._weights[:, columns] @ values + self._bias
        if self._factors is not None and known:
            parts = self._factors[columns] * values[:, None]
            scores = scores + (parts.sum(axis=0) ** 2 - (parts**2).sum(axis=0)).sum() / 2
        return scores

    def _probabilities(self, rows: Rows) -> np.ndarray:
        scores = self._scores(rows)
        if self.kind in ("logistic", "factorisation"):
            with np.errstate(over="ignore"):
                second = 1 / (1 + np.exp(-scores[:, 0]))
            return np.stack([1 - second, second], axis=1)[:, : len(self.classes or ())]
        if self.kind in _MARGINS and scores.shape[1] == 1:
            # One margin is that of the second of two classes; the first has its opposite.
            scores = np.concatenate([-scores, scores], axis=1)
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))
        return (powers / powers.sum(axis=1, keepdims=True))[:, : len(self.classes or ())]


_MARGINS = ("svm", "arow", "passive_aggressive")
_KINDS = (
    "linear", "rls", "logistic", "softmax", *_MARGINS, "experts", "factorisation", "network",
    "pool",
)


# -- Versions in -------------------------------------------------------------------------------

def subscribe(
    endpoint: str = VERSIONS, learner: str | None = None, *,
    snapshots: str | None = None, timeout: float | None = None,
) -> Iterator[tuple[Manifest, Model | WordVectors]]:
    """Yields ``(manifest, model)`` for each version: the newest at once, then every newer one.

    Of one learner, or of all. A version that is not newer than the last one yielded is ignored; a
    new incarnation starts afresh; bytes that do not match their SHA-256 are never yielded. When a
    notice names a version that has not arrived, the snapshot socket is asked for it
    (``snapshots``; known without saying for the default endpoint only).

    Ends with TimeoutError after ``timeout`` seconds without a new version; None waits for ever.
    """
    import zmq

    if snapshots is None and endpoint == VERSIONS:
        snapshots = SNAPSHOTS
    held: dict[str, tuple[str, int]] = {}
    asked: dict[str, float] = {}
    prefixes = [""]
    if learner is not None:
        prefixes = [f"{learner}/version/safetensors/", f"{learner}/notice/"]
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.linger = 0
        # A peer that vanished without a word is noticed, and connected to again.
        socket.heartbeat_ivl, socket.heartbeat_timeout = 2000, 6000
        for prefix in prefixes:
            socket.subscribe(prefix)
        socket.connect(endpoint)
        waiting_since = time.monotonic()
        while True:
            version = None
            left = None if timeout is None else waiting_since + timeout - time.monotonic()
            if left is not None and left <= 0:
                raise TimeoutError(f"no new version from {endpoint} for {timeout} s")
            if socket.poll(None if left is None else max(1, int(left * 1000))):
                version = _received(socket.recv_multipart(), held, asked, snapshots)
            if version is not None:
                yield version
                waiting_since = time.monotonic()


def fetch(
    learner: str = "default", version: int | None = None, *,
    endpoint: str = SNAPSHOTS, timeout: float = 5.0,
) -> tuple[Manifest, bytes]:
    """A kept version by its number, or the newest: its manifest and its verified bytes."""
    request = {"learner": learner} if version is None else {"learner": learner, "version": version}
    frames = _ask(endpoint, request, timeout)
    manifest = json.loads(frames[0])
    if len(frames) != 2:
        raise ControlError(manifest.get("error", {"message": f"no artifact from {endpoint}"}))
    _verify(manifest, frames[1])
    return manifest, frames[1]


def _received(
    frames: list[bytes], held: dict[str, tuple[str, int]], asked: dict[str, float],
    snapshots: str | None,
) -> tuple[Manifest, Model | WordVectors] | None:
    """The version that this message brings, or leads to."""
    topic = frames[0].decode("utf-8", "replace").split("/")
    try:
        if topic[1:3] == ["version", "safetensors"] and len(frames) == 3:
            return _taken(json.loads(frames[1]), frames[2], held)
        if topic[1:2] != ["notice"] or len(frames) != 2 or snapshots is None:
            return None
        notice = json.loads(frames[1])
        name = notice["learner"]
        # Ask at most once a second: the notice comes again.
        if not _is_news(notice, held) or time.monotonic() - asked.get(name, -1.0) < 1.0:
            return None
        asked[name] = time.monotonic()
        return _taken(*fetch(name, endpoint=snapshots, timeout=2.0), held)
    except (ValueError, KeyError, TypeError, TimeoutError, ControlError) as error:
        # A consumer lives on with the version that it has; the next notice is a second away.
        _log.warning("ignored a message on %s: %s", frames[0], error)
        return None


def _is_news(manifest: Manifest, held: Mapping[str, tuple[str, int]]) -> bool:
    incarnation, version = held.get(manifest["learner"], ("", 0))
    return manifest["incarnation"] != incarnation or manifest["version"] > version


def _taken(
    manifest: Manifest, artifact: bytes, held: dict[str, tuple[str, int]]
) -> tuple[Manifest, Model | WordVectors] | None:
    if not _is_news(manifest, held):
        return None
    _verify(manifest, artifact)
    model = Model.from_bytes(artifact)
    held[manifest["learner"]] = (manifest["incarnation"], manifest["version"])
    return manifest, model


def _verify(manifest: Manifest, artifact: bytes) -> None:
    digest = hashlib.sha256(artifact).hexdigest()
    if digest != manifest["sha256"]:
        raise ValueError(
            f"version {manifest['version']} of {manifest['learner']} has the SHA-256 {digest}, "
            f"and its manifest says {manifest['sha256']}"
        )


# -- Control -----------------------------------------------------------------------------------

class ControlError(Exception):
    """The daemon's refusal: ``message`` says why, ``remedy`` what to do about it."""

    def __init__(self, error: Mapping[str, str]) -> None:
        self.message = error.get("message", "")
        self.remedy = error.get("remedy", "")
        super().__init__(f"{self.message} ({self.remedy})" if self.remedy else self.message)


def control(
    socket_path: str | None, command: str, *, timeout: float = 10.0, **arguments: Any
) -> Any:
    """Gives the daemon a command of ``learnctl help`` and returns its answer.

    ``get`` returns a pair, the answer and the artifact's bytes. With None, the socket is looked
    for where learnctl looks: RUNTIME_DIRECTORY, /run/learnd, XDG_RUNTIME_DIR.
    """
    path = socket_path or _control_socket()
    if not os.path.exists(path):
        remedy = "start learnd, or name its socket"
        raise ControlError({"message": f"there is no control socket at {path}", "remedy": remedy})
    frames = _ask(f"ipc://{path}", {"command": command, **arguments}, timeout)
    answer = json.loads(frames[0])
    if "error" in answer:
        raise ControlError(answer["error"])
    return answer["ok"] if len(frames) == 1 else (answer["ok"], frames[1])


def _control_socket() -> str:
    user = os.environ.get("XDG_RUNTIME_DIR")
    places = [os.environ.get("RUNTIME_DIRECTORY"), "/run/learnd", user and f"{user}/learnd"]
    paths = [f"{place}/control.sock" for place in places if place]
    return next((path for path in paths if os.path.exists(path)), paths[0])


def _ask(endpoint: str, request: Mapping[str, Any], timeout: float) -> list[bytes]:
    """One question, one answer, on a socket of its own: a lost answer spoils no later one."""
    import zmq

    with zmq.Context() as context, context.socket(zmq.DEALER) as socket:
        socket.linger = 0
        socket.connect(endpoint)
        socket.send(json.dumps(request).encode())
        if not socket.poll(int(timeout * 1000)):
            raise TimeoutError(f"no answer from {endpoint} within {timeout} s")
        return socket.recv_multipart()
