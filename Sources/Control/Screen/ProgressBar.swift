// SPDX-License-Identifier: Apache-2.0
//
// How far a command is, for a person at a terminal: a bar where the end is known, what was done and
// how fast. Nobody else gets it, and asking costs next to nothing between two pictures.

import Linux

/// A line on a terminal that is written over a few times a second.
struct ProgressBar {
    private let console: Console
    private let verb: String
    private let start = Clock.monotonicNanoseconds()
    private var next: Int64

    private static let pause: Int64 = 200_000_000

    /// Makes a bar that says how many samples were, for example, `sent`.
    init(_ console: Console, _ verb: String) {
        self.console = console
        self.verb = verb
        next = start
    }

    /// Shows how much of the whole is done, where that is known, if it is time to.
    mutating func show(_ share: @autoclosure () -> Double?, samples: UInt64) {
        guard console.showsProgress else { return }
        let now = Clock.monotonicNanoseconds()
        guard now >= next else { return }
        next = now + ProgressBar.pause
        console.progress(text(share(), samples: samples, nanoseconds: now - start))
    }

    private func text(_ share: Double?, samples: UInt64, nanoseconds: Int64) -> String {
        let rate = Double(samples) / max(1e-9, Double(nanoseconds) / 1e9)
        let figures =
            "\(Figures.grouped(Int64(samples))) \(verb), \(Figures.fixed(rate, digits: 0))/s"
        guard let share else { return figures }
        let full = Int(max(0, min(1, share)) * 30)
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: 30 - full)
        return "[\(bar)] \(Figures.percent(share))  \(figures)"
    }
}
