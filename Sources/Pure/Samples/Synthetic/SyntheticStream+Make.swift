// SPDX-License-Identifier: Apache-2.0
//
// From a name to a stream.

import Primitives

extension SyntheticStream {
    /// Makes the stream; a new concept begins every `conceptLength` samples, `concepts` in all, of
    /// which the last one stays.
    ///
    /// - Precondition: both are positive.
    package func make(
        seed: UInt64,
        conceptLength: Int = 10_000,
        concepts: Int = 4
    ) -> any SampleSource {
        precondition(conceptLength > 0 && concepts > 0, "a stream has a concept")
        let drifts = (1..<max(1, concepts)).map { $0 * conceptLength }
        return make(seed: seed, drifts: hasDrifts ? drifts : [])
    }

    /// Makes the stream whose world changes at `drifts`.
    ///
    /// - Precondition: `drifts` ascend from 1 and are empty where the world has none, each value
    ///   is one that its parameter allows, and there is no conflict among them.
    package func make(
        seed: UInt64,
        drifts: [Int],
        _ values: StreamValues = StreamValues()
    ) -> any SampleSource {
        precondition(hasDrifts || drifts.isEmpty, "\(rawValue) has no drifts at positions")
        precondition(conflict(in: values) == nil, "the values contradict each other")
        let maker = Maker(stream: self, seed: seed, drifts: drifts, values: values)
        switch self {
        case .sea, .seaAbrupt, .seaGradual, .seaIncremental, .seaRecurring:
            return maker.drifting(SEA(seed: seed, noise: maker.amount("noise")))
        case .agrawal, .agrawalGradual, .agrawalRecurring:
            return maker.drifting(
                Agrawal(
                    seed: seed,
                    perturbation: maker.amount("perturbation"),
                    isBalanced: maker.count("balance") == 1
                )
            )
        case .stagger, .staggerGradual, .staggerRecurring:
            return maker.drifting(Stagger(seed: seed, isBalanced: maker.count("balance") == 1))
        case .friedman, .friedmanLocal, .friedmanRecurring, .friedmanGradual:
            return maker.drifting(Friedman(seed: seed, noise: maker.amount("noise")))
        case .led, .ledGradual:
            return maker.drifting(
                LED(
                    seed: seed,
                    concepts: drifts.count + 1,
                    swapped: maker.count("swapped"),
                    noise: maker.amount("noise")
                )
            )
        case .abrupt, .stationary, .bursty, .hyperplane, .rbf: return maker.linear
        case .contexts, .shapes, .sequences, .words: return maker.others
        }
    }

    /// The concepts in their order, which is gone through again and again.
    fileprivate func cycle(first: Int) -> [Int] {
        func turned(_ concepts: [Int]) -> [Int] {
            concepts.map { ($0 + first) % concepts.count }
        }
        return switch self {
        case .sea, .seaGradual, .seaIncremental: turned(Array(0..<4))
        case .seaAbrupt: [2, 3]
        case .seaRecurring: [0, 2, 3]
        case .agrawal, .agrawalGradual: turned(Array(0..<10))
        case .agrawalRecurring: [0, 2, 6]
        case .stagger, .staggerGradual, .staggerRecurring: turned(Array(0..<3))
        case .friedmanLocal: [0, 2, 3, 4]
        case .friedmanRecurring: [0, 5]
        case .friedmanGradual: [0, 6, 7]
        case .sequences: turned([0, 1])
        default: [0, 1]
        }
    }
}

/// What is known when a stream is made.
private struct Maker {
    let stream: SyntheticStream
    let seed: UInt64
    let drifts: [Int]
    let values: StreamValues

    /// What was said of a parameter, else its usual value.
    func amount(_ name: String) -> Double {
        guard let rule = stream.parameters.first(where: { $0.name == name }) else {
            preconditionFailure("\(stream.rawValue) has no parameter \(name)")
        }
        let value = values[name] ?? rule.standard ?? rule.range.lowerBound
        precondition(rule.allows(value), "\(name) is \(value), not \(rule.rangeText)")
        return value
    }

    /// The same for a parameter that counts something.
    func count(_ name: String) -> Int { Int(amount(name)) }

    private func has(_ name: String) -> Bool {
        stream.parameters.contains { $0.name == name }
    }

    /// The stream that goes through the world's concepts.
    func drifting(_ world: some ConceptWorld) -> any SampleSource {
        DriftingStream(stream.rawValue, world, schedule, seed: seed)
    }

    private var schedule: ConceptSchedule {
        if stream == .led || stream == .ledGradual {
            return ConceptSchedule(Array(0...drifts.count), at: drifts, transition)
        }
        let first = has("first") ? count("first") - 1 : 0
        return .cycling(stream.cycle(first: first), at: drifts, transition)
    }

    private var transition: ConceptTransition {
        guard has("transition"), !drifts.isEmpty else { return .abrupt }
        let gaps = zip(drifts, [0] + drifts).map { $0 - $1 }
        let usual = max(1, (gaps.min() ?? 5) / 5)
        let width = values["transition"].map { Int($0) } ?? usual
        return switch stream {
        case .seaIncremental: .incremental(width: width)
        case .friedmanGradual: .even(width: width)
        default: .gradual(width: width)
        }
    }

    var linear: any SampleSource {
        let name = stream.rawValue
        let width = count("features")
        switch stream {
        case .hyperplane:
            return Hyperplane(
                seed: seed,
                width: width,
                drifting: min(count("drifting"), width),
                magnitude: amount("magnitude"),
                sigma: amount("sigma"),
                noise: amount("noise")
            )
        case .rbf:
            let centroids = count("centroids")
            return RandomRBF(
                seed: seed,
                width: width,
                classes: count("classes"),
                centroids: centroids,
                moving: min(count("moving"), centroids),
                speed: amount("speed")
            )
        case .bursty:
            return BurstyNoise(
                seed: seed,
                width: width,
                noise: amount("noise"),
                correlation: amount("correlation")
            )
        default:
            return AbruptRotation(
                name: name,
                seed: seed,
                width: width,
                drifts: drifts,
                cosine: stream == .abrupt ? amount("cosine") : -1,
                noise: amount("noise")
            )
        }
    }

    var others: any SampleSource {
        let noise = has("noise") ? amount("noise") : 0
        switch stream {
        case .contexts:
            let contexts = count("contexts")
            let world = ContextPlanes(
                seed: seed,
                contexts: contexts,
                width: count("features"),
                noise: noise
            )
            return DriftingStream(
                stream.rawValue,
                world,
                .wandering(among: contexts, at: drifts, seed: seed),
                seed: seed,
                namesContexts: stream.namesContexts
            )
        case .shapes:
            let classes = count("classes")
            return drifting(
                ShapeImages(seed: seed, side: count("side"), classes: classes, noise: noise)
            )
        case .sequences:
            let (steps, inputs) = (count("steps"), count("inputs"))
            return drifting(MarkSequences(seed: seed, steps: steps, inputs: inputs, noise: noise))
        default:
            return drifting(
                TopicTexts(
                    seed: seed,
                    length: count("length"),
                    topics: count("topics"),
                    wordsPerTopic: count("words"),
                    common: amount("common")
                )
            )
        }
    }
}
