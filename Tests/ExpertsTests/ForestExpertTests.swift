// SPDX-License-Identifier: Apache-2.0
//
// Forests among the experts: what they know before and after they are made, that rows and seed
// decide everything, and that a consumer who reads the tensors says the same.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Forests that are made anew")
struct ForestExpertTests {
    static let names = ["forest", "forest_temporal", "boosted_trees", "forest_numbers"]

    private func kind(_ name: String) throws -> ExpertKind {
        try #require(ExpertKind.named(name))
    }

    private func made(
        _ expert: any Expert,
        _ history: ExpertHistory,
        seed: UInt64 = 1
    )
        -> (any ExpertRefit)?
    {
        guard var refit = expert.refit(on: history, from: history.start, seed: seed) else {
            return nil
        }
        while !refit.isDone { refit.advance() }
        return refit
    }

    /// An expert that has gone through rows and been made of them.
    private func trained(
        _ name: String,
        classes: Int = 3,
        rows: Int = 240,
        seed: UInt64 = 1
    ) throws -> ExpertTrial {
        let kind = try kind(name)
        let classes = kind.use.fits(ExpertShape(width: 5, classes: classes)) ? classes : 0
        var trial = ExpertTrial(kind, classes: classes)
        trial.run(.random(rows, seed: 1, classes: classes))
        let refit = try #require(made(trial.expert, trial.history, seed: seed))
        trial.expert.adopt(refit)
        return trial
    }

    private func tail(_ trial: ExpertTrial, _ count: Int = 40, seed: UInt64 = 2) -> Stream {
        let shape = trial.expert.shape
        return .random(count, seed: seed, width: shape.width, classes: shape.classes)
    }

    @Test("Before it is made it knows how frequent classes were")
    func frequencies() throws {
        var trial = ExpertTrial(try kind("forest"), width: 1, classes: 2)
        var stream = Stream(width: 1, classes: 2)
        for label in [1, 1, 0, 1] {
            stream.columns.append(0)
            stream.labels.append(Int32(label))
            stream.targets.append(.nan)
            stream.weights.append(label == 0 ? 2 : 1)
        }
        let said = trial.run(stream)
        let second = [0.5, 0.99, 0.99, 0.98 * 0.5 + 0.01]
        for row in 0..<4 { #expect(abs(Double(said[2 * row + 1]) - second[row]) < 1e-6) }
        var numbers = ExpertTrial(try kind("boosted_trees"), classes: 0)
        #expect(numbers.run(.random(30, seed: 1, classes: 0)).allSatisfy { $0 == 0 })
    }

    @Test("What trees can part, they part", arguments: ["forest", "forest_temporal"])
    func separation(name: String) throws {
        // Which of two columns has the sign of the other: no single column says anything.
        func stream(_ count: Int, seed: UInt64) -> Stream {
            var random = RandomSource(seed: seed)
            var stream = Stream(width: 2, classes: 3)
            for _ in 0..<count {
                let (x, y) = (Float(random.unit()) - 0.5, Float(random.unit()) - 0.5)
                stream.columns += [x, y]
                stream.labels.append((x < 0) == (y < 0) ? 2 : 0)
                stream.targets.append(.nan)
                stream.weights.append(1)
            }
            return stream
        }
        var trial = ExpertTrial(try kind(name), width: 2, classes: 3)
        trial.run(stream(800, seed: 1))
        trial.expert.adopt(try #require(made(trial.expert, trial.history)))
        let rows = stream(200, seed: 2)
        let said = trial.run(rows, learns: false)
        let good = (0..<200).count { said[3 * $0 + Int(rows.labels[$0])] > 0.5 }
        #expect(good > 190)
        // Nobody has ever seen class 1.
        #expect((0..<200).allSatisfy { abs(said[3 * $0 + 1] - 0.02 / 3) < 1e-5 })
    }

    @Test("Boosting goes a tenth of the way, eighty times")
    func closedForm() throws {
        var trial = ExpertTrial(try kind("boosted_trees"), width: 1, classes: 0)
        var stream = Stream(width: 1, classes: 0)
        for row in 0..<100 {
            stream.columns.append(row % 5 < 2 ? -1 : 1)
            stream.labels.append(-1)
            stream.targets.append(row % 5 < 2 ? 30 : 10)
            stream.weights.append(row % 5 < 2 ? 2 : 1)
        }
        trial.run(stream)
        trial.expert.adopt(try #require(made(trial.expert, trial.history)))
        // 40 rows of weight 2 with 30, and 60 of weight 1 with 10.
        let mean = (80.0 * 30 + 60 * 10) / 140
        var left = 1.0
        for _ in 0..<80 { left *= 0.9 }
        var rows = Stream(width: 1, classes: 0)
        rows.columns = [-1, 1, -7, 0.5]
        rows.labels = [-1, -1, -1, -1]
        rows.targets = [.nan, .nan, .nan, .nan]
        rows.weights = [1, 1, 1, 1]
        let said = trial.run(rows, learns: false)
        for (row, level) in [30.0, 10, 30, 10].enumerated() {
            let number = Double(said[row]) * trial.forms.spread + trial.forms.centre
            #expect(abs(number - (level + left * (mean - level))) < 1e-4)
        }
    }

    @Test("Rows and seed decide everything", arguments: names)
    func determinism(name: String) throws {
        let one = try trained(name)
        #expect(try trained(name).bytes == one.bytes)
        if name != "boosted_trees" { #expect(try trained(name, seed: 2).bytes != one.bytes) }
    }

    @Test("Rows before the first do not count; too few, or one class, are none", arguments: names)
    func firstRow(name: String) throws {
        var trial = try trained(name)
        let (history, count) = (trial.history, trial.history.count)
        let late = ExpertHistory(
            capacity: 100,
            width: 5,
            raw: Array(history.raw[(count - 100) * 5..<count * 5]),
            scaled: Array(history.scaled[(count - 100) * 5..<count * 5]),
            change: Array(history.change[(count - 100) * 5..<count * 5]),
            last: Array(history.last[(count - 100)..<count]),
            labels: Array(history.labels[(count - 100)..<count]),
            targets: Array(history.targets[(count - 100)..<count]),
            weights: Array(history.weights[(count - 100)..<count])
        )
        var refit = try #require(trial.expert.refit(on: history, from: count - 100, seed: 5))
        #expect(refit.rows == 100)
        while !refit.isDone { refit.advance() }
        let alone = try #require(late)
        let own = try #require(made(trial.expert, alone, seed: 5))
        var other = trial
        trial.expert.adopt(refit)
        other.expert.adopt(own)
        #expect(other.bytes == trial.bytes)
        #expect(trial.expert.refit(on: history, from: count - 19, seed: 5) == nil)
        #expect(trial.expert.refit(on: history, from: count + 1, seed: 5) == nil)
        guard !trial.expert.shape.isNumber else { return }
        var single = trial
        single.history = ExpertHistory(capacity: 100)
        single.history.grow(width: 5)
        var rows = tail(trial, 60)
        rows.labels = [Int32](repeating: 1, count: 60)
        single.run(rows)
        #expect(single.expert.refit(on: single.history, from: 0, seed: 5) == nil)
    }

    @Test("Blocks do not matter, and rows teach it nothing", arguments: names)
    func blocks(name: String) throws {
        let trial = try trained(name)
        let rows = tail(trial)
        var whole = trial
        let said = whole.run(rows, block: 40)
        #expect(whole.bytes == trial.bytes)
        for size in [1, 7, 9, 24] {
            var other = trial
            #expect(other.run(rows, block: size) == said)
        }
    }

    @Test("Bytes give the forest back; damaged ones are refused or usable", arguments: names)
    func coding(name: String) throws {
        for classes in [2, 3] {
            let trial = try trained(name, classes: classes, rows: 120)
            let bytes = trial.bytes
            var reader = ByteReader(bytes)
            var other = trial
            other.expert = try ExpertCoding.decode(from: &reader).expert
            try reader.expectEnd()
            #expect(other.bytes == bytes)
            #expect(other.expert.tensors == trial.expert.tensors)
            var same = trial
            #expect(other.run(tail(trial)) == same.run(tail(trial)))
            for length in stride(from: 0, to: bytes.count, by: 1 + bytes.count / 20) {
                var reader = ByteReader(Array(bytes.prefix(length)))
                #expect(throws: DecodeError.self) { try ExpertCoding.decode(from: &reader) }
            }
            var random = RandomSource(seed: 9)
            for _ in 0..<40 {
                var damaged = bytes
                damaged[9 + random.below(bytes.count - 9)] ^= UInt8(1 + random.below(255))
                var reader = ByteReader(damaged)
                guard let expert = try? ExpertCoding.decode(from: &reader).expert else { continue }
                var other = trial
                other.expert = expert
                other.run(tail(trial, 9))
            }
        }
    }

    @Test("Wider rows are seen as before, a new class is given what all have", arguments: names)
    func growth(name: String) throws {
        var trial = try trained(name)
        let classes = trial.expert.shape.classes
        let rows = tail(trial)
        var before = trial
        let said = before.run(rows, learns: false)
        let wider = ExpertShape(width: 7, classes: classes == 0 ? 0 : 5)
        trial.expert.grow(to: wider)
        trial.forms.grow(width: 7)
        trial.history.grow(width: 7)
        var wide = Stream(width: 7, classes: wider.classes)
        for row in 0..<rows.count { wide.columns += rows.columns[row * 5..<row * 5 + 5] + [9, -9] }
        (wide.labels, wide.targets, wide.weights) = (rows.labels, rows.targets, rows.weights)
        let again = trial.run(wide, learns: false)
        guard classes > 0 else {
            #expect(again == said)
            return
        }
        for row in 0..<rows.count {
            for place in 0..<5 {
                let share = place < 3 ? (said[row * 3 + place] - 0.02 / 3) : 0
                #expect(abs(again[row * 5 + place] - share - 0.02 / 5) < 1e-5)
            }
        }
    }

    @Test("A refit of narrower rows is taken in; one that is not done is not", arguments: names)
    func adoption(name: String) throws {
        let trial = try trained(name)
        let rows = tail(trial)
        var refit = try #require(trial.expert.refit(on: trial.history, from: 0, seed: 8))
        var other = trial
        other.expert.adopt(refit)
        #expect(other.bytes == trial.bytes)
        while !refit.isDone { refit.advance() }
        var early = trial
        early.expert.adopt(refit)
        early.expert.grow(to: ExpertShape(width: 8, classes: trial.expert.shape.classes))
        var late = trial
        late.expert.grow(to: ExpertShape(width: 8, classes: trial.expert.shape.classes))
        late.expert.adopt(refit)
        #expect(late.bytes == early.bytes)
        #expect(late.bytes != trial.bytes)
        var stranger = ExpertTrial(try kind("label_table"), classes: 3)
        stranger.expert.adopt(refit)
        var wrong = try trained(name == "forest" ? "forest_temporal" : "forest")
        let bytes = wrong.bytes
        wrong.expert.adopt(refit)
        #expect(wrong.bytes == bytes)
        #expect(rows.count == 40)
    }

    @Test("A consumer of the tensors says the same", arguments: names)
    func consumer(name: String) throws {
        for classes in [2, 3] {
            var trial = try trained(name, classes: classes)
            let reader = ForestReader(trial.expert)
            let shape = trial.expert.shape
            let rows = tail(trial, 12)
            for row in 0..<rows.count {
                // One row at a time, so that its forms can be seen.
                let columns = rows.columns[row * 5..<row * 5 + 5]
                guard columns.allSatisfy(\.isFinite) else { continue }
                let (level, last) = (trial.forms.columns.part(5), trial.forms.last)
                let changes = zip(columns, level).map { Float(Double($0) - $1) }
                var inputs = Array(columns)
                if name == "forest_temporal" {
                    inputs += changes
                    inputs += (0..<shape.classes).map { $0 == Int(last) ? 1 : 0 }
                }
                let (centre, spread) = (Float(trial.forms.centre), Float(trial.forms.spread))
                let said = trial.run(rows, row..<row + 1)
                let read = reader.opinion(of: inputs, classes: shape.classes)
                if shape.isNumber {
                    #expect(abs(said[0] - (read[0] - centre) / spread) < 1e-5)
                } else {
                    #expect(zip(said, read).allSatisfy { abs($0 - $1) < 1e-6 })
                }
            }
        }
    }
}

/// A consumer: predicts from the tensors alone.
private struct ForestReader {
    private var numbers: [String: [Double]] = [:]
    private let trees: Int

    init(_ expert: any Expert) {
        for tensor in expert.tensors {
            switch tensor.content {
            case .numbers(let own), .places(let own): numbers[tensor.name] = own.map { Double($0) }
            case .doubles(let own): numbers[tensor.name] = own
            }
        }
        trees = numbers["sizes"]?.count ?? 0
    }

    private subscript(_ name: String) -> [Double] { numbers[name] ?? [] }

    /// What the leaf says at which a row ends.
    private func leaf(of inputs: [Float], in tree: Range<Int>) -> Double {
        var node = 0
        while true {
            let feature = Int(self["features"][tree.lowerBound + node])
            let value = self["values"][tree.lowerBound + node]
            if feature == 0 { return value }
            let inner = self["features"][tree.lowerBound..<tree.lowerBound + node].count { $0 > 0 }
            node = 2 * inner + (Double(inputs[feature - 1]) <= value ? 1 : 2)
        }
    }

    func opinion(of inputs: [Float], classes: Int) -> [Float] {
        var sums = [Double](repeating: 0, count: max(1, classes))
        var first = 0
        for size in self["sizes"] {
            let said = leaf(of: inputs, in: first..<first + Int(size))
            first += Int(size)
            if classes == 0 {
                sums[0] += said
            } else if self["leaf_starts"].isEmpty {
                sums[0] += 1 - said
                sums[1] += said
            } else if said < 0 {
                sums[Int(-1 - said)] += 1
            } else {
                let starts = self["leaf_starts"]
                for place in Int(starts[Int(said)])..<Int(starts[Int(said) + 1]) {
                    sums[Int(self["leaf_classes"][place])] += self["leaf_shares"][place]
                }
            }
        }
        if classes == 0 { return [Float(self["measure"][0] + self["measure"][1] * sums[0])] }
        return sums.map { Float(0.98 * $0 / Double(trees) + 0.02 / Double(classes)) }
    }
}
