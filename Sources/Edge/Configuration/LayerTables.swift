// SPDX-License-Identifier: Apache-2.0
//
// The layers of a network: `[[learner.NAME.layers]]`, once for each, in order. A residual block has
// layers of its own. Each table is read by the catalogue like any other; then its keys must be
// those of its kind, and the network must be possible as a whole. What is wrong is said with the
// line of its layer.

import Learning
import Networks
import Primitives

/// The layers of one learner, with the lines on which they stand.
struct LayerTables {
    /// One layer, and those inside of it.
    private struct Entry {
        let line: Int
        let prefix: String
        let settings: LayerSettings
        let inner: [Entry]
    }

    private var entries: [Entry] = []
    /// The line of the first.
    private(set) var line: Int?

    /// The layers as settings.
    var layers: [LayerSettings] { entries.map(\.settings) }

    /// Reads the member `layers` of a learner's table; without it there are none.
    init(
        _ members: [ConfigurationNode.Member],
        prefix: String,
        problems: inout ProblemList
    ) {
        guard let member = members.first(where: { $0.key == "layers" }) else { return }
        line = member.node.line
        entries = LayerTables.read(member.node, prefix + ".layers", depth: 0, &problems)
    }

    /// Adds why the network is impossible, at the line of the layer that makes it so.
    func check(_ problem: LayerProblem, of values: ScopedValues, _ problems: inout ProblemList) {
        var entry: Entry?
        var list = entries
        for number in problem.path where list.indices.contains(number) {
            entry = list[number]
            list = list[number].inner
        }
        let parts = problem.text.split(separator: "; ", maxSplits: 1).map(String.init)
        let remedy = parts.count > 1 ? parts[1] : "change it"
        let isShape = entry == nil && parts[0].hasPrefix("input_shape")
        problems.add(
            entry?.line ?? (isShape ? values.line("input_shape") : nil) ?? line,
            entry?.prefix ?? values.full(isShape ? "input_shape" : "layers"),
            nil,
            entry == nil ? parts[0] : "it " + parts[0],
            remedy
        )
    }

    /// All layers as one value, for the comparison of two configurations.
    func effective(of values: ScopedValues) -> EffectiveValue {
        EffectiveValue(
            key: values.full("layers"),
            value: layers.isEmpty ? "none" : JSONValue.array(layers.map(\.json)).jsonText,
            change: .newLearner
        )
    }

    private static func read(
        _ node: ConfigurationNode,
        _ prefix: String,
        depth: Int,
        _ problems: inout ProblemList
    ) -> [Entry] {
        guard case .list(let items) = node.value else {
            problems.add(
                node.line,
                prefix,
                node.text,
                "it is not a list of tables",
                "write [[\(prefix)]] with two brackets, once for each layer"
            )
            return []
        }
        guard (1...NetworkLimits.layers).contains(items.count), depth < NetworkLimits.depth + 1
        else {
            problems.add(
                node.line,
                prefix,
                nil,
                "it lists \(items.count) layers in \(depth) blocks, but there may be 1 to "
                    + "\(NetworkLimits.layers), in at most \(NetworkLimits.depth)",
                "take some away"
            )
            return []
        }
        return items.enumerated().compactMap { number, item in
            entry(item, "\(prefix)[\(number + 1)]", depth: depth, &problems)
        }
    }

    private static func entry(
        _ item: ConfigurationNode,
        _ prefix: String,
        depth: Int,
        _ problems: inout ProblemList
    ) -> Entry? {
        guard let members = item.members else {
            problems.add(
                item.line,
                prefix,
                item.text,
                "it is not a table",
                "write { kind = \"dense\", units = 64 }"
            )
            return nil
        }
        let values = ScopedValues(
            .layer,
            prefix: prefix,
            members: members,
            skipping: ["layers"],
            problems: &problems
        )
        let inner = members.first { $0.key == "layers" }
            .map { read($0.node, prefix + ".layers", depth: depth + 1, &problems) }
        let reader = LayerReader(values, line: item.line, inner: inner?.map(\.settings))
        guard let settings = reader.settings(problems: &problems) else { return nil }
        return Entry(line: item.line, prefix: prefix, settings: settings, inner: inner ?? [])
    }
}
