// SPDX-License-Identifier: Apache-2.0
//
// The end of `send`: what was sent stands beside what the daemon's books say of it.

import Primitives

/// What was sent beside what became of it.
struct SendReport {
    var sent: Int64
    var skipped: Int64
    var seconds: Double
    var books: Books

    private var rate: Double { Double(sent) / max(seconds, 1e-9) }

    /// For people.
    var lines: [String] {
        var table = TextTable(sides: [.left, .right, .left])
        let rate = Figures.fixed(rate, digits: 0)
        table.add([
            "sent", Figures.grouped(sent), "in \(Figures.time(seconds: seconds)), \(rate) a second",
        ])
        if skipped > 0 {
            table.add(["skipped", Figures.grouped(skipped), "lines that are no records"])
        }
        table.add(["received", Figures.grouped(books.received)])
        let parts = [
            ("trained", books.trained), ("holdout", books.holdout), ("scored", books.scored),
        ]
        let words = parts.map { "\($0.0) \(Figures.grouped($0.1))" }.joined(separator: ", ")
        table.add(["learned", Figures.grouped(books.learned), words])
        table.add(["waiting", Figures.grouped(books.waiting)])
        let reasons = books.refused.map { "\($0.reason) \(Figures.grouped($0.count))" }
        table.add([
            "refused", Figures.grouped(books.refusedTotal), reasons.joined(separator: ", "),
        ])
        if books.labels > 0 {
            table.add(["late labels", Figures.grouped(books.labels), "counted apart"])
        }
        table.add(["gaps", Figures.grouped(books.gaps)])
        var lines = table.lines()
        if books.refusedTotal > 0 {
            lines.append("learnctl watch shows an example of each refusal as it happens")
        }
        if books.refused.contains(where: { $0.reason == "duplicate" }) {
            lines.append("duplicates: does somebody else send as this producer? see --producer")
        }
        return lines
    }

    /// For programs.
    var json: JSONValue {
        [
            "sent": .int(sent),
            "skipped": .int(skipped),
            "received": .int(books.received),
            "learned": [
                "trained": .int(books.trained), "holdout": .int(books.holdout),
                "scored": .int(books.scored),
            ],
            "waiting": .int(books.waiting),
            "refused": .object(books.refused.map { .init($0.reason, .int($0.count)) }),
            "labels": .int(books.labels),
            "gaps": .int(books.gaps),
            "seconds": .number(seconds),
            "rate": .number(rate),
        ]
    }

    /// Why it is not done.
    var failure: Failure {
        let difference = sent - books.arrived
        return Failure(
            .failed,
            difference > 0
                ? "\(Figures.grouped(difference)) of \(Figures.grouped(sent)) samples did not "
                    + "arrive"
                : "the daemon counts \(Figures.grouped(-difference)) samples more than were sent",
            remedy: difference > 0
                ? "did the daemon end? see learnctl status"
                : "does somebody else send as this producer? see --producer"
        )
    }
}
