// SPDX-License-Identifier: Apache-2.0
//
// What can be set about a pool. Nothing needs to be: the experts that are there without being named
// are those that did best together on streams of many kinds; docs/pool.md has the figures.

package import Primitives

/// How a pool is made up.
package struct PoolSettings: Sendable, Equatable {
    /// The kinds of experts by name; empty: the usual ones for what is predicted.
    package var experts: [String] = []
    /// How many labelled rows are remembered.
    package var rows = 5000
    /// What decides all that is drawn.
    package var seed: UInt64 = 1

    /// The usual experts for classes.
    package static let usualForClasses = [
        "linear_slow", "linear_fast", "quadratic", "arow_temporal", "arow_quadratic",
        "naive_bayes", "lda", "label_table", "mlp", "mlp_replay", "knn_200", "knn_1000",
        "leveraging_bagging", "forest", "forest_temporal",
    ]
    /// The usual experts for numbers.
    package static let usualForNumbers = [
        "nlms_slow", "nlms_fast", "rls", "rls_forgetting", "mlp", "mlp_replay", "wide_mlp",
        "wide_mlp_replay", "knn_numbers", "boosted_trees",
    ]

    /// Makes the defaults.
    package init() {}

    /// The kinds for what is predicted, in the order in which they stand in the pool.
    package func kinds(for shape: ExpertShape) -> [ExpertKind] {
        let usual =
            shape.isNumber ? PoolSettings.usualForNumbers : PoolSettings.usualForClasses
        let names = experts.isEmpty ? usual : experts
        let chosen = names.compactMap(ExpertKind.named).filter { $0.use.fits(shape) }
        // Somebody has to answer, whatever was named and however wide the rows have become.
        if chosen.contains(where: { $0.fits(shape) }) { return chosen }
        return usual.compactMap(ExpertKind.named)
    }

    /// What is wrong with the settings, if anything.
    package var complaint: String? {
        for name in experts where ExpertKind.named(name) == nil {
            let known = ExpertKind.all.map(\.name).joined(separator: ", ")
            return "there is no expert \"\(name)\"; there are \(known)"
        }
        if Set(experts).count < experts.count { return "an expert is named twice" }
        if experts.count > PoolSettings.expertsMost {
            return "there are \(experts.count) experts, but at most \(PoolSettings.expertsMost)"
        }
        if !(PoolSettings.rowsLeast...PoolSettings.rowsMost).contains(rows) {
            return "a pool remembers \(rows) rows, but must remember \(PoolSettings.rowsLeast) to "
                + "\(PoolSettings.rowsMost)"
        }
        return nil
    }

    /// The fewest rows that a pool remembers; experts that look back further see no more than there
    /// are.
    package static let rowsLeast = 100
    /// The most rows that a pool remembers.
    package static let rowsMost = 16_000
    /// The most experts of a pool.
    package static let expertsMost = 32
}

extension PoolSettings: ByteCodable {
    /// Appends the settings.
    package func encode(into writer: inout ByteWriter) {
        writer.write(UInt8(experts.count))
        for name in experts { writer.write(name) }
        writer.write(UInt32(rows))
        writer.write(seed)
    }

    /// Reads the settings.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        for _ in 0..<Int(try reader.read(UInt8.self)) { experts.append(try reader.readText()) }
        rows = Int(try reader.read(UInt32.self))
        seed = try reader.read()
        if let complaint { throw .invalid(complaint) }
    }
}
