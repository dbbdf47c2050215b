// SPDX-License-Identifier: Apache-2.0
//
// Which versions go, by the rules and under the quota, and that the sweep does just that.

import Foundation
import Primitives
import Testing

@testable import Storage

@Suite struct RetentionTests {
    private static let minute: Int64 = 60_000_000_000
    private static let hour = 60 * minute
    private static let day = 24 * hour
    private static let now = 1000 * day

    private static func version(
        _ number: UInt64,
        ageMinutes: Int,
        reason: String = "routine",
        bytes: Int = 90,
        learner: Name = .default
    ) -> VersionRecord {
        VersionRecord(
            learner: learner,
            version: number,
            incarnation: "",
            status: .announced,
            created: now - Int64(ageMinutes) * minute,
            contents: contents(reason: reason, bytes: bytes, number: number)
        )
    }

    private static func kept(
        _ versions: [VersionRecord],
        _ retention: Retention = Retention()
    ) -> [UInt64] {
        let gone = Set(retention.decide(versions, now: now).expendable.map(\.version))
        return versions.map(\.version).filter { !gone.contains($0) }
    }

    @Test func theLastTwentyRoutineVersionsStay() {
        // One a second within one hour, so that the rule of the hour keeps no more.
        let versions = (1...100).map { number in
            var version = Self.version(UInt64(number), ageMinutes: 30)
            version.created += Int64(number) * 1_000_000_000
            return version
        }
        #expect(Self.kept(versions) == Array(81...100))
        #expect(Self.kept(Array(versions.prefix(20))) == Array(1...20))
        #expect(Self.kept([]) == [])
    }

    @Test func oneAnHourStaysForAWeek() {
        // Every ten minutes for ten days, the newest last; ages end on the hour.
        let count = 10 * 24 * 6
        let versions = (1...count).map {
            Self.version(UInt64($0), ageMinutes: (count - $0) * 10 + 1)
        }
        let kept = Self.kept(versions)
        let old = kept.filter { $0 <= UInt64(count - 20) }
        let hours = old.map {
            (Self.now - Int64(count - Int($0)) * 10 * Self.minute - 1) / Self.hour
        }
        #expect(Set(hours).count == hours.count, "one an hour")
        #expect((164...168).contains(old.count), "a week has 168 hours, not \(old.count)")
        #expect(kept.suffix(20) == Array(UInt64(count - 19)...UInt64(count)))
    }

    @Test func consolidatedAndRolledBackVersionsStayForThirtyDays() {
        let day = 24 * 60
        let versions = [
            Self.version(1, ageMinutes: 31 * day, reason: "consolidated"),
            Self.version(2, ageMinutes: 29 * day, reason: "consolidated"),
            Self.version(3, ageMinutes: 29 * day, reason: "rollback"),
            Self.version(4, ageMinutes: 1, reason: "rollback"),
        ]
        #expect(Self.kept(versions) == [2, 3, 4])
    }

    @Test func pinnedHeldAndNewestVersionsStayForEver() {
        var versions = (1...5).map {
            Self.version(UInt64($0), ageMinutes: (100 - $0) * 24 * 60, bytes: 1 << 31)
        }
        versions[0].isPinned = true
        versions[2].isHeld = true
        let none = Retention(routineKept: 0)
        #expect(Self.kept(versions, none) == [1, 3, 5])
        let decision = none.decide(versions, now: Self.now)
        #expect(decision.isOverQuota)
        #expect(decision.keptBytes == 3 * ((1 << 31) + 10))
        let other = Self.version(9, ageMinutes: 90 * 24 * 60, learner: Name("a") ?? .default)
        #expect(Self.kept(versions + [other], none) == [1, 3, 5, 9])
    }

    @Test func theQuotaTakesTheLeastFirst() {
        // Each has 100 bytes: hourly ones 1-3, a consolidated one 4, routine ones 5-7.
        var versions = (1...3).map { Self.version(UInt64($0), ageMinutes: (10 - $0) * 60) }
        versions.append(Self.version(4, ageMinutes: 360, reason: "consolidated"))
        versions += (5...7).map { Self.version(UInt64($0), ageMinutes: 20 - $0) }
        func kept(_ quota: Int) -> [UInt64] {
            Self.kept(versions, Retention(routineKept: 3, quotaBytes: quota))
        }
        #expect(kept(700) == [1, 2, 3, 4, 5, 6, 7])
        #expect(kept(699) == [2, 3, 4, 5, 6, 7])
        #expect(kept(400) == [4, 5, 6, 7])
        #expect(kept(399) == [4, 6, 7])
        #expect(kept(200) == [4, 7])
        #expect(kept(150) == [7])
        #expect(kept(0) == [7])
        #expect(!Retention(quotaBytes: 700).decide(versions, now: Self.now).isOverQuota)
    }

    @Test func theDecisionDoesNotDependOnTheOrder() {
        var random = RandomSource(seed: 7)
        var versions = (1...300).map { number in
            Self.version(
                UInt64(number),
                ageMinutes: (300 - number) * 37,
                reason: number % 13 == 0 ? "consolidated" : "routine",
                bytes: number
            )
        }
        let retention = Retention(quotaBytes: 20_000)
        let expected = retention.decide(versions, now: Self.now)
        #expect(!expected.expendable.isEmpty && !expected.isOverQuota)
        for _ in 0..<10 {
            random.shuffle(&versions)
            #expect(retention.decide(versions, now: Self.now) == expected)
        }
    }

    @Test func versionsWithoutFilesAreNobodysBusiness() {
        var reserved = Self.version(1, ageMinutes: 10_000_000)
        reserved.status = .reserved
        var expired = reserved
        expired.status = .expired
        let decision = Retention().decide([reserved, expired], now: Self.now)
        #expect(decision == .init(expendable: [], keptBytes: 0, isOverQuota: false))
    }
}

@Suite struct VersionSweepTests {
    private static func publish(
        _ count: Int,
        _ registry: Registry,
        _ artifacts: ArtifactStore
    ) throws {
        let incarnation = Incarnation()
        for _ in 0..<count {
            let number = try registry.reserve(
                learner: .default,
                incarnation: incarnation,
                created: 0
            )
            let stored = try artifacts.store(
                learner: .default,
                version: number,
                artifact: [1, UInt8(number)],
                state: [2]
            )
            try registry.complete(
                learner: .default,
                version: number,
                created: Int64(number),
                contents: contents(number: number, sha256: stored.sha256)
            )
        }
    }

    private static func files(_ directory: TemporaryDirectory) throws -> [String] {
        try SystemFileSystem().names(in: directory.file("versions/default"))
    }

    @Test func filesGoAndRowsStay() throws {
        let directory = try TemporaryDirectory()
        let registry = try Registry(state: directory.path)
        let artifacts = ArtifactStore(state: directory.path)
        try Self.publish(25, registry, artifacts)
        try registry.pin(learner: .default, version: 2)
        let sweep = VersionSweep(registry: registry, artifacts: artifacts)
        let report = try sweep.run(Retention(), now: 0)
        #expect(report.removed.map(\.version) == [1, 3, 4, 5])
        #expect(try Self.files(directory).count == 2 * 21)
        #expect(try registry.list().map(\.version) == [2] + Array(6...25))
        #expect(try registry.history().count == 25)
        let gone = try registry.show(learner: .default, version: 3)
        #expect(gone?.status == .expired && gone?.contents?.artifactFile == nil)
        #expect(gone?.contents?.sha256.count == 64, "lineage stays")
        #expect(try sweep.run(Retention(), now: 0).removed.isEmpty)
        #expect(try registry.reserve(learner: .default, incarnation: .init(), created: 0) == 26)
    }

    @Test func recoveryPutsInOrderWhatACrashLeft() throws {
        let directory = try TemporaryDirectory()
        let registry = try Registry(state: directory.path)
        let artifacts = ArtifactStore(state: directory.path)
        try Self.publish(2, registry, artifacts)
        try registry.setRetention(learner: .default, version: 1, isHeld: true)
        // One crash after the files were written, one before, one in the middle of a sweep.
        let number = try registry.reserve(learner: .default, incarnation: .init(), created: 0)
        _ = try artifacts.store(learner: .default, version: number, artifact: [1], state: [2])
        _ = try registry.reserve(learner: .default, incarnation: .init(), created: 0)
        try registry.expire(learner: .default, version: 1)
        let abandoned = try VersionSweep(registry: registry, artifacts: artifacts).recover()
        #expect(abandoned.map(\.version) == [3, 4])
        #expect(try Self.files(directory) == ["2.safetensors", "2.state"])
        #expect(try registry.list().map(\.version) == [2])
        #expect(try registry.reserve(learner: .default, incarnation: .init(), created: 0) == 5)
    }
}
