// SPDX-License-Identifier: Apache-2.0
//
// Networks that cannot be: each is refused with the number of the layer, the value and the way out.

import Kernels
import Networks
import Testing

@Suite("Impossible networks")
struct ProblemTests {
    private func problem(_ shape: [Int], _ layers: LayerSettings...) -> String {
        NetworkSettings(inputShape: shape, layers: layers).problem ?? "none"
    }

    @Test("Each says which layer, which value and what to do")
    func problems() {
        let dense = LayerSettings(.dense(units: 4))
        let cases: [(String, [String])] = [
            (problem([]), ["0 layers", "linear"]),
            (problem([], LayerSettings(.dense(units: 0))), ["layer 1", "units = 0"]),
            (problem([], LayerSettings(.flatten), dense), ["layer 1", "input_shape"]),
            (problem([2, 3, 4, 5], dense), ["input_shape is [2, 3, 4, 5]", "one to three"]),
            (problem([1, 8, 8], dense), ["layer 1", "[1, 8, 8]", "flatten"]),
            (
                problem([64], dense, LayerSettings(.maxPool(kernel: 2, stride: 2))),
                ["layer 2", "max_pool", "[4]"]
            ),
            (
                problem(
                    [1, 4, 4],
                    LayerSettings(.conv2d(filters: 2, kernel: 7, stride: 1, padding: 1))
                ),
                ["layer 1", "kernel = 7", "1 to 6"]
            ),
            (problem([4], LayerSettings(.dropout(share: 1)), dense), ["layer 1", "share = 1.0"]),
            (
                problem([4], dense, LayerSettings(.embedding(words: 3, width: 2))),
                ["layer 2", "first"]
            ),
            (problem([4], LayerSettings(.rnn(units: 3, returns: .last))), ["layer 1", "sequence"]),
            (problem([4], dense, LayerSettings(.softmax)), ["layer 2", "softmax", "leave it out"]),
            (
                problem([3, 4], LayerSettings(.residual([LayerSettings(.flatten)]))),
                ["layer 1", "residual", "[12]"]
            ),
            (
                problem([4], LayerSettings(.residual([dense, LayerSettings(.attention)]))),
                ["layer 1.2", "attention"]
            ),
            (
                problem([4, 2], LayerSettings(.gru(units: 3, returns: .last), activation: .relu)),
                ["layer 1", "gru", "leave activation out"]
            ),
            (problem([60_000], LayerSettings(.dense(units: 60_000))), ["parameters", "smaller"]),
        ]
        for (found, words) in cases {
            for word in words { #expect(found.contains(word), "\(found) should say \(word)") }
        }
        #expect(problem([], dense) == "none")
        let open = NetworkSettings(layers: [dense])
        #expect(open.problem(inputs: 30, outputs: 4) == nil)
        let image = NetworkSettings(
            inputShape: [1, 2, 3],
            layers: [LayerSettings(.flatten), dense]
        )
        #expect(image.problem(inputs: 6, outputs: 4) == nil)
        #expect(image.problem(inputs: 7, outputs: 4)?.contains("asks for 6") == true)
        #expect(open.problem(inputs: 4_000_000, outputs: 4)?.contains("parameters") == true)
    }
}
