# SPDX-License-Identifier: Apache-2.0
"""Sends samples without losing any: named ones as JSON, then the same as packed rows.

Usage: produce.py [LEARNER [ENDPOINT]]
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import learnd_client  # noqa: E402


def main(learner: str = "default", endpoint: str = learnd_client.SAMPLES) -> None:
    """Sends 10,000 samples of a rule with two features."""
    random = np.random.default_rng(1)
    features = random.normal(size=(10_000, 2)).astype(np.float32)
    labels = (features[:, 0] > features[:, 1]).astype(np.float32)
    with learnd_client.Producer("example", endpoint, learner=learner) as producer:
        # A learner takes arrays (JSON or packed) or objects, whichever it saw first.
        producer.send([{"x": x, "y": int(y)} for x, y in zip(features[:100], labels[:100])])
        producer.send_packed(features[100:], labels[100:])
        print("sent", producer.sent)


if __name__ == "__main__":
    main(*sys.argv[1:])
