// SPDX-License-Identifier: Apache-2.0
//
// How experts are born: with no column and no class, then with one class, as a stream begins.

import Experts
import Kernels
import Primitives
import Testing

@Suite("Experts at birth")
struct BirthTests {
    /// Kinds whose smallest shapes are tried here.
    static let kinds = ExpertKind.all.filter {
        (1...5).contains($0.number) || (20...27) ~= $0.number
    }
    .map(\.name)

    @Test("One class is certain, and no column is enough", arguments: kinds)
    func smallest(name: String) throws {
        let kind = try #require(ExpertKind.named(name))
        for width in [0, 1, 3] {
            var trial = ExpertTrial(kind, width: width, classes: 1)
            var rows = Stream.random(40, seed: 1, width: max(width, 1), classes: 1)
            rows.width = width
            rows.columns = Array(rows.columns.prefix(40 * width))
            #expect(trial.run(rows).allSatisfy { abs($0 - 1) < 1e-6 })
            // What is not full can be coded, too.
            var reader = ByteReader(trial.bytes)
            let (_, read) = try ExpertCoding.decode(from: &reader)
            #expect(read.tensors == trial.expert.tensors)
            for classes in [2, 3] {
                var grown = trial
                grown.expert.grow(to: ExpertShape(width: 4, classes: classes))
                grown.forms.grow(width: 4)
                grown.history.grow(width: 4)
                let said = grown.run(.random(60, seed: 2, width: 4, classes: classes))
                #expect(said.allSatisfy { $0 >= 0 && $0 <= 1 })
                #expect(grown.expert.isFinite)
            }
        }
    }

    @Test("Weights without measure are taken as a million", arguments: kinds)
    func wildWeights(name: String) throws {
        let kind = try #require(ExpertKind.named(name))
        var trial = ExpertTrial(kind, width: 4, classes: 3)
        var rows = Stream.random(200, seed: 3, width: 4, classes: 3)
        for row in stride(from: 0, to: 200, by: 9) { rows.weights[row] = .greatestFiniteMagnitude }
        for row in stride(from: 4, to: 200, by: 9) { rows.weights[row] = 1e-30 }
        #expect(trial.run(rows).allSatisfy { $0 >= 0 && $0 <= 1 })
        #expect(trial.expert.isFinite)
    }
}
