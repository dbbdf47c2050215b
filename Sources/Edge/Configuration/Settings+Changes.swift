// SPDX-License-Identifier: Apache-2.0
//
// What a reload would change. It is done as a whole or not at all: one key that cannot change while
// the daemon runs refuses all of them, by name.

extension Settings {
    /// One difference between two configurations.
    package struct Change: Sendable, Equatable, CustomStringConvertible {
        /// The key with its tables; a learner or socket that comes or goes is named by its table.
        package let key: String
        /// The value before, as TOML; nil when the table is new.
        package let old: String?
        /// The value after, as TOML; nil when the table is gone.
        package let new: String?
        /// What it takes for the change to be used.
        package let change: ChangeClass

        /// The key with both values and, unless it is live, what it takes.
        package var description: String {
            let text = "\(key): \(old ?? "absent") -> \(new ?? "absent")"
            switch change {
            case .live: return text
            case .restart: return text + " (takes a restart)"
            case .newLearner: return text + " (takes a new learner: learnctl reset)"
            }
        }
    }

    /// The differences, in the order of the manual.
    package static func changes(from old: Settings, to new: Settings) -> [Change] {
        let (oldTables, newTables) = (tables(old), tables(new))
        var changes: [Change] = []
        for table in oldTables where !newTables.contains(table) {
            changes.append(Change(key: table, old: "present", new: nil, change: .restart))
        }
        for table in newTables where !oldTables.contains(table) {
            changes.append(Change(key: table, old: nil, new: "present", change: .restart))
        }
        let before = Dictionary(old.effective.map { ($0.key, $0.value) }) { first, _ in first }
        for value in new.effective {
            guard let earlier = before[value.key], earlier != value.value else { continue }
            changes.append(
                Change(key: value.key, old: earlier, new: value.value, change: value.change)
            )
        }
        return changes
    }

    /// Why a running daemon cannot take `new` in place of `old`; nil when it can.
    package static func reloadRefusal(from old: Settings, to new: Settings) -> String? {
        let blocked = changes(from: old, to: new).filter { $0.change != .live }
        guard !blocked.isEmpty else { return nil }
        return "the reload is refused whole, nothing has changed: "
            + blocked.map(\.description).joined(separator: "; ")
            + "; put these back and reload, or restart learnd"
    }

    private static func tables(_ settings: Settings) -> [String] {
        settings.samples.indices.map { "samples[\($0 + 1)]" }
            + settings.learners.map { "learner.\($0.name)" }
    }
}
