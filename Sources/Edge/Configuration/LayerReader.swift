// SPDX-License-Identifier: Apache-2.0
//
// From one `[[layers]]` table to a layer. `keys` says which keys each kind takes; a key that
// belongs to another kind is a mistake, because it would do nothing.

import Learning
import Networks

/// Reads one layer.
struct LayerReader {
    /// The word for the kind, in the order of the manual.
    static let kinds = [
        "dense", "conv2d", "max_pool", "flatten", "dropout", "relu", "tanh", "sigmoid", "softmax",
        "rnn", "gru", "embedding", "position", "residual", "layer_norm", "attention",
    ]

    private static let keys: [String: (needed: [String], allowed: [String])] = [
        "dense": (["units"], ["activation", "init"]),
        "conv2d": (["filters", "kernel"], ["stride", "padding", "activation", "init"]),
        "max_pool": (["kernel"], ["stride"]),
        "dropout": (["share"], []),
        "rnn": (["units"], ["returns", "init"]),
        "gru": (["units"], ["returns", "init"]),
        "embedding": (["words", "vector"], []),
        "residual": (["layers"], ["activation"]),
        "attention": ([], ["init"]),
    ]

    private let values: ScopedValues
    private let line: Int
    private let inner: [LayerSettings]?

    init(_ values: ScopedValues, line: Int, inner: [LayerSettings]?) {
        self.values = values
        self.line = line
        self.inner = inner
    }

    /// The layer; nil when the table does not say one, which is a problem then.
    func settings(problems: inout ProblemList) -> LayerSettings? {
        guard values.isGiven("kind") else {
            let said = problems.problems.contains { $0.key == values.full("kind") }
            if !said {
                problems.add(
                    line,
                    values.prefix,
                    nil,
                    "it has no kind",
                    "add kind = one of " + LayerReader.kinds.joined(separator: ", ")
                )
            }
            return nil
        }
        let word = values.text("kind")
        let (needed, allowed) = LayerReader.keys[word] ?? ([], [])
        var isWhole = true
        for key in needed where !isGiven(key) {
            isWhole = false
            problems.add(
                line,
                values.prefix,
                nil,
                "a layer of kind \(word) needs \(key)",
                "add \(key) = \(key == "layers" ? "[...]" : "..."), see docs/networks.md"
            )
        }
        for key in SettingKey.keys(of: .layer).map(\.path)
        where key != "kind" && isGiven(key) && !needed.contains(key) && !allowed.contains(key) {
            isWhole = false
            let others = needed + allowed
            problems.add(
                values.line(key) ?? line,
                values.full(key),
                nil,
                "a layer of kind \(word) has no such key",
                others.isEmpty
                    ? "remove it" : "remove it; it takes \(others.joined(separator: ", "))"
            )
        }
        return isWhole ? layer(word) : nil
    }

    private func isGiven(_ key: String) -> Bool {
        key == "layers" ? inner != nil : values.isGiven(key)
    }

    private func layer(_ word: String) -> LayerSettings {
        LayerSettings(
            kind(word),
            activation: values.isGiven("activation") ? values.text("activation") : nil,
            initialisation: values.isGiven("init") ? values.text("init") : nil
        )
    }

    private func kind(_ word: String) -> LayerKind {
        func number(_ key: String, _ standard: Int = 0) -> Int {
            values.isGiven(key) ? values.integer(key) : standard
        }
        let returns: LayerKind.Returned =
            values.isGiven("returns") && values.text("returns") == "all" ? .all : .last
        switch word {
        case "dense": return .dense(units: number("units"))
        case "conv2d":
            return .conv2d(
                filters: number("filters"),
                kernel: number("kernel"),
                stride: number("stride", 1),
                padding: number("padding")
            )
        case "max_pool":
            return .maxPool(kernel: number("kernel"), stride: number("stride", number("kernel")))
        case "flatten": return .flatten
        case "dropout": return .dropout(share: Float(values.number("share")))
        case "softmax": return .softmax
        case "rnn": return .rnn(units: number("units"), returns: returns)
        case "gru": return .gru(units: number("units"), returns: returns)
        case "embedding": return .embedding(words: number("words"), width: number("vector"))
        case "position": return .position
        case "residual": return .residual(inner ?? [])
        case "layer_norm": return .layerNorm
        case "attention": return .attention
        default:
            guard let function = LayerKind.function(named: word) else {
                preconditionFailure("the catalogue has a kind of layer that is not read: \(word)")
            }
            return function
        }
    }
}
