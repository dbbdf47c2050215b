// SPDX-License-Identifier: Apache-2.0
//
// What trees promise beyond the laws of every expert.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Trees that grow with the stream")
struct StreamTreeTests {
    static let names = ["hoeffding_tree", "adaptive_tree", "leveraging_bagging", "adaptive_forest"]

    private func trial(_ name: String, classes: Int) throws -> ExpertTrial {
        ExpertTrial(try #require(ExpertKind.named(name)), classes: classes)
    }

    /// Rows whose class, or number, is decided by a checkerboard of two columns.
    private func board(_ count: Int, seed: UInt64, classes: Int, flipped: Bool = false) -> Stream {
        var random = RandomSource(seed: seed)
        var stream = Stream(width: 5, classes: classes)
        for _ in 0..<count {
            let row = (0..<5).map { _ in Float(random.unit()) }
            let isBlack = (row[1] > 0.4) == (row[3] > 0.5)
            stream.columns += row
            stream.weights.append(1)
            stream.labels.append(classes == 0 ? -1 : isBlack != flipped ? 1 : 0)
            stream.targets.append(classes > 0 ? .nan : isBlack != flipped ? 100 : 70)
        }
        return stream
    }

    private func share(_ said: [Float], _ rows: Stream) -> Double {
        var good = 0.0
        for row in 0..<rows.count
        where (said[2 * row + 1] > said[2 * row]) == (rows.labels[row] == 1) {
            good += 1
        }
        return good / Double(rows.count)
    }

    @Test("A consumer predicts from the tensors as the expert does", arguments: names, [3, 0])
    func consumersAgree(name: String, classes: Int) throws {
        var trial = try trial(name, classes: classes)
        trial.run(kinds(2500, seed: 1, classes: classes))
        let consumer = TreeConsumer(trial.expert)
        let statistics = trial.forms.columns
        let rows = kinds(40, seed: 2, classes: classes)
        let said = trial.run(rows, learns: false)
        for row in 0..<40 {
            let raw = Array(rows.columns[row * 5..<(row + 1) * 5])
            let slow = (0..<5).map { measured(Double(raw[$0]), statistics, $0) }
            if classes == 0 {
                let (centre, spread) = (trial.forms.centre, trial.forms.spread)
                let number = consumer.number(slow, raw, centre: centre, spread: spread)
                #expect(abs(number - Double(said[row])) < 1e-5)
                continue
            }
            for (place, probability) in consumer.probabilities(slow, raw).enumerated() {
                #expect(abs(probability - Double(said[row * classes + place])) < 1e-5)
            }
        }
    }

    /// Rows of random streams whose third column is one of seven kinds, of which every second one
    /// turns what is to be predicted round.
    private func kinds(_ count: Int, seed: UInt64, classes: Int) -> Stream {
        var random = RandomSource(seed: seed)
        var stream = Stream.random(count, seed: seed, classes: classes)
        for row in 0..<count {
            let kind = random.below(7)
            stream.columns[row * 5 + 2] = Float(kind * 3)
            guard kind % 2 == 1 else { continue }
            if classes == 0 { stream.targets[row] = 100 - stream.targets[row] }
            if classes > 0 { stream.labels[row] = Int32(classes - 1) - stream.labels[row] }
        }
        return stream
    }

    @Test(
        "A column of few values is split by a value, one that has others by limits",
        arguments: [2, 0]
    )
    func kindsAreSplit(classes: Int) throws {
        var random = RandomSource(seed: 9)
        var stream = Stream(width: 5, classes: classes)
        for row in 0..<4000 {
            let kind = random.below(9)
            let isOdd = kind % 3 == 1
            stream.columns += [Float(kind), Float(kind) + 0.5, Float(kind) + 40, 1, 2]
            // The third column shows a value too many just before it would be decided.
            if row > 700, row < 800 { stream.columns[row * 5 + 2] = Float(row) }
            stream.weights.append(1)
            stream.labels.append(classes == 0 ? -1 : isOdd ? 1 : 0)
            stream.targets.append(classes > 0 ? .nan : isOdd ? 5 : 1)
        }
        var trial = try trial("hoeffding_tree", classes: classes)
        trial.run(stream)
        let tensors = Dictionary(
            uniqueKeysWithValues: trial.expert.tensors.map { ($0.name, numbers($0)) }
        )
        let (columns, equals) = (tensors["columns"] ?? [], tensors["equals"] ?? [])
        let split = columns.indices.filter { columns[$0] >= 0 }
        #expect(split.contains { columns[$0] == 0 && equals[$0] == 1 })
        #expect(split.allSatisfy { columns[$0] == 0 || equals[$0] == 0 })
        let limits = tensors["limits"] ?? []
        #expect(split.contains { equals[$0] == 1 && [1, 4, 7].contains(limits[$0]) })
        var reader = ByteReader(trial.bytes)
        let again = try ExpertCoding.decode(from: &reader).expert
        #expect(again.tensors == trial.expert.tensors)
    }

    private func numbers(_ tensor: ExpertTensor) -> [Float] {
        switch tensor.content {
        case .numbers(let numbers), .places(let numbers): numbers
        case .doubles: []
        }
    }

    @Test("Where the block ends in which it is decided does not matter", arguments: names)
    func decisionsAreIndependent(name: String) throws {
        let rows = kinds(1400, seed: 3, classes: 2)
        var (whole, parts) = (try trial(name, classes: 2), try trial(name, classes: 2))
        let said = whole.run(rows, block: 700)
        #expect(parts.run(rows, block: 64) == said)
        #expect(parts.bytes == whole.bytes)
    }

    /// The slow form of a value: its distance from the mean of all, in deviations.
    private func measured(_ value: Double, _ statistics: FormStatistics, _ column: Int) -> Float {
        let mean = Array(statistics.part(3))[column]
        let deviation = Array(statistics.part(4))[column].squareRoot()
        return value.isNaN ? 0 : Float(min(max((value - mean) / deviation, -5), 5))
    }

    @Test("What no single limit tells apart, two do", arguments: names)
    func boardIsLearned(name: String) throws {
        var trial = try trial(name, classes: 2)
        trial.run(board(6000, seed: 3, classes: 2))
        let rows = board(500, seed: 4, classes: 2)
        #expect(share(trial.run(rows, learns: false), rows) > 0.9)
    }

    @Test("A number that jumps between the fields of a board is followed", arguments: names)
    func numbersAreLearned(name: String) throws {
        var trial = try trial(name, classes: 0)
        trial.run(board(6000, seed: 3, classes: 0), block: 1)
        let rows = board(300, seed: 4, classes: 0)
        let said = trial.run(rows, learns: false)
        var off = 0.0
        for row in 0..<300 {
            let number = Double(said[row]) * trial.forms.spread + trial.forms.centre
            off += abs(number - rows.targets[row]) / 300
        }
        // The mean alone is off by 15.
        #expect(off < 5)
    }

    @Test("When all is turned round, trees that watch are new soon", arguments: names.dropFirst())
    func changesAreFollowed(name: String) throws {
        var trial = try trial(name, classes: 2)
        trial.run(board(5000, seed: 5, classes: 2))
        trial.run(board(3000, seed: 6, classes: 2, flipped: true))
        let rows = board(500, seed: 7, classes: 2, flipped: true)
        #expect(share(trial.run(rows, learns: false), rows) > 0.85)
    }

    @Test("A tree that does not watch pays longer")
    func plainTreesRemember() throws {
        var plain = try trial("hoeffding_tree", classes: 2)
        var watching = try trial("adaptive_tree", classes: 2)
        let rows = board(2000, seed: 6, classes: 2, flipped: true)
        plain.run(board(5000, seed: 5, classes: 2))
        watching.run(board(5000, seed: 5, classes: 2))
        #expect(share(watching.run(rows), rows) > share(plain.run(rows), rows))
    }

    @Test("Moving and stretching the numbers changes nothing", arguments: names)
    func measureIsIrrelevant(name: String) throws {
        var trial = try trial(name, classes: 0)
        var moved = trial
        let rows = Stream.random(800, seed: 8, classes: 0)
        var other = rows
        other.targets = rows.targets.map { $0 * 1000 - 40_000 }
        let (said, saidOfMoved) = (trial.run(rows, block: 1), moved.run(other, block: 1))
        // Rounding may turn the choice between two splits that are as good.
        let off = (100..<800).reduce(Float(0)) { $0 + abs(said[$1] - saidOfMoved[$1]) / 700 }
        #expect(off < 0.05)
    }

    @Test("Leaves stop where they fill their bytes")
    func treesAreBounded() {
        var rule = TreeRule(
            width: 5,
            classes: 2,
            looks: 5,
            grace: 20,
            delta: 0.5,
            tie: 1,
            patience: 0,
            inherited: 10,
            bytesMost: 0
        )
        rule.bytesMost = 7 * rule.stride * 4
        #expect(rule.leavesMost == 7)
        rule.bytesMost = .max / 2
        #expect(rule.leavesMost == 1000)
        rule.bytesMost = 7 * rule.stride * 4
        var member = TreeMember(rule, random: 1)
        var rows = ExpertRows()
        var random = RandomSource(seed: 2)
        rows.reset(width: 5, outputs: 2)
        for row in 0..<2000 {
            rows.count += 1
            rows.slow += (0..<5).map { _ in Float(random.normal()) }
            rows.labels.append(Int32(row % 2))
        }
        let (area, count) = (rows.slow.count, rows.count)
        (rows.raw, rows.scaled, rows.change) = (rows.slow, rows.slow, rows.slow)
        rows.scaledChange = [Float](repeating: 0, count: area)
        rows.last = [Int32](repeating: -1, count: count)
        rows.targets = [Float](repeating: .nan, count: count)
        rows.centres = [Float](repeating: 0, count: count)
        rows.spreads = [Float](repeating: 1, count: count)
        rows.weights = [Float](repeating: 1, count: count)
        rows.learns = [UInt8](repeating: 1, count: count)
        rows.before = [Int32](repeating: 0, count: count)
        var opinions = [Float](repeating: 0, count: 2 * count)
        var says = [Float](repeating: 0, count: count)
        var span = opinions.mutableSpan
        var row = 0
        _ = member.follow(
            rule,
            bagging: false,
            levels: nil,
            rows,
            row: &row,
            to: count,
            &span,
            says: &says
        )
        #expect(row == count)
        #expect(member.tree.leaves == 7)
        #expect(member.tree.nodeCount == 13)
    }
}
