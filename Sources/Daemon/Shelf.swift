// SPDX-License-Identifier: Apache-2.0
//
// The kept versions as the outlet reads them: its own read-only connection to the registry, and the
// artifact files, verified against their hash.

import Decoding
import Linux
import Primitives
import Storage
import Telemetry
import Versions
import ZeroMQ

/// Versions on disk, for reading.
struct Shelf {
    private let house: House
    private let registry: Registry
    private let artifacts: ArtifactStore

    /// Requests that are answered before the rest of the outlet's loop has its turn.
    private static let messagesPerTurn = 16

    init(house: House) throws(StorageError) {
        self.house = house
        registry = try Registry(state: house.directories.state, readOnly: true)
        artifacts = ArtifactStore(state: house.directories.state)
    }

    /// The newest version of each learner that has one.
    func newestVersions() -> [PublishedVersion] {
        var found: [PublishedVersion] = []
        for port in house.ports {
            do {
                guard let record = try registry.newest(learner: port.name) else { continue }
                let (manifest, artifact) = try read(record)
                found.append(
                    PublishedVersion(learner: port.index, manifest: manifest, artifact: artifact)
                )
            } catch {
                house.log.write(
                    .error,
                    "the newest version of \(port.name) cannot be read, so nobody gets it until "
                        + "there is a newer one: \(error)",
                    [("LEARNER", port.name.text)]
                )
            }
        }
        return found
    }

    /// The record of a version; of the newest without a number.
    func record(_ learner: Name, _ version: UInt64?) throws(ControlError) -> VersionRecord {
        let record: VersionRecord?
        do throws(StorageError) {
            record =
                if let version {
                    try registry.show(learner: learner, version: version)
                } else {
                    try registry.newest(learner: learner)
                }
        } catch {
            throw ControlError("\(error)", remedy: error.remedy)
        }
        guard let record, record.isKept else {
            throw ControlError(
                version.map { "version \($0) of \(learner) is not kept" }
                    ?? "\(learner) has no version yet",
                remedy: version == nil
                    ? "the first version comes after 1,000 learned samples"
                    : "learnctl versions lists what is kept"
            )
        }
        return record
    }

    /// The manifest and the artifact of a record.
    func contents(of record: VersionRecord) throws(ControlError) -> (JSONValue, [UInt8]) {
        do {
            return try read(record)
        } catch let error as StorageError {
            throw ControlError("\(error)", remedy: error.remedy)
        } catch {
            throw ControlError("\(error)", remedy: "restore a backup")
        }
    }

    /// The kept state of a record.
    func state(of record: VersionRecord) throws(ControlError) -> [UInt8] {
        do throws(StorageError) {
            return try artifacts.state(learner: record.learner, version: record.version)
        } catch {
            throw ControlError("\(error)", remedy: error.remedy)
        }
    }

    /// Every version that is kept, newest first.
    func versions(of learner: Name) throws(ControlError) -> [VersionRecord] {
        do throws(StorageError) {
            return try registry.list(learner: learner)
        } catch {
            throw ControlError("\(error)", remedy: error.remedy)
        }
    }

    /// The consolidations, newest first.
    func consolidations(
        of learner: Name,
        limit: Int
    ) throws(ControlError) -> [ConsolidationRecord] {
        do throws(StorageError) {
            return try registry.consolidations(learner: learner, limit: limit)
        } catch {
            throw ControlError("\(error)", remedy: error.remedy)
        }
    }

    private func read(_ record: VersionRecord) throws -> (JSONValue, [UInt8]) {
        let manifest = try parseJSON(Array((record.contents?.manifest ?? "null").utf8))
        let artifact = try artifacts.artifact(
            learner: record.learner,
            version: record.version,
            sha256: record.contents?.sha256 ?? ""
        )
        return (manifest, artifact)
    }

    /// Answers the requests that wait on the snapshot socket.
    func answer(on socket: borrowing Socket) throws(ZeroMQError) {
        for _ in 0..<Shelf.messagesPerTurn {
            guard let frames = try socket.receiveFrames(dontWait: true) else { return }
            guard let request = frames.last, frames.count >= 2 else { continue }
            let route = Array(frames.dropLast())
            do throws(ControlError) {
                let record = try self.wanted(by: request)
                let (manifest, artifact) = try contents(of: record)
                _ = try? socket.send(
                    frames: route + [manifest.jsonBytes, artifact],
                    dontWait: true
                )
            } catch {
                _ = try? socket.send(frames: route + [error.json.jsonBytes], dontWait: true)
            }
        }
    }

    private func wanted(by request: [UInt8]) throws(ControlError) -> VersionRecord {
        guard let json = try? parseJSON(request) else {
            throw ControlError("the request is not JSON", remedy: "send {\"learner\": \"default\"}")
        }
        let learner = try house.learner(named: json["learner"]?.text)
        return try record(house.ports[learner].name, try json.versionNumber())
    }
}
