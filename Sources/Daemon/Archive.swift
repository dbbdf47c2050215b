// SPDX-License-Identifier: Apache-2.0
//
// What the archivist does on its thread. The order of a version's birth: number committed, files on
// the disk, registry row complete, announced. A crash between any two leaves a number that is never
// given again, and at most files that nobody heard of.

import Configuration
import Consolidation
import Engine
import Linux
import Primitives
import Storage
import Telemetry
import Versions

/// The disk as the archivist uses it.
final class Archive {
    private let house: House
    private let registry: Registry
    private let artifacts: ArtifactStore
    private var checkpoints: CheckpointStore
    private var consolidationStarts: [String: Int64] = [:]
    private var isOverQuota = false

    init(house: House, registry: Registry, artifacts: ArtifactStore, checkpoints: CheckpointStore) {
        self.house = house
        self.registry = registry
        self.artifacts = artifacts
        self.checkpoints = checkpoints
    }

    /// Does what was asked for; what fails is told and, when the disk can't be trusted, ends the
    /// daemon.
    func fulfil(_ request: Archivist.Request) {
        do throws(StorageError) {
            switch request {
            case .version(let draft, let learner, let seconds):
                try keep(draft, learner: learner, seconds: seconds)
            case .checkpoint(let engine, let learner):
                try keep(engine, learner: learner)
            case .consolidation(let news, let learner):
                try record(news, learner: learner)
            case .pin(let version, let learner, let isPinned, let request):
                try pin(version, learner: learner, isPinned: isPinned, request: request)
            case .backup(let request):
                try backup(request: request)
            }
        } catch {
            fail(request, error)
        }
    }

    private func keep(
        _ draft: VersionDraft,
        learner: Int,
        seconds: Double
    ) throws(StorageError) {
        let port = house.ports[learner]
        let number = draft.state.number
        let created = Clock.wallNanoseconds()
        let given = try registry.reserve(
            learner: port.name,
            incarnation: house.incarnation,
            created: created,
            minimum: number
        )
        guard given == number else {
            throw StorageError(
                .query,
                "registry",
                .refused("version \(number) of \(port.name) exists; the next is \(given)"),
                remedy: "restart learnd: it continues after the registry's numbers"
            )
        }
        let version = try makeDurable(draft, learner: learner, created: created, seconds: seconds)
        port.post(.stored(version: number, isDurable: true))
        house.outlet.post(.version(version))
        house.log.write(
            .info,
            "version published",
            [
                ("LEARNER", port.name.text), ("VERSION", String(number)),
                ("REASON", draft.reason.name),
                ("SHA256", version.manifest["sha256"]?.text ?? ""),
            ]
        )
        tidy(after: number, of: port.name, at: created)
    }

    /// What follows when a version is out; it is a fact already, so what fails here is told, and
    /// does not make it one that could not be stored.
    private func tidy(after version: UInt64, of learner: Name, at now: Int64) {
        do throws(StorageError) {
            try registry.markAnnounced(learner: learner, version: version)
            try sweep(at: now)
        } catch {
            tell(error)
        }
    }

    /// Writes the files of a version whose number is reserved, and completes its row.
    private func makeDurable(
        _ draft: VersionDraft,
        learner: Int,
        created: Int64,
        seconds: Double
    ) throws(StorageError) -> PublishedVersion {
        let port = house.ports[learner]
        let number = draft.state.number
        let identity = Identity(incarnation: house.incarnation.text, learner: port.name)
        let artifact = Artifact.encode(draft, identity: identity)
        let state = draft.state.encoded()
        let stored = try artifacts.store(
            learner: port.name,
            version: number,
            artifact: artifact,
            state: state
        )
        let manifest = Manifest.json(
            draft,
            identity: identity,
            facts: .init(
                created: Clock.rfc3339(wallNanoseconds: created),
                bytes: artifact.count,
                sha256: stored.sha256,
                trainSeconds: seconds
            )
        )
        try registry.complete(
            learner: port.name,
            version: number,
            created: created,
            contents: VersionContents(
                parent: draft.parent,
                reason: draft.reason.name,
                format: Artifact.format,
                bytes: artifact.count,
                stateBytes: state.count,
                sha256: stored.sha256,
                manifest: manifest.jsonText,
                artifactFile: stored.artifactFile,
                stateFile: stored.stateFile
            )
        )
        return PublishedVersion(learner: learner, manifest: manifest, artifact: artifact)
    }

    /// Removes the versions that need not be kept any longer.
    private func sweep(at now: Int64) throws(StorageError) {
        let sweep = VersionSweep(registry: registry, artifacts: artifacts)
        let retention = Retention(quotaBytes: house.settings.stateQuotaBytes)
        let wasOverQuota = isOverQuota
        isOverQuota = try sweep.run(retention, now: now).isOverQuota
        if isOverQuota, !wasOverQuota {
            house.log.write(
                .warning,
                "the kept versions are over state.quota: unpin some, or raise it"
            )
        }
    }

    private func keep(_ engine: LearnerEngine, learner: Int) throws(StorageError) {
        let began = Clock.monotonicNanoseconds()
        try checkpoints.save(engine.encoded(), learner: house.ports[learner].name)
        let seconds = Double(Clock.monotonicNanoseconds() - began) / 1e9
        house.log.write(
            .debug,
            "checkpoint kept",
            [
                ("LEARNER", house.ports[learner].name.text),
                ("RECEIVED", String(engine.accounts.total.received)),
                ("SECONDS", String(seconds)),
            ]
        )
    }

    private func record(_ news: ConsolidationNews, learner: Int) throws(StorageError) {
        let name = house.ports[learner].name
        let key = "\(name)/\(news.id)"
        let now = Clock.wallNanoseconds()
        let started = consolidationStarts[key] ?? now
        consolidationStarts[key] = news.verdict == nil ? now : nil
        try registry.record(
            ConsolidationRecord(
                learner: name,
                id: news.id,
                started: started,
                ended: news.verdict == nil ? nil : now,
                trigger: news.trigger.name,
                challenger: news.winner?.name,
                verdict: news.verdict?.rawValue,
                reason: news.reason,
                figures: JSONValue.object(news.fields).jsonText
            )
        )
    }

    private func pin(
        _ version: UInt64,
        learner: Int,
        isPinned: Bool,
        request: UInt64
    ) throws(StorageError) {
        let name = house.ports[learner].name
        if isPinned {
            try registry.pin(learner: name, version: version)
        } else {
            try registry.unpin(learner: name, version: version)
        }
        let what = isPinned ? "pinned" : "no longer pinned"
        house.outlet.post(
            .answer(request: request, part: 0, ["ok": .string("version \(version) is \(what)")])
        )
    }

    private func backup(request: UInt64) throws(StorageError) {
        let file = house.directories.state + "/backup.tar"
        let disk = SystemFileSystem()
        _ = try Backup.write(
            state: house.directories.state,
            to: file,
            created: Clock.wallNanoseconds()
        )
        defer { _ = try? disk.remove(file) }
        house.outlet.post(.backup(request: request, try disk.contents(of: file) ?? []))
    }

    /// Writes the error to the log; one after which the disk can't be trusted ends the daemon.
    private func tell(_ error: StorageError) {
        house.log.write(
            .error,
            "\(error); \(error.remedy)",
            [("OPERATION", error.operation.rawValue), ("PATH", error.path)]
        )
        if error.isFinal { house.stop(because: .storageFailed) }
    }

    private func fail(_ request: Archivist.Request, _ error: StorageError) {
        tell(error)
        switch request {
        case .version(let draft, let learner, _):
            house.ports[learner].post(.stored(version: draft.state.number, isDurable: false))
        case .pin(_, _, _, let request), .backup(let request):
            house.outlet.post(
                .answer(
                    request: request,
                    part: 0,
                    [
                        "error": [
                            "message": .string("\(error)"), "remedy": .string(error.remedy),
                        ]
                    ]
                )
            )
        case .checkpoint, .consolidation:
            break
        }
    }
}
