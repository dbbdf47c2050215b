// SPDX-License-Identifier: Apache-2.0
//
// Each network of config/examples is built from its file and learns data that is made here, until
// it is far better than chance. Debug builds have slow loops but fast products, so the streams are
// as short as they can be.

import Engine
import Foundation
import Learning
import Primitives
import Testing

@testable import Configuration

/// An example, its data, and how good it must become.
struct NetworkExample: Sendable, CustomTestStringConvertible {
    var file: String
    var data: Data
    var width: Int
    var classes: Int
    var rows: Int
    var testDescription: String { file }

    enum Data: Sendable {
        /// A pattern for each class, and noise.
        case patterns
        /// Which of two halves of a sequence has the larger first numbers.
        case order
        /// Whether word 1 comes before word 2 among others.
        case words
        /// A sum.
        case sum
    }

    static let all = [
        NetworkExample(file: "network-mlp", data: .patterns, width: 20, classes: 10, rows: 1600),
        NetworkExample(file: "network-cnn", data: .patterns, width: 784, classes: 10, rows: 512),
        NetworkExample(
            file: "network-cnn-colour",
            data: .patterns,
            width: 3072,
            classes: 10,
            rows: 640
        ),
        NetworkExample(
            file: "network-residual",
            data: .patterns,
            width: 256,
            classes: 10,
            rows: 960
        ),
        NetworkExample(file: "network-rnn", data: .order, width: 80, classes: 2, rows: 1280),
        NetworkExample(
            file: "network-transformer",
            data: .words,
            width: 12,
            classes: 2,
            rows: 3200
        ),
        NetworkExample(file: "linear-sgd", data: .sum, width: 6, classes: 0, rows: 640),
        NetworkExample(file: "linear-adam", data: .sum, width: 6, classes: 0, rows: 6400),
    ]

    func settings() throws -> EngineSettings {
        let path = "config/examples/\(file).toml"
        let read = try Settings(parsing: Array(repositoryFile(path).utf8), file: path)
        return EngineSettings(try #require(read.learners.first), of: read)
    }

    /// The pattern of each class.
    var patterns: [[Float]] {
        (0..<(data == .patterns ? classes : 0)).map { label in
            var random = RandomSource(seed: UInt64(label) + 1000)
            return (0..<width).map { _ in Float(random.unit() * 2 - 1) }
        }
    }

    /// One row with its label.
    func row(
        _ random: inout RandomSource,
        _ patterns: [[Float]]
    ) -> (features: [Float], label: Int32, target: Float) {
        switch data {
        case .patterns:
            let label = random.below(classes)
            let features = patterns[label].map { $0 + Float(random.unit() * 2 - 1) }
            return (features, Int32(label), .nan)
        case .order:
            var features = (0..<width).map { _ in Float(random.unit() * 2 - 1) }
            let label = random.below(2)
            for step in 0..<8 { features[step * 10] += (step < 4) == (label == 1) ? 1 : -1 }
            return (features, Int32(label), .nan)
        case .words:
            var features = (0..<width).map { _ in Float(3 + random.below(60)) }
            let first = random.below(6)
            let second = 6 + random.below(6)
            let label = random.below(2)
            features[first] = label == 1 ? 1 : 2
            features[second] = label == 1 ? 2 : 1
            return (features, Int32(label), .nan)
        case .sum:
            let features = (0..<width).map { _ in Float(random.normal()) }
            return (features, -1, features.reduce(0, +) + Float(random.normal()) / 4 + 3)
        }
    }
}

@Suite struct NetworkExampleTests {
    @Test("Each example learns", arguments: NetworkExample.all)
    func examplesLearn(example: NetworkExample) throws {
        let settings = try example.settings()
        #expect(settings.complaint == nil)
        let task: Learning.Task = example.classes > 0 ? .classes : .regression
        let schema = Schema(
            task: task,
            width: example.width,
            limits: settings.limits,
            classes: (0..<example.classes).map { .number(Double($0)) }
        )
        var contender = settings.newContender(for: schema)
        var random = RandomSource(seed: 4)
        let patterns = example.patterns
        var last: [Float] = []
        var correct = 0
        var counted = 0
        for start in stride(from: 0, to: example.rows, by: 64) {
            var block = Block()
            block.reset(width: example.width, outputs: schema.outputs)
            for _ in 0..<64 {
                let row = example.row(&random, patterns)
                block.append(raw: row.features.span, target: row.target, class: row.label)
            }
            contender.testThenTrain(&block)
            block.computeLosses(task: task)
            guard start >= example.rows * 3 / 4 else { continue }
            counted += 64
            correct += 64 - block.errors.reduce(0) { $0 + Int($1) }
            last += block.losses
        }
        #expect(contender.isFinite)
        if task == .classes {
            let share = Double(correct) / Double(counted)
            #expect(share > 0.5 + 0.4 / Double(example.classes), "\(share) of the last are right")
        } else {
            // The mean alone would have the variance, 6 and a bit.
            #expect(last.reduce(0, +) / Float(last.count) < 0.6)
        }
    }
}
