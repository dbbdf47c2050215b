#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
#
# Draws the pictures of docs/consolidation.md from what a benchmark measured:
#
#   learnd-bench consolidation --json elec2.csv > run.jsonl
#   scripts/figures.py run.jsonl docs/figures
#
# Nothing but the standard library; the pictures are plain SVG, readable on light and dark pages.

import json
import pathlib
import sys

INK, GRID, PAPER = "#24292f", "#d0d7de", "#ffffff"
COLOURS = {
    "loop": "#0969da",
    "online": "#6e7781",
    "periodic": "#bf8700",
    "reset": "#cf222e",
    "adopt": "#8250df",
    "oracle": "#1a7f37",
}
SHIFT = 16


class Picture:
    """A picture that grows by elements."""

    def __init__(self, width, height, title):
        self.width, self.height = width, height
        self.parts = [f'<rect width="{width}" height="{height}" fill="{PAPER}"/>']
        self.text(16, 24, title, size=15, weight="bold")

    def line(self, x1, y1, x2, y2, colour=GRID, width=1, dash=""):
        dash = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(
            f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
            f'stroke="{colour}" stroke-width="{width}"{dash}/>'
        )

    def path(self, points, colour, width=1.6):
        steps = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        self.parts.append(
            f'<polyline points="{steps}" fill="none" stroke="{colour}" stroke-width="{width}"/>'
        )

    def dot(self, x, y, colour, size=4):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{colour}"/>')

    def text(self, x, y, words, size=12, colour=INK, anchor="start", weight="normal"):
        self.parts.append(
            f'<text x="{x:.1f}" y="{y:.1f}" font-family="sans-serif" font-size="{size}" '
            f'font-weight="{weight}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
        )

    def save(self, path):
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width}" '
            f'height="{self.height}" viewBox="0 0 {self.width} {self.height}">'
        )
        path.write_text("\n".join([head, *self.parts, "</svg>", ""]))


def median(numbers):
    known = sorted(number for number in numbers if number is not None)
    return known[len(known) // 2] if known else None


def recovery(rows, folder):
    """The error after each abrupt drift, with the loop and without."""
    rows = [row for row in rows if row["stream"] == "abrupt"]
    if not rows:
        return
    looks = 100
    picture = Picture(860, 300, "After an abrupt drift: error on samples that nobody learns")
    top = max(max(row["loop"]["curve"][:looks]) for row in rows) * 1.05
    for place, row in enumerate(rows):
        left, width, high, low = 50 + place * 270, 240, 50, 250

        def x(look):
            return left + width * look / looks

        def y(error):
            return low - (low - high) * error / top

        for error in (0, 0.2, 0.4, 0.6, 0.8):
            if error < top:
                picture.line(left, y(error), left + width, y(error))
                if place == 0:
                    picture.text(left - 6, y(error) + 4, f"{error:.1f}", 11, anchor="end")
        for name, colour, curve in [
            ("online", COLOURS["online"], row["online"][1]["result"]["curve"]),
            ("loop", COLOURS["loop"], row["loop"]["curve"]),
        ]:
            picture.path([(x(i), y(e)) for i, e in enumerate(curve[:looks])], colour)
        for name, samples in [("alarm", row["detection"]), ("adopted", row["adoption"])]:
            at = median(samples)
            if at is not None and at / SHIFT < looks:
                picture.line(x(at / SHIFT), high, x(at / SHIFT), low, INK, 1, "3,3")
                picture.text(x(at / SHIFT) + 3, high + (10 if name == "alarm" else 24), name, 10)
        for samples in (0, 800, 1600):
            picture.text(x(samples / SHIFT), low + 16, str(samples), 11, anchor="middle")
        picture.text(left + width / 2, low + 34, f"samples after drift {row['drift']}", 11,
                     anchor="middle")
    picture.text(600, 24, "the loop", 12, COLOURS["loop"], weight="bold")
    picture.text(670, 24, "the same learner alone", 12, COLOURS["online"], weight="bold")
    picture.save(folder / "recovery.svg")


def strategies(rows, folder):
    """What each way of dealing with drift is worth beside learning alone."""
    learners = list(dict.fromkeys(row["learner"] for row in rows))
    for learner in learners:
        mine = [row for row in rows if row["learner"] == learner]
        height = 90 + 26 * len(mine)
        picture = Picture(
            860, height, f"{learner}: accuracy less that of learning alone, in points"
        )
        names = ["periodic", "reset", "adopt", "oracle", "loop"]
        values = []
        for row in mine:
            base = row["accuracy"]["online"]
            each = {}
            for name in names:
                differences = [
                    100 * (a - b) for a, b in zip(row["accuracy"][name], base)
                ]
                each[name] = sum(differences) / len(differences)
            values.append((row["stream"], each))
        # Beyond six points a dot stands at the edge, with its figure.
        most = min(6, max(abs(v) for _, each in values for v in each.values()) * 1.05)
        left, right = 170, 800

        def x(value):
            value = max(-most, min(most, value))
            return (left + right) / 2 + (right - left) / 2 * value / most

        for step in range(-6, 7):
            if abs(step) <= most:
                picture.line(x(step), 50, x(step), height - 34, INK if step == 0 else GRID)
                picture.text(x(step), height - 18, f"{step:+d}" if step else "0", 11,
                             anchor="middle")
        for place, (stream, each) in enumerate(values):
            y = 66 + 26 * place
            picture.text(left - 12, y + 4, stream, 12, anchor="end")
            for name in names:
                picture.dot(x(each[name]), y, COLOURS[name], 6 if name == "loop" else 4)
                if abs(each[name]) > most:
                    picture.text(x(each[name]), y - 6, f"{each[name]:+.0f}", 9, COLOURS[name],
                                 anchor="middle")
        for place, name in enumerate(names):
            picture.text(420 + 85 * place, 42, name, 12, COLOURS[name], weight="bold")
        picture.save(folder / f"strategies-{learner}.svg")


def main():
    rows = [json.loads(line) for line in open(sys.argv[1]) if line.startswith("{")]
    folder = pathlib.Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    recovery([row for row in rows if row.get("part") == "recovery"], folder)
    strategies([row for row in rows if row.get("part") == "strategies"], folder)


if __name__ == "__main__":
    main()
