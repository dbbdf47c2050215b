// SPDX-License-Identifier: Apache-2.0
//
// What is said of each stream in the help of learnctl and in docs/streams.md.

/// A stream in a few words.
package struct StreamFacts: Sendable {
    /// One line: what it is.
    package let summary: String
    /// Its features, at the usual parameters.
    package let features: String
    /// Its classes, at the usual parameters; "number" for a regression.
    package let labels: String
    /// What changes, and how.
    package let drift: String
    /// How well the best possible model does, at the usual parameters and apart from mixtures.
    package let best: String

    fileprivate init(
        _ summary: String,
        _ features: String,
        _ labels: String,
        drift: String,
        best: String
    ) {
        self.summary = summary
        self.features = features
        self.labels = labels
        self.drift = drift
        self.best = best
    }
}

extension SyntheticStream {
    /// What it is.
    package var facts: StreamFacts {
        switch self {
        case .sea, .seaAbrupt, .seaGradual, .seaIncremental, .seaRecurring: seaFacts
        case .agrawal, .agrawalGradual, .agrawalRecurring: agrawalFacts
        case .stagger, .staggerGradual, .staggerRecurring: staggerFacts
        case .friedman, .friedmanLocal, .friedmanRecurring, .friedmanGradual: friedmanFacts
        case .led, .ledGradual:
            StreamFacts(
                "a broken display: which digit? "
                    + (self == .led ? "abrupt changes" : "gradual changes"),
                "24 binary",
                "10",
                drift: "segments change places with lamps, "
                    + (self == .led ? "abruptly" : "by a sigmoid"),
                best: "error 0.260"
            )
        case .abrupt, .stationary, .bursty, .hyperplane, .rbf: linearFacts
        case .contexts, .shapes, .sequences, .words: otherFacts
        }
    }

    private var seaFacts: StreamFacts {
        let manner =
            switch self {
            case .sea: "abrupt changes"
            case .seaAbrupt: "large changes"
            case .seaGradual: "gradual changes"
            case .seaIncremental: "sliding"
            default: "returning"
            }
        let drift =
            switch self {
            case .sea: "the threshold jumps through 8, 9, 7, 9.5"
            case .seaAbrupt: "the threshold jumps between 7 and 9.5"
            case .seaGradual: "the threshold goes through 8, 9, 7, 9.5 by sigmoids"
            case .seaIncremental: "the threshold slides through 8, 9, 7, 9.5"
            default: "the thresholds 8, 7, 9.5 come back four times"
            }
        return StreamFacts(
            "SEA: is a sum above a threshold? \(manner)",
            "3 numbers",
            "2",
            drift: drift,
            best: "error 0.10"
        )
    }

    private var agrawalFacts: StreamFacts {
        let manner =
            switch self {
            case .agrawal: "abrupt changes"
            case .agrawalGradual: "gradual changes"
            default: "returning"
            }
        let drift =
            switch self {
            case .agrawal: "abruptly to the next of ten functions"
            case .agrawalGradual: "by a sigmoid to the next of ten functions"
            default: "functions 1, 3, 7 come back four times"
            }
        return StreamFacts(
            "Agrawal: who gets a loan? \(manner)",
            "6 numbers, 3 categories",
            "2",
            drift: drift,
            best: "error 0"
        )
    }

    private var staggerFacts: StreamFacts {
        let manner =
            switch self {
            case .stagger: "abrupt changes"
            case .staggerGradual: "gradual changes"
            default: "returning"
            }
        let drift =
            switch self {
            case .stagger: "abruptly to the next of three concepts"
            case .staggerGradual: "by a sigmoid to the next of three concepts"
            default: "three concepts come back four times"
            }
        return StreamFacts(
            "STAGGER: size, colour, shape; \(manner)",
            "3 categories",
            "2",
            drift: drift,
            best: "error 0"
        )
    }

    private var friedmanFacts: StreamFacts {
        let manner =
            switch self {
            case .friedman: "features change places"
            case .friedmanLocal: "local changes that grow"
            case .friedmanRecurring: "away and back"
            default: "slow changes"
            }
        let drift =
            switch self {
            case .friedman: "the five features that matter and the others change places"
            case .friedmanLocal: "another function in two regions, which grow"
            case .friedmanRecurring: "other features matter, and then the old ones again"
            default: "to a second and a third function, by half and half"
            }
        return StreamFacts(
            "Friedman's function; \(manner)",
            "10 numbers",
            "number",
            drift: drift,
            best: "RMSE 1"
        )
    }

    private var linearFacts: StreamFacts {
        switch self {
        case .abrupt:
            StreamFacts(
                "a plane that turns at drifts",
                "10 numbers",
                "2",
                drift: "the plane turns by 120 degrees",
                best: "error 0.05"
            )
        case .stationary:
            StreamFacts(
                "a plane that never turns",
                "10 numbers",
                "2",
                drift: "never",
                best: "error 0.05"
            )
        case .bursty:
            StreamFacts(
                "a plane whose flipped labels come in bursts",
                "10 numbers",
                "2",
                drift: "never",
                best: "error 0.10 from features alone"
            )
        case .hyperplane:
            StreamFacts(
                "a plane that rotates all the time",
                "10 numbers",
                "2",
                drift: "two weights move with every sample",
                best: "error 0.05"
            )
        default:
            StreamFacts(
                "50 clouds that wander all the time",
                "10 numbers",
                "2",
                drift: "every cloud moves with every sample",
                best: "depends on the seed"
            )
        }
    }

    private var otherFacts: StreamFacts {
        switch self {
        case .contexts:
            StreamFacts(
                "five tasks that return, as named contexts",
                "10 numbers",
                "2",
                drift: "abruptly to any other context, 299 times",
                best: "error 0.05"
            )
        case .shapes:
            StreamFacts(
                "grey images of shapes, 8 by 8",
                "64 pixels",
                "10",
                drift: "none unless --drifts: then negatives and back",
                best: "near 0"
            )
        case .sequences:
            StreamFacts(
                "two marks in 8 steps: which came first?",
                "80 numbers",
                "2",
                drift: "none unless --drifts: then whether they are the same, and back",
                best: "near 0"
            )
        default:
            StreamFacts(
                "texts of 12 words about a topic",
                "1 text",
                "5",
                drift: "none unless --drifts: then half of the words change their topic",
                best: "near 0"
            )
        }
    }

    /// What can be said of it.
    package var parameters: [StreamParameter] {
        switch self {
        case .sea: [.flips(0.1), .first(of: 4)]
        case .seaAbrupt, .seaRecurring: [.flips(0.1)]
        case .seaGradual, .seaIncremental: [.flips(0.1), .first(of: 4), .transition]
        case .agrawal: Self.loans + [.first(of: 10)]
        case .agrawalGradual: Self.loans + [.first(of: 10), .transition]
        case .agrawalRecurring: Self.loans
        case .stagger, .staggerRecurring: [.balance, .first(of: 3)]
        case .staggerGradual: [.balance, .first(of: 3), .transition]
        case .abrupt:
            [
                .features(10, from: 2), .flips(0.05),
                .amount("cosine", -0.5, -1...1, "cosine of the angle of a turn"),
            ]
        case .stationary: [.features(10, from: 2), .flips(0.05)]
        case .bursty:
            [
                .features(10, from: 2), .flips(0.1),
                .amount("correlation", 0.7, 0...0.99, "of one flip with the next"),
            ]
        case .hyperplane, .rbf: motionParameters
        case .led: Self.display
        case .ledGradual: Self.display + [.transition]
        case .friedman, .friedmanLocal, .friedmanRecurring: [Self.deviation(1)]
        case .friedmanGradual: [Self.deviation(1), .transition]
        case .contexts, .shapes, .sequences, .words: otherParameters
        }
    }

    /// What is wrong with values that are each allowed, but not together; nil when nothing is.
    package func conflict(in values: StreamValues) -> String? {
        let pair: (part: String, whole: String)? =
            switch self {
            case .hyperplane: ("drifting", "features")
            case .rbf: ("moving", "centroids")
            default: nil
            }
        guard let pair, let part = values[pair.part] else { return nil }
        let whole = values[pair.whole] ?? parameters.first { $0.name == pair.whole }?.standard
        guard let whole, part > whole else { return nil }
        return "\(pair.part) is \(Int(part)), more than \(pair.whole), which is \(Int(whole))"
    }

    private static let loans: [StreamParameter] = [
        .amount("perturbation", 0, 0...1, "how far numbers move, as a share of their range"),
        .balance,
    ]

    private static let display: [StreamParameter] = [
        .amount("noise", 0.1, 0...0.5, "share of inverted segments"),
        .count("swapped", 4, 0...7, "segments that change places at a drift"),
    ]

    private static func deviation(_ standard: Double) -> StreamParameter {
        .amount("noise", standard, 0...1000, "standard deviation of the noise")
    }

    private var motionParameters: [StreamParameter] {
        guard self == .hyperplane else {
            return [
                .features(10), .count("classes", 2, 2...100, "number of classes"),
                .count("centroids", 50, 1...1000, "number of clouds"),
                .count("moving", 50, 0...1000, "how many of them move"),
                .amount("speed", 0.0001, 0...1, "how far a cloud moves with a sample"),
            ]
        }
        return [
            .features(10), .flips(0.05),
            .count("drifting", 2, 0...1000, "how many weights move"),
            .amount("magnitude", 0.001, 0...1, "how far a weight moves with a sample"),
            .amount("sigma", 0.1, 0...1, "how often a weight turns round"),
        ]
    }

    private var otherParameters: [StreamParameter] {
        switch self {
        case .contexts:
            [
                .features(10), .flips(0.05),
                .count("contexts", 5, 2...1000, "number of contexts"),
            ]
        case .shapes:
            [
                .count("side", 8, 7...64, "pixels across and down"),
                .count("classes", 10, 2...10, "number of shapes"), Self.deviation(0.1),
            ]
        case .sequences:
            [
                .count("steps", 8, 2...100, "steps of a sequence"),
                .count("inputs", 10, 2...100, "numbers at each step"), Self.deviation(0.1),
                .count("first", 1, 1...2, "1: which mark came first; 2: are they the same"),
            ]
        default:
            [
                .count("length", 12, 1...100, "words of a text"),
                .count("topics", 5, 1...100, "number of topics"),
                .count("words", 20, 1...1000, "words of a topic"),
                .amount("common", 0.3, 0...1, "share of words that belong to no topic"),
            ]
        }
    }
}
