// SPDX-License-Identifier: Apache-2.0
//
// The short way of the usual classifiers against the long one. A clip that no gradient reaches
// changes no bit, but makes a model go the long way.

import Learning
import Primitives
import Testing

@Suite("Whole blocks")
struct WholeBlockTests {
    private func block(width: Int, outputs: Int, size: Float, _ random: inout RandomSource) -> Block
    {
        var block = Block()
        block.reset(width: width, outputs: outputs)
        for index in 0..<97 {
            let row = (0..<width).map { _ in Float(random.normal()) * size }
            block.append(
                raw: row.span,
                class: Int32(random.below(outputs + 2)) - 1,
                weight: index % 11 == 0 ? Float(random.normal()) : index % 5 == 0 ? 0.3 : 1,
                use: RowUse(rawValue: UInt8(random.below(8))) ?? .train
            )
        }
        block.features = block.raw
        return block
    }

    private func bits(_ numbers: [Float]) -> [UInt32] { numbers.map(\.bitPattern) }

    private func expectSame(_ model: ModelKind, outputs: Int, width: Int, size: Float) {
        var random = RandomSource(seed: UInt64(width))
        let settings = LearnerSettings(model: model, optimiser: .sgd(rate: 0.03))
        var slow = settings
        slow.gradientClip = 1e30
        var short = makeLearner(settings, width: width, outputs: outputs)
        var long = makeLearner(slow, width: width, outputs: outputs)
        for _ in 0..<3 {
            var own = block(width: width, outputs: outputs, size: size, &random)
            var other = own
            short.testThenTrain(&own)
            long.testThenTrain(&other)
            #expect(bits(own.predictions) == bits(other.predictions))
            #expect(bits(short.parameters.weights) == bits(long.parameters.weights))
            #expect(bits(short.parameters.bias) == bits(long.parameters.bias))
            var again = own
            short.predict(&again)
            long.predict(&other)
            #expect(bits(again.predictions) == bits(other.predictions))
        }
        #expect(width == 0 || short.parameters.weights.contains { $0 != 0 })
    }

    @Test(
        "Both ways have the same bits at any width",
        arguments: Array(0..<28) + [47, 48, 50, 55, 56, 63, 64, 65, 83]
    )
    func widths(width: Int) {
        expectSame(.logistic, outputs: 2, width: width, size: 1)
        expectSame(.softmax, outputs: 2, width: width, size: 1)
        expectSame(.softmax, outputs: 5, width: width, size: 1)
    }

    @Test("Wide rows and many classes", arguments: [200, 1000])
    func wide(width: Int) {
        expectSame(.logistic, outputs: 2, width: width, size: 0.2)
        expectSame(.softmax, outputs: 17, width: width, size: 0.2)
    }

    @Test(
        "Large numbers too, up to where the bounds are kept",
        arguments: [1e4, 1e9, 1e14] as [Float]
    )
    func large(size: Float) {
        expectSame(.logistic, outputs: 2, width: 50, size: size)
        expectSame(.softmax, outputs: 3, width: 13, size: size)
    }
}
