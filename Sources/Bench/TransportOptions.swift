// SPDX-License-Identifier: Apache-2.0
//
// The arguments of `learnd-bench transport`.

import Linux

/// What is to be measured and how often.
struct TransportOptions {
    var isJSON = false
    var rounds = 5
    var samples = 1_000_000
    var isFull = false
    var program = Child.ownPath
    var daemon: String

    static let help = """
        Usage: learnd-bench transport [--json] [--rounds N] [--samples N] [--full] [--daemon PATH]

        Measures the daemon as shipped (logistic, 50 float32 features) beside a receiver that only
        counts: ratio of the rates, sender's rate, processor time per sample.
          --rounds N     rounds of each, in turns; the medians are printed (5)
          --samples N    samples a round at one sample a message; ten times as many at 256 (1000000)
          --full         also ipc, PULL, envelopes and JSON
          --daemon PATH  the learnd to measure; the one beside learnd-bench unless said
        """

    init() {
        let folder = program.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        daemon = folder.joined(separator: "/") + "/learnd"
    }

    /// Takes the arguments; false when they make no sense.
    mutating func read(_ arguments: [String]) -> Bool {
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--json": isJSON = true
            case "--full": isFull = true
            case "--rounds":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                    return false
                }
                rounds = value
            case "--samples":
                guard let value = rest.popFirst().flatMap({ Int($0) }), value > 0 else {
                    return false
                }
                samples = value
            case "--daemon":
                guard let value = rest.popFirst() else { return false }
                daemon = value
            default: return false
            }
        }
        return true
    }

    /// The rows of the table.
    var cases: [TransportCase] {
        var cases = [1, 256].map { perMessage in
            TransportCase(
                perMessage: perMessage,
                samples: rounded(perMessage == 1 ? samples : samples * 10, to: perMessage),
                frames: .body,
                transport: "sub-tcp"
            )
        }
        guard isFull else { return cases }
        for transport in ["sub-ipc", "pull-tcp"] {
            for perMessage in [1, 256] {
                cases.append(
                    TransportCase(
                        perMessage: perMessage,
                        samples: rounded(perMessage == 1 ? samples : samples * 10, to: perMessage),
                        frames: .body,
                        transport: transport
                    )
                )
            }
        }
        cases.append(
            TransportCase(
                perMessage: 256,
                samples: rounded(samples * 10, to: 256),
                frames: .envelope,
                transport: "sub-tcp"
            )
        )
        cases.append(
            TransportCase(
                body: "json",
                perMessage: 64,
                samples: rounded(samples / 4, to: 64),
                frames: .body,
                transport: "sub-tcp"
            )
        )
        return cases
    }

    /// Whole messages only.
    private func rounded(_ samples: Int, to perMessage: Int) -> Int {
        max(1, samples / perMessage) * perMessage
    }
}
