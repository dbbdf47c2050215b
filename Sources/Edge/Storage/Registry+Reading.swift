// SPDX-License-Identifier: Apache-2.0
//
// What the registry answers, and the consolidations. A connection that was opened for reading can
// do all of this but `record`.

package import Primitives

extension Registry {
    /// The highest number ever given to `learner`, also to versions that came to nothing; 0 when
    /// none was.
    package func highest(learner: Name) throws(StorageError) -> UInt64 {
        let rows = try database.rows(
            "SELECT max(version) FROM versions WHERE learner = ?",
            [.text(learner.text)]
        )
        return UInt64(rows.first?.first?.integer ?? 0)
    }

    /// The highest number that a consolidation of `learner` ever had; 0 before the first.
    package func highestConsolidation(learner: Name) throws(StorageError) -> UInt64 {
        let rows = try database.rows(
            "SELECT max(id) FROM consolidations WHERE learner = ?",
            [.text(learner.text)]
        )
        return UInt64(rows.first?.first?.integer ?? 0)
    }

    /// The newest version whose files are there.
    package func newest(learner: Name) throws(StorageError) -> VersionRecord? {
        try versions(
            where: "learner = ? AND status IN ('durable', 'announced') "
                + "ORDER BY version DESC LIMIT 1",
            [.text(learner.text)]
        ).first
    }

    /// One version, whatever became of it.
    package func show(learner: Name, version: UInt64) throws(StorageError) -> VersionRecord? {
        guard version <= UInt64(Int64.max) else { return nil }
        return try versions(
            where: "learner = ? AND version = ?",
            [.text(learner.text), DatabaseValue(version)]
        ).first
    }

    /// The versions whose files are there, of one learner or of all, oldest first.
    package func list(learner: Name? = nil) throws(StorageError) -> [VersionRecord] {
        try versions(
            where: "(?1 IS NULL OR learner = ?1) AND status IN ('durable', 'announced') "
                + "ORDER BY learner, version",
            [DatabaseValue(learner?.text)]
        )
    }

    /// Every number ever given, of one learner or of all, oldest first.
    package func history(learner: Name? = nil) throws(StorageError) -> [VersionRecord] {
        try versions(
            where: "(?1 IS NULL OR learner = ?1) ORDER BY learner, version",
            [DatabaseValue(learner?.text)]
        )
    }

    /// The versions that are expired but whose files may still be there.
    func withFilesToRemove() throws(StorageError) -> [VersionRecord] {
        try versions(
            where: "status = 'expired' AND artifact_file IS NOT NULL ORDER BY learner, version",
            []
        )
    }

    /// The versions whose number is given but that were never completed.
    func reserved() throws(StorageError) -> [VersionRecord] {
        try versions(where: "status = 'reserved' ORDER BY learner, version", [])
    }

    /// Records a consolidation, in place of what was recorded under the same number.
    package func record(_ consolidation: ConsolidationRecord) throws(StorageError) {
        try database.run(
            "INSERT OR REPLACE INTO consolidations(learner, id, started, ended, \"trigger\", "
                + "challenger, verdict, reason, figures) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                .text(consolidation.learner.text), DatabaseValue(consolidation.id),
                .integer(consolidation.started),
                consolidation.ended.map { .integer($0) } ?? .null,
                .text(consolidation.trigger), DatabaseValue(consolidation.challenger),
                DatabaseValue(consolidation.verdict), DatabaseValue(consolidation.reason),
                DatabaseValue(consolidation.figures),
            ]
        )
    }

    /// The number that the next consolidation of `learner` should have.
    package func nextConsolidation(learner: Name) throws(StorageError) -> UInt64 {
        let rows = try database.rows(
            "SELECT max(id) FROM consolidations WHERE learner = ?",
            [.text(learner.text)]
        )
        return UInt64(rows.first?.first?.integer ?? 0) + 1
    }

    /// The last `limit` consolidations of one learner or of all, oldest first.
    package func consolidations(
        learner: Name? = nil,
        limit: Int = 1000
    ) throws(StorageError) -> [ConsolidationRecord] {
        let rows = try database.rows(
            "SELECT learner, id, started, ended, \"trigger\", challenger, verdict, reason, figures "
                + "FROM consolidations WHERE ?1 IS NULL OR learner = ?1 "
                + "ORDER BY started DESC, learner DESC, id DESC LIMIT ?2",
            [DatabaseValue(learner?.text), .integer(Int64(limit))]
        )
        return rows.reversed().compactMap { row in
            guard let learner = row[0].text.flatMap({ Name($0) }), let id = row[1].integer,
                let started = row[2].integer, let trigger = row[4].text
            else { return nil }
            return ConsolidationRecord(
                learner: learner,
                id: UInt64(id),
                started: started,
                ended: row[3].integer,
                trigger: trigger,
                challenger: row[5].text,
                verdict: row[6].text,
                reason: row[7].text,
                figures: row[8].text
            )
        }
    }

    private func versions(
        where condition: String,
        _ values: [DatabaseValue]
    ) throws(StorageError) -> [VersionRecord] {
        try database.rows(
            "SELECT learner, version, incarnation, status, created, pinned, held, parent, reason, "
                + "format, bytes, state_bytes, sha256, manifest, artifact_file, state_file "
                + "FROM versions WHERE " + condition,
            values
        ).compactMap(Registry.version)
    }

    private static func version(_ row: [DatabaseValue]) -> VersionRecord? {
        guard let learner = row[0].text.flatMap({ Name($0) }), let version = row[1].integer,
            let incarnation = row[2].text,
            let status = row[3].text.flatMap({ VersionRecord.Status(rawValue: $0) }),
            let created = row[4].integer
        else { return nil }
        var record = VersionRecord(
            learner: learner,
            version: UInt64(version),
            incarnation: incarnation,
            status: status,
            created: created,
            isPinned: row[5].integer == 1,
            isHeld: row[6].integer == 1
        )
        if let reason = row[8].text, let format = row[9].text, let bytes = row[10].integer,
            let stateBytes = row[11].integer, let sha256 = row[12].text, let manifest = row[13].text
        {
            record.contents = VersionContents(
                parent: row[7].integer.map { UInt64($0) },
                reason: reason,
                format: format,
                bytes: Int(bytes),
                stateBytes: Int(stateBytes),
                sha256: sha256,
                manifest: manifest,
                artifactFile: row[14].text,
                stateFile: row[15].text
            )
        }
        return record
    }
}
