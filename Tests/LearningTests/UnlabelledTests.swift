// SPDX-License-Identifier: Apache-2.0
//
// What the other parts make of a learner without labels: two numbers a row, its loss and the
// trivial one, and labels that nobody looks at.

import Learning
import Primitives
import Samples
import Testing

@Suite("A task without labels") struct UnlabelledTests {
    private func predicted(_ losses: [Float], uses: [RowUse]? = nil) -> Block {
        var block = Block()
        block.reset(width: 1, outputs: 2)
        for (row, loss) in losses.enumerated() {
            block.append(raw: [Float(row)].span, use: uses?[row] ?? .train)
            block.predictions += [loss, 4]
        }
        return block
    }

    @Test("The measures are the loss and the trivial loss of the same rows")
    func measures() throws {
        var evaluation = Evaluation(task: .unlabelled, window: 2)
        var block = predicted(
            [1, .nan, 3, 5, 9],
            uses: [.train, .train, .holdout, .train, .scored]
        )
        evaluation.record(&block)
        #expect(evaluation.count == 3)
        #expect(evaluation.loss == 3)
        #expect(evaluation.lossRecent == 4)
        #expect(block.losses[1].isNaN && block.losses[4].isNaN)
        #expect(block.errors == [0, 0, 0, 0, 0])
        let trivial = evaluation.json["baselines"]?["trivial"]
        #expect(trivial?["loss"]?.double == 4)
        #expect(trivial?["loss_recent"]?.double == 4)
        #expect(evaluation.accuracy.isNaN)

        var writer = ByteWriter()
        evaluation.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        var other = try Evaluation(from: &reader)
        try reader.expectEnd()
        #expect(other.json == evaluation.json)
        var judged = predicted([1, .nan, 3, 5, 9])
        judged.computeLosses(task: .unlabelled)
        var counted = predicted([1, .nan, 3, 5, 9])
        other.record(&counted)
        #expect(judged.losses.map(\.bitPattern) == counted.losses.map(\.bitPattern))
    }

    @Test("Any label, and none, is admitted, by the short way as by the long one")
    func labelsAreIgnored() {
        var batch = MicroBatch()
        let text = batch.strings.intern("spam")
        for (kind, label) in [
            (LabelKind.none, 0.0), (.number, 1e300), (.boolean, 1), (.text, Double(text)),
        ] {
            batch.rows.append(
                .init(
                    label: label,
                    labelKind: kind,
                    start: batch.values.count,
                    count: 2,
                    weight: 1,
                    producer: 0,
                    shape: .positional
                )
            )
            batch.values += [1, Float(label.rounded(.towardZero) == 1 ? 2 : 3)]
        }
        let schema = Schema(task: .unlabelled, width: 2, limits: SchemaLimits())
        #expect(schema.outputs == 2)
        var admission = Admission()
        admission.begin(batch)
        #expect(admission.plainRun(from: 0, of: batch, under: schema) == 4)
        var short = Block()
        short.reset(width: 2, outputs: 2)
        admission.appendRun(4, from: 0, of: batch, under: schema, to: &short)
        var long = Block()
        long.reset(width: 2, outputs: 2)
        for row in batch.rows {
            var known = Recollection(schema.settings)
            #expect(admission.judge(row, of: batch, under: schema, knowing: known) == .fits)
            admission.append(
                row,
                of: batch,
                under: schema,
                knowing: &known,
                use: .train,
                to: &long
            )
        }
        #expect(short.rows == 4 && short.raw == long.raw && short.weights == long.weights)
        #expect(short.classes == long.classes && long.classes == [-1, -1, -1, -1])
        #expect(short.targets.allSatisfy(\.isNaN) && long.targets.allSatisfy(\.isNaN))
    }
}
