// SPDX-License-Identifier: Apache-2.0
//
// What holds for every kind of expert.

import Experts
import Kernels
import Primitives
import Testing

/// A kind and what it is to predict.
struct ExpertSubject: Sendable, CustomTestStringConvertible {
    let kind: ExpertKind
    let classes: Int

    var testDescription: String { "\(kind.name), \(classes) classes" }
    var trial: ExpertTrial { ExpertTrial(kind, classes: classes) }

    func stream(_ count: Int, seed: UInt64) -> Stream {
        .random(count, seed: seed, classes: classes)
    }

    static let all: [ExpertSubject] = ExpertKind.all.flatMap { kind in
        [2, 3, 0].filter { kind.use.fits(ExpertShape(width: 5, classes: $0)) }
            .map { ExpertSubject(kind: kind, classes: $0) }
    }
}

@Suite("Laws of every expert")
struct ExpertLaws {
    @Test("Names and numbers are not given twice")
    func kindsDiffer() {
        #expect(Set(ExpertKind.all.map(\.name)).count == ExpertKind.all.count)
        #expect(Set(ExpertKind.all.map(\.number)).count == ExpertKind.all.count)
    }

    @Test("Probabilities are probabilities, numbers are numbers", arguments: ExpertSubject.all)
    func opinionsAreUsable(subject: ExpertSubject) {
        var trial = subject.trial
        let said = trial.run(subject.stream(150, seed: 1))
        #expect(said.allSatisfy { $0.isFinite })
        guard subject.classes > 0 else { return }
        for start in stride(from: 0, to: said.count, by: subject.classes) {
            let row = said[start..<start + subject.classes]
            #expect(row.allSatisfy { $0 >= 0 })
            #expect(abs(row.reduce(0, +) - 1) < 1e-4)
        }
    }

    @Test(
        "Prediction changes nothing, and is what comes before learning",
        arguments: ExpertSubject.all
    )
    func predictionIsPure(subject: ExpertSubject) {
        var trial = subject.trial
        trial.run(subject.stream(120, seed: 1))
        let before = trial.bytes
        let rows = subject.stream(20, seed: 2)
        let said = trial.run(rows, learns: false)
        #expect(trial.bytes == before)
        let outputs = said.count / 20
        let learned = trial.run(rows)
        #expect(Array(learned.prefix(outputs)) == Array(said.prefix(outputs)))
    }

    @Test("Blocks do not matter", arguments: ExpertSubject.all)
    func blocksAreIrrelevant(subject: ExpertSubject) {
        let rows = subject.stream(130, seed: 3)
        var whole = subject.trial
        let expected = whole.run(rows, block: 130)
        for size in [1, 7, 64] {
            var trial = subject.trial
            #expect(trial.run(rows, block: size) == expected)
            #expect(trial.bytes == whole.bytes)
        }
    }

    @Test("Bytes give the expert back, with the same future", arguments: ExpertSubject.all)
    func codingKeepsEverything(subject: ExpertSubject) throws {
        var trial = subject.trial
        trial.run(subject.stream(120, seed: 1))
        var reader = ByteReader(trial.bytes)
        var other = trial
        other.expert = try ExpertCoding.decode(from: &reader).expert
        try reader.expectEnd()
        #expect(other.bytes == trial.bytes)
        #expect(other.expert.tensors == trial.expert.tensors)
        let tail = subject.stream(40, seed: 2)
        #expect(other.run(tail) == trial.run(tail))
        #expect(other.bytes == trial.bytes)
    }

    @Test("Damaged bytes are refused, not trusted", arguments: ExpertSubject.all)
    func damageIsRefused(subject: ExpertSubject) {
        var trial = subject.trial
        trial.run(subject.stream(60, seed: 1))
        let bytes = trial.bytes
        for length in stride(from: 0, to: bytes.count, by: 1 + bytes.count / 50) {
            var reader = ByteReader(Array(bytes.prefix(length)))
            #expect(throws: DecodeError.self) { try ExpertCoding.decode(from: &reader) }
        }
        var random = RandomSource(seed: 9)
        for _ in 0..<60 {
            var damaged = bytes
            damaged[random.below(damaged.count)] ^= UInt8(1 + random.below(255))
            var reader = ByteReader(damaged)
            guard let decoded = try? ExpertCoding.decode(from: &reader) else { continue }
            // What is accepted must be usable.
            let shape = ExpertShape(width: 5, classes: subject.classes)
            guard decoded.expert.shape == shape, decoded.kind.name == subject.kind.name else {
                continue
            }
            var other = trial
            other.expert = decoded.expert
            other.run(subject.stream(8, seed: 2))
        }
    }

    @Test("Columns and classes may appear while it learns", arguments: ExpertSubject.all)
    func growthIsPossible(subject: ExpertSubject) {
        var trial = subject.trial
        trial.run(subject.stream(120, seed: 1))
        let classes = subject.classes == 0 ? 0 : subject.classes + 1
        let shape = ExpertShape(width: 7, classes: classes)
        trial.expert.grow(to: shape)
        trial.forms.grow(width: 7)
        trial.history.grow(width: 7)
        #expect(trial.expert.shape == shape)
        let said = trial.run(.random(80, seed: 4, width: 7, classes: classes))
        #expect(said.count == 80 * shape.outputs * subject.kind.columns.count)
        #expect(said.allSatisfy { $0.isFinite })
        #expect(trial.expert.isFinite)
    }

    @Test("Wild values do not harm it", arguments: ExpertSubject.all)
    func wildValuesAreSurvived(subject: ExpertSubject) {
        var trial = subject.trial
        var stream = subject.stream(120, seed: 1)
        var random = RandomSource(seed: 5)
        let wild: [Float] = [
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, .infinity, 1e-38, 0,
        ]
        for place in stream.columns.indices where random.chance(0.2) {
            stream.columns[place] = wild[random.below(wild.count)]
        }
        #expect(trial.run(stream).allSatisfy { $0.isFinite })
        #expect(trial.expert.isFinite)
        #expect(trial.run(subject.stream(50, seed: 2)).allSatisfy { $0.isFinite })
    }

    @Test("Learning helps, where there is something to learn", arguments: ExpertSubject.all)
    func learningHelps(subject: ExpertSubject) {
        // Labels of this stream do not depend on one another.
        guard !ExpertLaws.chasers.contains(subject.kind.name) else { return }
        var trial = subject.trial
        let rows = subject.stream(1200, seed: 6)
        trial.run(rows, 0..<900)
        let said = trial.run(rows, 900..<1200)
        let outputs = subject.trial.expert.shape.outputs
        let columns = subject.kind.columns.count
        var good = 0.0
        for row in 0..<300 {
            let first = row * columns * outputs
            if subject.classes > 0 {
                let own = said[first..<first + outputs]
                let best = own.indices.max { own[$0] < own[$1] }
                if best.map({ $0 - first }) == Int(rows.labels[900 + row]) { good += 1 }
            } else {
                let number = Double(said[first]) * trial.forms.spread + trial.forms.centre
                if abs(number - rows.targets[900 + row]) < trial.forms.spread { good += 1 }
            }
        }
        // The most frequent class, or the mean, has about half and two thirds.
        #expect(good / 300 > 0.7)
    }

    /// Kinds that look at labels alone, that know nothing before somebody makes them anew, or that
    /// have the last few rows in mind: of two classes, these rows are not to be told by a line.
    static let chasers: Set<String> = [
        "label_table", "last_label", "linear_fast",
        "forest", "forest_temporal", "boosted_trees", "forest_numbers",
        "mean_number", "last_number",
    ]
}
