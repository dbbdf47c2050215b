// SPDX-License-Identifier: Apache-2.0
//
// Networks that cannot be are refused with the line of the layer, and those that can be are read as
// they stand.

import Kernels
import Networks
import Testing

@testable import Configuration

@Suite struct NetworkConfigurationTests {
    /// What is wrong with a learner `net`, each as `line key: problem; remedy`.
    private func problems(_ text: String) -> [String] {
        do throws(ConfigurationError) {
            _ = try Settings(parsing: Array(("[learner.net]\n" + text).utf8), file: "t.toml")
            return []
        } catch {
            return error.problems.map { "\($0.line ?? 0) \($0.key): \($0.problem); \($0.remedy)" }
        }
    }

    private static let layer = "\n[[learner.net.layers]]\n"

    @Test(
        "Each mistake has its line, its key and its remedy",
        arguments: [
            (
                "model = \"network\"", "2 learner.net.model: a network needs layers",
                "[[learner.net.layers]]"
            ),
            (
                "model = \"network\"" + layer + "units = 4",
                "3 learner.net.layers[1]: it has no kind", "dense, conv2d"
            ),
            (
                "model = \"network\"" + layer + "kind = \"densse\"",
                "4 learner.net.layers[1].kind: it is none of", "did you mean \"dense\"?"
            ),
            (
                "model = \"network\"" + layer + "kind = \"dense\"",
                "3 learner.net.layers[1]: a layer of kind dense needs units", "units"
            ),
            (
                "model = \"network\"" + layer + "kind = \"flatten\"\nunits = 3",
                "5 learner.net.layers[1].units: a layer of kind flatten has no such key",
                "remove it"
            ),
            (
                "model = \"network\"\ninput_shape = [1, 9, 9]" + layer
                    + "kind = \"conv2d\"\nfilters = 2\nkernel = 3" + layer
                    + "kind = \"dense\"\nunits = 4",
                "8 learner.net.layers[2]: it is dense", "put a flatten layer before it"
            ),
            (
                "model = \"network\"\ninput_shape = [8, 8]" + layer
                    + "kind = \"residual\"\nlayers = [{ kind = \"gru\", units = 4 }]",
                "4 learner.net.layers[1]: it is a residual block that makes [4] of [8, 8]",
                "shortcut"
            ),
            (
                "model = \"network\"\ninput_shape = [8]" + layer
                    + "kind = \"residual\"\nlayers = [\n{ kind = \"dense\", units = 8 },\n"
                    + "{ kind = \"attention\" }]",
                "8 learner.net.layers[1].layers[2]: it is attention", "input_shape"
            ),
            (
                "model = \"network\"" + layer + "kind = \"gru\"\nunits = 3",
                "3 learner.net.layers[1]: it is gru", "set input_shape"
            ),
            (
                "model = \"network\"\nwidth = 5\ninput_shape = [2, 3]" + layer
                    + "kind = \"flatten\"",
                "3 learner.net.width: input_shape [2, 3] has 6 numbers", "make the two equal"
            ),
            (
                "model = \"network\"\ninput_shape = [64, 65]" + layer + "kind = \"flatten\"",
                "3 learner.net.input_shape: it has 4160 numbers", "raise features_max"
            ),
            (
                "model = \"network\"\nwidth = 9" + layer + "kind = \"dense\"\nunits = 20000",
                "4 learner.net.layers: with 9 inputs and 1000 outputs", "classes_max"
            ),
            (
                "model = \"softmax\"" + layer + "kind = \"flatten\"",
                "3 learner.net.layers: layers are for networks alone", "set model = \"network\""
            ),
            (
                "replace.dead_after = 40", "2 learner.net.replace.dead_after: it is for networks",
                "remove it"
            ),
            (
                "model = \"network\"\nisolation = \"heads\"\nreplace.dead_after = 40" + layer
                    + "kind = \"dense\"\nunits = 4",
                "4 learner.net.replace.dead_after: units that heads share cannot be replaced",
                "isolation = \"experts\""
            ),
            (
                "step_rows = 3", "2 learner.net.step_rows: it is for networks alone", "remove it"
            ),
            (
                "model = \"network\"\nloss = \"logistic\"" + layer + "kind = \"dense\"\nunits = 4",
                "3 learner.net.loss: it does not fit model = \"network\"", "\"cross_entropy\""
            ),
        ]
    )
    func mistakes(text: String, start: String, remedy: String) {
        let found = problems(text)
        #expect(found.contains { $0.hasPrefix(start) && $0.contains(remedy) }, "\(found)")
    }

    @Test func layersAreReadAsTheyStand() throws {
        let text = """
            [learner.net]
            model = "network"
            task = "regression"
            input_shape = [1, 8, 8]
            step_rows = 16
            replace.rate = 1e-4

            [[learner.net.layers]]
            kind = "conv2d"
            filters = 4
            kernel = 3
            padding = 1
            activation = "relu"
            init = "glorot"

            [[learner.net.layers]]
            kind = "residual"
            layers = [{ kind = "layer_norm" }, { kind = "max_pool", kernel = 2 }]
            """
        let settings = try Settings(parsing: Array(text.utf8), file: "t.toml")
        let net = try #require(settings.learners.first)
        #expect(net.stepRows == 16)
        #expect(
            net.network
                == NetworkSettings(
                    inputShape: [1, 8, 8],
                    layers: [
                        LayerSettings(
                            .conv2d(filters: 4, kernel: 3, stride: 1, padding: 1),
                            activation: .relu,
                            initialisation: .glorot
                        ),
                        LayerSettings(
                            .residual([
                                LayerSettings(.layerNorm),
                                LayerSettings(.maxPool(kernel: 2, stride: 2)),
                            ])
                        ),
                    ],
                    replacement: ReplacementSettings(
                        rate: 1e-4,
                        maturity: 100,
                        deadAfter: 250
                    )
                )
        )
        let other = try Settings(
            parsing: Array(text.replacing("filters = 4", with: "filters = 5").utf8),
            file: "t.toml"
        )
        let changes = Settings.changes(from: settings, to: other)
        #expect(changes.map(\.key) == ["learner.net.layers"])
        #expect(changes.map(\.change) == [.newLearner])
    }

    @Test(arguments: [
        ("", 250), ("replace.dead_after = 40\n", 40), ("replace.dead_after = 0\n", 0),
        ("isolation = \"heads\"\n", 0), ("isolation = \"experts\"\n", 250),
        ("isolation = \"heads\"\nreplace.dead_after = 0\n", 0),
    ])
    func deadUnitsAreBegunAnewUnlessHeadsShareThem(keys: String, rows: Int) throws {
        let text = """
            [learner.net]
            model = "network"
            \(keys)
            [[learner.net.layers]]
            kind = "dense"
            units = 8
            activation = "relu"
            """
        let settings = try Settings(parsing: Array(text.utf8), file: "t.toml")
        #expect(settings.learners.first?.network?.replacement.deadAfter == rows)
    }
}
