# SPDX-License-Identifier: Apache-2.0
"""Receives each version of every learner by the client, and prints what it is.

Usage: subscribe.py [VERSIONS_ENDPOINT [SNAPSHOTS_ENDPOINT]]
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
import learnd_client  # noqa: E402


def main(endpoint: str = learnd_client.VERSIONS, snapshots: str | None = None) -> None:
    """Prints a line for each version, for ever."""
    for manifest, model in learnd_client.subscribe(endpoint, snapshots=snapshots):
        zeros: list[float] | dict = {} if is_named(model) else [0.0] * len(model.columns)
        print(
            f"{manifest['learner']} version {manifest['version']} ({manifest['reason']}): "
            f"{model.kind} with {len(model.columns)} columns after {manifest['samples']} samples; "
            f"sha256 {manifest['sha256'][:12]}; predicts {model.predict(zeros)!r} for zeros",
            flush=True,
        )


def is_named(model: learnd_client.Model) -> bool:
    """Whether the model takes named features; positional columns are named by their index."""
    names = [column["name"] for column in model.columns]
    return names != [str(index) for index in range(len(names))]


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except KeyboardInterrupt:
        pass
