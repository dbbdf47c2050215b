// SPDX-License-Identifier: Apache-2.0
//
// The registry: which versions were given, what they are, and what every consolidation came to. It
// is a SQLite file (STATE/registry.sqlite, WAL, synchronous=FULL), so that every change is on the
// disk when the call returns. A number is committed before its bytes exist and never given twice:
// rows are never deleted. One connection belongs to one thread; the outlet opens its own for
// reading.

package import Primitives

/// The versions and consolidations of all learners.
package final class Registry {
    let database: Database
    private let path: String

    /// The name of the file in the state directory.
    package static let fileName = "registry.sqlite"
    /// The schema that this learnd writes.
    package static let schemaVersion: Int64 = 1

    /// Opens the registry of the state directory `state`; a writer makes it when it is missing.
    ///
    /// - Throws: when it is damaged, or was written by a newer learnd.
    package init(state: String, readOnly: Bool = false) throws(StorageError) {
        path = FilePath.join(state, Registry.fileName)
        database = try Database(path: path, readOnly: readOnly)
        if readOnly {
            try requireKnownSchema(try schema())
        } else {
            try prepare()
            try SystemFileSystem().synchroniseDirectory(state)
        }
    }

    /// Gives the next number of `learner`, durably: higher than every one given before, and at
    /// least `minimum`.
    package func reserve(
        learner: Name,
        incarnation: Incarnation,
        created: Int64,
        minimum: UInt64 = 1
    ) throws(StorageError) -> UInt64 {
        try database.transaction { () throws(StorageError) -> UInt64 in
            let next = max(try highest(learner: learner) + 1, minimum)
            guard next < UInt64(Int64.max) else {
                throw StorageError(.query, path, .refused("\(next) is beyond the last number"))
            }
            try database.run(
                "INSERT INTO versions(learner, version, incarnation, created, status) "
                    + "VALUES(?, ?, ?, ?, 'reserved')",
                [
                    .text(learner.text), DatabaseValue(next), .text(incarnation.text),
                    .integer(created),
                ]
            )
            return next
        }
    }

    /// Records that the files of a reserved version are on the disk.
    ///
    /// - Throws: when the number was not reserved, or was completed before: a version is a fact.
    package func complete(
        learner: Name,
        version: UInt64,
        created: Int64,
        contents: VersionContents
    ) throws(StorageError) {
        let changed = try database.run(
            "UPDATE versions SET status = 'durable', created = ?, parent = ?, reason = ?, "
                + "format = ?, bytes = ?, state_bytes = ?, sha256 = ?, manifest = ?, "
                + "artifact_file = ?, state_file = ? "
                + "WHERE learner = ? AND version = ? AND status = 'reserved'",
            [
                .integer(created), DatabaseValue(contents.parent), .text(contents.reason),
                .text(contents.format), .integer(Int64(contents.bytes)),
                .integer(Int64(contents.stateBytes)), .text(contents.sha256),
                .text(contents.manifest), DatabaseValue(contents.artifactFile),
                DatabaseValue(contents.stateFile), .text(learner.text), DatabaseValue(version),
            ]
        )
        try requireOne(changed, learner, version, "is not reserved, so it cannot be completed")
    }

    /// Records that a durable version was published.
    package func markAnnounced(learner: Name, version: UInt64) throws(StorageError) {
        let changed = try database.run(
            "UPDATE versions SET status = 'announced' WHERE learner = ? AND version = ? "
                + "AND status IN ('durable', 'announced')",
            [.text(learner.text), DatabaseValue(version)]
        )
        try requireOne(changed, learner, version, "has no files, so it cannot be announced")
    }

    /// Keeps a version from the sweep until it is unpinned.
    ///
    /// - Throws: when its files are gone or it never had any.
    package func pin(learner: Name, version: UInt64) throws(StorageError) {
        try setFlag("pinned", to: true, learner, version)
    }

    /// Lets the sweep have a version again.
    package func unpin(learner: Name, version: UInt64) throws(StorageError) {
        try setFlag("pinned", to: false, learner, version)
    }

    /// Keeps a version from the sweep for the daemon's own reasons, or lets it go again; holds end
    /// with the daemon (`releaseHolds`).
    package func setRetention(
        learner: Name,
        version: UInt64,
        isHeld: Bool
    ) throws(StorageError) {
        try setFlag("held", to: isHeld, learner, version)
    }

    /// Ends all holds of an earlier daemon.
    package func releaseHolds() throws(StorageError) {
        try database.run("UPDATE versions SET held = 0 WHERE held = 1")
    }

    /// Records that a version's files go; they are named by the row until `forgetFiles`.
    func expire(learner: Name, version: UInt64) throws(StorageError) {
        try database.run(
            "UPDATE versions SET status = 'expired' WHERE learner = ? AND version = ?",
            [.text(learner.text), DatabaseValue(version)]
        )
    }

    /// Records that a version's files are gone.
    func forgetFiles(learner: Name, version: UInt64) throws(StorageError) {
        try database.run(
            "UPDATE versions SET artifact_file = NULL, state_file = NULL "
                + "WHERE learner = ? AND version = ? AND status = 'expired'",
            [.text(learner.text), DatabaseValue(version)]
        )
    }

    /// Copies the whole registry into a new file, as it is at one moment.
    func copy(to path: String) throws(StorageError) {
        try database.run("VACUUM INTO ?", [.text(path)])
    }

    /// Moves everything from the journal into the file itself, so that the file can be moved.
    func foldJournal() throws(StorageError) {
        _ = try database.rows("PRAGMA wal_checkpoint(TRUNCATE)")
        _ = try database.rows("PRAGMA journal_mode = DELETE")
    }

    private func setFlag(
        _ column: String,
        to isOn: Bool,
        _ learner: Name,
        _ version: UInt64
    ) throws(StorageError) {
        let changed = try database.run(
            "UPDATE versions SET \(column) = ? WHERE learner = ? AND version = ? "
                + "AND status IN ('durable', 'announced')",
            [.integer(isOn ? 1 : 0), .text(learner.text), DatabaseValue(version)]
        )
        try requireOne(changed, learner, version, "is not kept")
    }

    private func requireOne(
        _ changed: Int,
        _ learner: Name,
        _ version: UInt64,
        _ what: String
    ) throws(StorageError) {
        guard changed == 1 else {
            throw StorageError(
                .query,
                path,
                .refused("version \(version) of \(learner) \(what)"),
                remedy: "learnctl versions lists what is kept"
            )
        }
    }

    private func schema() throws(StorageError) -> Int64 {
        try database.rows("PRAGMA user_version").first?.first?.integer ?? 0
    }

    private func requireKnownSchema(_ version: Int64) throws(StorageError) {
        guard version == Registry.schemaVersion else {
            throw StorageError(
                .open,
                path,
                .refused("it has schema \(version), this learnd knows \(Registry.schemaVersion)"),
                remedy: "start the learnd that wrote it, or a newer one"
            )
        }
    }

    private func prepare() throws(StorageError) {
        _ = try database.rows("PRAGMA journal_mode = WAL")
        try database.run("PRAGMA synchronous = FULL")
        let known = try schema()
        if known != 0 {
            try requireKnownSchema(known)
            let verdict = try database.rows("PRAGMA quick_check(1)").first?.first?.text
            guard verdict == "ok" else {
                throw StorageError(.verify, path, .damaged(verdict ?? "it cannot be checked"))
            }
            return
        }
        try database.transaction { () throws(StorageError) in
            // Two processes may have come here at once; the second finds the first one's tables.
            if try schema() == Registry.schemaVersion { return }
            for statement in Registry.schemaStatements { try database.run(statement) }
            try database.run("PRAGMA user_version = \(Registry.schemaVersion)")
        }
    }

    private static let schemaStatements = [
        """
        CREATE TABLE versions(
          learner TEXT NOT NULL, version INTEGER NOT NULL CHECK(version > 0),
          incarnation TEXT NOT NULL,
          status TEXT NOT NULL CHECK(status IN ('reserved', 'durable', 'announced', 'expired')),
          created INTEGER NOT NULL, parent INTEGER, reason TEXT, format TEXT, bytes INTEGER,
          state_bytes INTEGER, sha256 TEXT, manifest TEXT,
          pinned INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
          artifact_file TEXT, state_file TEXT,
          PRIMARY KEY(learner, version)) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE consolidations(
          learner TEXT NOT NULL, id INTEGER NOT NULL, started INTEGER NOT NULL, ended INTEGER,
          "trigger" TEXT NOT NULL, challenger TEXT, verdict TEXT, reason TEXT, figures TEXT,
          PRIMARY KEY(learner, id)) STRICT, WITHOUT ROWID
        """,
    ]
}
