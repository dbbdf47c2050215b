# SPDX-License-Identifier: Apache-2.0
"""Samples and labels on their way to learnd: their bytes, and a socket that loses none.

    with Producer("sensor1") as producer:
        producer.send([{"x": {"temp": 21.5}, "y": "warm"}])
        producer.send_packed(features, labels)
        producer.send({"x": {"temp": 19.0}, "id": "a7"})    # its label is not known yet
        producer.send_label("a7", "cold")                   # now it is
"""

from __future__ import annotations

import json
import re
import struct
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

#: The daemon's endpoint for samples when nothing is configured.
SAMPLES = "tcp://127.0.0.1:7711"

_ENVELOPE = struct.Struct("<4sI8sQQQII")
_PACKED = struct.Struct("<4sIII")
_PRODUCER = re.compile(r"[a-z0-9_-]{1,8}")
_TOPIC = re.compile(r"[a-z0-9_-]{1,64}(/[a-z0-9_-]{1,64})?")


def envelope(
    producer: str, epoch: int, sequence: int, count: int, sent: int = 0, crc: int = 0
) -> bytes:
    """The 48 bytes that let learnd see gaps and duplicates."""
    if not _PRODUCER.fullmatch(producer):
        raise ValueError(f"producer {producer!r} is not 1 to 8 of the characters a-z, 0-9, _ and -")
    return _ENVELOPE.pack(b"LEN1", 0, producer.encode(), epoch, sequence, sent, count, crc)


def packed(
    features: Any, labels: Any = None, weights: Any = None, *, missing: bool = False
) -> bytes:
    """Rows of float32: the fast body.

    With ``missing``, NaN means a missing feature or no label; without, learnd refuses such rows.
    """
    rows = np.asarray(features, dtype="<f4")
    if rows.ndim != 2:
        raise ValueError(f"features of {rows.ndim} dimensions; packed rows have 2")
    flags = (labels is not None) | (weights is not None) << 1 | missing << 2
    body = [_PACKED.pack(b"LPK1", *rows.shape, flags), rows.tobytes()]
    for name, column in (("labels", labels), ("weights", weights)):
        if column is not None:
            values = np.asarray(column, dtype="<f4")
            if values.shape != (len(rows),):
                raise ValueError(f"{name} of shape {values.shape} for {len(rows)} rows")
            body.append(values.tobytes())
    return b"".join(body)


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
    return byte


_CRC_TABLE = [_crc_of(byte) for byte in range(256)]


def crc32c(data: bytes) -> int:
    """The CRC-32C (Castagnoli) of ``data``; plain Python, some ten megabytes a second."""
    crc = 0xFFFFFFFF
    for byte in data:
        crc = _CRC_TABLE[(crc ^ byte) & 255] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


class Producer:
    """Sends samples so that none is lost on the way while daemon and producer live.

    A plain PUB drops what it sends before the subscription has arrived, and what the receiver is
    too slow for. This is an XPUB that waits for the subscription, and then waits rather than
    drops. Each message has an envelope, so that learnd sees what a crash has cost.

    ``name`` (1 to 8 characters) must be this producer's own: of two with one name, learnd takes
    the one that started first for a duplicate. Not for use by several threads at once.
    """

    def __init__(
        self, name: str, endpoint: str = SAMPLES, *, learner: str = "default",
        timeout: float = 10.0, checksum: bool = False, batch: int = 256, form: str = "json",
    ) -> None:
        """Connects; ``timeout`` bounds each wait, in seconds; ``batch`` the samples a message.

        ``form`` is how :meth:`send` writes samples: ``json``, or ``msgpack``, which says the same
        in fewer bytes and needs the package msgpack.
        """
        import zmq

        self.name = name
        #: When this producer started: what tells one run of it from the next.
        self.epoch = time.time_ns()
        #: Samples sent, for each learner.
        self.sent: dict[str, int] = {}
        self._zmq = zmq
        self._endpoint = endpoint
        self._learner = learner
        self._timeout = timeout
        self._checksum = checksum
        self._batch = batch
        self._encode = _encoder(form)
        self._subscribed = False
        envelope(name, 0, 0, 0)  # Refuses a bad name now rather than at the first message.
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.XPUB)
        self._socket.setsockopt(zmq.XPUB_NODROP, 1)
        self._socket.sndtimeo = int(timeout * 1000)
        self._socket.connect(endpoint)

    def send(
        self, samples: Mapping[str, Any] | Sequence[Mapping[str, Any]], *,
        topic: str | None = None, context: str | None = None,
    ) -> None:
        """Sends one sample, ``{"x": ..., "y": ...}``, or a list of them.

        A sample with an ``id`` and no ``y`` waits for its label: see :meth:`send_label`.
        """
        samples = [samples] if isinstance(samples, Mapping) else samples
        for start in range(0, len(samples), self._batch):
            part = samples[start:start + self._batch]
            self._send(self._encode(list(part)), len(part), topic, context)

    def send_label(
        self, id: str | int, label: Any, *, weight: float | None = None, topic: str | None = None
    ) -> None:
        """Sends the label of a sample that was sent before, with an ``id`` and without ``y``.

        A ``weight`` takes the place of the sample's own.
        """
        more = {} if weight is None else {"w": weight}
        self.send({"id": id, "y": label, **more}, topic=topic)

    def send_packed(
        self, features: Any, labels: Any = None, weights: Any = None, *,
        missing: bool = False, topic: str | None = None, context: str | None = None,
    ) -> None:
        """Sends rows of numbers, the fast way; see :func:`packed`."""
        features = np.asarray(features, dtype="<f4")
        for start in range(0, len(features), self._batch):
            rows = slice(start, start + self._batch)
            body = packed(
                features[rows],
                None if labels is None else labels[rows],
                None if weights is None else weights[rows],
                missing=missing,
            )
            self._send(body, len(features[rows]), topic, context)

    def wait(self, timeout: float | None = None) -> None:
        """Waits until the daemon listens; every send does so by itself."""
        limit = self._timeout if timeout is None else timeout
        if not self._subscribed and not self._socket.poll(int(limit * 1000)):
            raise TimeoutError(
                f"nobody receives samples at {self._endpoint} after {limit} s; is learnd running?"
            )
        while self._socket.get(self._zmq.EVENTS) & self._zmq.POLLIN:
            self._subscribed = self._socket.recv_multipart()[0][:1] == b"\x01"

    def close(self, linger: float = 30.0) -> None:
        """Waits until all that was sent is on its way, at most ``linger`` seconds, and closes."""
        self._socket.close(linger=int(linger * 1000))
        self._context.term()

    def __enter__(self) -> Producer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _send(
        self, body: bytes, count: int, topic: str | None, context: str | None = None
    ) -> None:
        topic = self._learner if topic is None else topic
        if context is not None:
            if "/" in topic:
                raise ValueError(f"topic {topic!r} names a context; context={context!r} is another")
            topic = f"{topic}/{context}"
        if not _TOPIC.fullmatch(topic):
            raise ValueError(f"topic {topic!r} is not a learner, or learner/context")
        self.wait()
        learner = topic.partition("/")[0]
        sequence = self.sent.get(learner, 0)
        crc = crc32c(body) if self._checksum else 0
        head = envelope(self.name, self.epoch, sequence, count, time.time_ns(), crc)
        try:
            self._socket.send_multipart([topic.encode(), head, body])
        except self._zmq.Again:
            raise TimeoutError(
                f"learnd at {self._endpoint} has taken nothing for {self._timeout} s; "
                "see its log, or allow more by timeout="
            ) from None
        self.sent[learner] = sequence + count


def _binary(value: Any) -> Any:
    """What msgpack does not know; a row of single precision goes out as it is."""
    if isinstance(value, np.ndarray) and value.ndim == 1 and value.dtype == np.float32:
        return value.astype("<f4").tobytes()
    return _plain(value)


def _plain(value: Any) -> Any:
    """What json does not know: numpy's numbers and arrays."""
    if isinstance(value, (np.generic, np.ndarray)):
        return value.tolist()
    raise TypeError(f"a sample cannot hold {value!r}, a {type(value).__name__}")


def _encoder(form: str) -> Callable[[list[Any]], bytes]:
    """What makes a body of a list of samples."""
    if form == "json":
        return lambda part: json.dumps(part, separators=(",", ":"), default=_plain).encode()
    if form == "msgpack":
        import msgpack

        return msgpack.Packer(default=_binary, use_bin_type=True).pack
    raise ValueError(f"form {form!r} is neither 'json' nor 'msgpack'")
