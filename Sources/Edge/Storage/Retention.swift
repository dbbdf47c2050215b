// SPDX-License-Identifier: Apache-2.0
//
// Which versions stay. In this order:
//
//   1. the newest of each learner, and each that is pinned or held, stays whatever else holds
//      (a pinned version stays until it is unpinned);
//   2. each that was consolidated or rolled back to stays for 30 days;
//   3. of the others, the last 20 of each learner stay, and for a week the last of each hour;
//   4. what stays has to fit into the quota: the hourly ones go first, then the last 20, then those
//      of rule 2; the oldest first each time. What rule 1 keeps may exceed the quota.

/// The rules by which versions are kept.
package struct Retention: Sendable, Equatable {
    /// How many routine versions of each learner stay.
    package var routineKept: Int
    /// How long one version an hour stays.
    package var hourlyKept: Duration
    /// How long a consolidated or rolled-back version stays.
    package var specialKept: Duration
    /// How many bytes all files may have.
    package var quotaBytes: Int

    /// Makes the rules; the defaults are those of the manual.
    package init(
        routineKept: Int = 20,
        hourlyKept: Duration = .seconds(7 * 86_400),
        specialKept: Duration = .seconds(30 * 86_400),
        quotaBytes: Int = 1 << 30
    ) {
        self.routineKept = routineKept
        self.hourlyKept = hourlyKept
        self.specialKept = specialKept
        self.quotaBytes = quotaBytes
    }

    /// What the rules say about a list of versions.
    package struct Decision: Sendable, Equatable {
        /// The versions that go, oldest first.
        package var expendable: [VersionRecord]
        /// The bytes of those that stay.
        package var keptBytes: Int
        /// Whether those that stay exceed the quota all the same.
        package var isOverQuota: Bool
    }

    private enum Rank: Int, Comparable {
        case nothing, hourly, routine, special, always

        static func < (left: Rank, right: Rank) -> Bool { left.rawValue < right.rawValue }
    }

    /// Decides about all versions of all learners that have files, at `now` (nanoseconds since
    /// 1970).
    package func decide(_ versions: [VersionRecord], now: Int64) -> Decision {
        let kept = versions.filter(\.isKept)
        let ranks = self.ranks(of: kept, now: now)
        // Worth least first; within one rank the oldest, and one learner after the other.
        let order = kept.indices.sorted { left, right in
            (ranks[left], kept[left].created, kept[left].learner, kept[left].version)
                < (ranks[right], kept[right].created, kept[right].learner, kept[right].version)
        }
        var bytes = kept.reduce(0) { $0 + $1.fileBytes }
        var expendable: [VersionRecord] = []
        for index in order {
            guard ranks[index] < .always else { break }
            guard ranks[index] == .nothing || bytes > quotaBytes else { break }
            bytes -= kept[index].fileBytes
            expendable.append(kept[index])
        }
        expendable.sort {
            ($0.created, $0.learner, $0.version) < ($1.created, $1.learner, $1.version)
        }
        return Decision(
            expendable: expendable,
            keptBytes: bytes,
            isOverQuota: bytes > quotaBytes
        )
    }

    private func ranks(of versions: [VersionRecord], now: Int64) -> [Rank] {
        var ranks = [Rank](repeating: .nothing, count: versions.count)
        let newestFirst = versions.indices.sorted {
            (versions[$1].learner, versions[$1].version)
                < (versions[$0].learner, versions[$0].version)
        }
        var routineSeen = 0
        var lastHour: Int64?
        for (place, index) in newestFirst.enumerated() {
            let version = versions[index]
            let isNewest = place == 0 || versions[newestFirst[place - 1]].learner != version.learner
            if isNewest {
                routineSeen = 0
                lastHour = nil
            }
            var rank = Rank.nothing
            let age = Duration.nanoseconds(max(0, now - version.created))
            if version.isSpecial {
                if age <= specialKept { rank = .special }
            } else {
                let hour = version.created / 3_600_000_000_000
                if age <= hourlyKept && hour != lastHour { rank = .hourly }
                lastHour = hour
                if routineSeen < routineKept { rank = .routine }
                routineSeen += 1
            }
            if isNewest || version.isPinned || version.isHeld { rank = .always }
            ranks[index] = rank
        }
        return ranks
    }
}

extension VersionRecord {
    /// Whether it came from a consolidation or a rollback.
    var isSpecial: Bool {
        ["consolidated", "recalled", "rollback"].contains(contents?.reason)
    }

    /// The bytes of its files.
    var fileBytes: Int { contents.map { $0.bytes + $0.stateBytes } ?? 0 }
}
