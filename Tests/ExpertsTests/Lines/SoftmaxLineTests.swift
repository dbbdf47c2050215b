// SPDX-License-Identifier: Apache-2.0
//
// Softmax regression and AROW against their formulas in double precision, written for one model to
// each class and without any of the kernels' arrangements.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Lines and their formulas")
struct SoftmaxLineTests {
    private func kind(_ name: String) throws -> ExpertKind {
        try #require(ExpertKind.named(name))
    }

    /// The features of a row, as the documents list them.
    private func features(_ rows: ExpertRows, _ row: Int, _ form: LineForm) -> [Double] {
        let width = rows.width
        let z = LineRows.row(rows.scaled, row, width: width)
        switch form {
        case .plain: return [1] + z
        case .quadratic:
            var features = [1.0]
            for j in z.indices {
                features += [z[j], 0.7 * (z[j] * z[j] - 1)]
                for i in 0..<j { features.append(z[i] * z[j]) }
            }
            return features
        default:
            let last = (0..<rows.outputs).map { Int32($0) == rows.last[row] ? 1.0 : 0.0 }
            return [1] + z + LineRows.row(rows.scaledChange, row, width: width) + last
        }
    }

    @Test("Features stand in the order of the documents", arguments: [1, 2, 5, 10, 17])
    func features(width: Int) {
        let rows = LineRows.random(4, width: width, classes: 3, seed: 5)
        for form in [LineForm.plain, .quadratic, .temporal] {
            for row in 0..<4 {
                let own = form.features(rows, row)
                let expected = features(rows, row, form)
                #expect(own.count == form.size(width: width, classes: 3))
                #expect(own.count == expected.count)
                #expect(LineRows.worst(own, expected) < 1e-5)
            }
        }
    }

    @Test(
        "Softmax regression follows its formula",
        arguments: [("linear_slow", 0.1), ("linear_fast", 10), ("quadratic", 1)],
        [1, 2, 4]
    )
    func softmax(model: (name: String, rate: Double), classes: Int) throws {
        let rows = LineRows.random(150, width: 3, classes: classes, seed: 8)
        let (_, said) = LineRows.opinions(try kind(model.name), rows)
        let form: LineForm = model.name == "quadratic" ? .quadratic : .plain
        let size = form.size(width: 3, classes: classes)
        var weights = [[Double]](repeating: [Double](repeating: 0, count: size), count: classes)
        var (square, count) = (0.0, 0.0)
        var expected: [Double] = []
        for row in 0..<rows.count {
            let x = features(rows, row, form)
            let p = LineRows.softmax(weights.map { Plain.dot($0, x) })
            expected += p
            guard rows.learns[row] == 1 else { continue }
            let own = Plain.dot(x, x)
            count = min(count + 1, 1000)
            square += (own - square) / count
            let step = model.rate / max(square, own / 4) * Double(rows.weights[row])
            for k in 0..<classes {
                let goal = k == Int(rows.labels[row]) ? 1.0 : 0.0
                for i in x.indices { weights[k][i] += step * (goal - p[k]) * x[i] }
            }
        }
        #expect(LineRows.worst(said, expected) < 2e-3)
    }

    @Test(
        "AROW follows its formula",
        arguments: [
            // Rows of one to four times sixteen features, with many and with few in the last.
            ("arow_temporal", LineForm.temporal, 4, 2), ("arow_temporal", .temporal, 9, 3),
            ("arow_temporal", .temporal, 20, 2), ("arow_temporal", .temporal, 24, 2),
            ("arow_quadratic", .quadratic, 4, 3), ("arow_quadratic", .quadratic, 9, 2),
            ("arow_quadratic", .quadratic, 10, 2),
        ]
    )
    func arow(name: String, form: LineForm, width: Int, classes: Int) throws {
        let rows = LineRows.random(150, width: width, classes: classes, seed: 9)
        let (_, said) = LineRows.opinions(try kind(name), rows)
        let size = form.size(width: width, classes: classes)
        let models = classes == 2 ? 1 : classes
        var weights = [[Double]](repeating: [Double](repeating: 0, count: size), count: models)
        var spreads = [[[Double]]](repeating: Plain.unit(size), count: models)
        var expected: [Double] = []
        for row in 0..<rows.count {
            let x = features(rows, row, form)
            let scores = weights.map { 2 * Plain.dot($0, x) }
            expected += LineRows.softmax(models == 1 ? [0] + scores : scores)
            guard rows.learns[row] == 1 else { continue }
            for k in 0..<models {
                let side = Int(rows.labels[row]) == (models == 1 ? 1 : k) ? 1.0 : -1.0
                let margin = side * scores[k] / 2
                if margin < 1 {
                    let v = Plain.product(spreads[k], x)
                    let beta = 1 / (Plain.dot(v, x) + 1 / Double(rows.weights[row]))
                    for i in v.indices { weights[k][i] += (1 - margin) * beta * side * v[i] }
                    Plain.add(-beta, v, v, to: &spreads[k])
                }
                for i in 0..<size where spreads[k][i][i] < 1 { spreads[k][i][i] += 1e-4 }
            }
        }
        #expect(LineRows.worst(said, expected) < 1e-3)
    }

    @Test(
        "Growth changes nothing of what is known",
        arguments: ["linear_slow", "linear_fast", "quadratic", "arow_temporal", "arow_quadratic"],
        [(3, 5), (10, 16)]
    )
    func growth(name: String, widths: (old: Int, new: Int)) throws {
        // Wider rows whose new columns are 0: what is said must not change, whatever moved.
        let rows = LineRows.random(200, width: widths.old, classes: 3, seed: 10)
        let (made, _) = LineRows.opinions(try kind(name), rows)
        var expert = made
        _ = LineRows.opinions(&expert, rows)
        var wide = LineRows.random(200, width: widths.new, classes: 3, seed: 11)
        wide.last = rows.last
        for path in [\ExpertRows.scaled, \.slow, \.raw, \.change, \.scaledChange] {
            for row in 0..<200 {
                for column in 0..<widths.new {
                    wide[keyPath: path][row * widths.new + column] =
                        column < widths.old ? rows[keyPath: path][row * widths.old + column] : 0
                }
            }
        }
        var grown = expert
        grown.grow(to: ExpertShape(width: widths.new, classes: 3))
        let before = LineRows.predictions(expert, rows)
        let after = LineRows.predictions(grown, wide)
        if name.contains("quadratic") {
            // A column of 0 has the square feature -0.7, whose weight is 0 so far.
            #expect(LineRows.worst(after, before.map { Double($0) }) < 1e-5)
        } else {
            #expect(LineRows.worst(after, before.map { Double($0) }) < 1e-6)
        }
        // And both go on alike where the new columns say nothing.
        guard !name.contains("quadratic") else { return }
        let said = LineRows.opinions(&expert, rows)
        wide.labels = rows.labels
        wide.weights = rows.weights
        let saidWide = LineRows.opinions(&grown, wide)
        #expect(LineRows.worst(saidWide, said.map { Double($0) }) < 1e-4)
    }

    @Test(
        "A third class leaves the margin of the first two as it was",
        arguments: [("linear_slow", 1.0), ("quadratic", 1), ("arow_temporal", 2)]
    )
    func thirdClass(model: (name: String, factor: Double)) throws {
        let rows = LineRows.random(200, width: 3, classes: 2, seed: 12)
        var expert = try kind(model.name).make(ExpertShape(width: 3, classes: 2), 1)
        _ = LineRows.opinions(&expert, rows)
        let before = LineRows.predictions(expert, rows)
        expert.grow(to: ExpertShape(width: 3, classes: 3))
        var more = rows
        more.outputs = 3
        let after = LineRows.predictions(expert, more)
        for row in 0..<rows.count {
            let odds = Scalar.log(Double(before[row * 2 + 1]) / Double(before[row * 2]))
            let now = Scalar.log(Double(after[row * 3 + 1]) / Double(after[row * 3]))
            guard abs(odds) < 10 else { continue }
            // One against the rest: each of two models has the whole margin.
            #expect(abs(now - odds * model.factor) < 1e-2)
        }
    }

    @Test(
        "Covariances that are kept in part come back from bytes whole",
        arguments: ["arow_temporal", "arow_quadratic", "lda"]
    )
    func bytes(name: String) throws {
        let width = name == "lda" ? 40 : 10
        var trial = ExpertTrial(try kind(name), width: width, classes: 2)
        trial.run(.random(100, seed: 1, width: width, classes: 2))
        var reader = ByteReader(trial.bytes)
        var other = trial
        other.expert = try ExpertCoding.decode(from: &reader).expert
        let rows = Stream.random(60, seed: 2, width: width, classes: 2)
        #expect(other.run(rows, block: 9) == trial.run(rows))
        #expect(other.bytes == trial.bytes)
    }
}
