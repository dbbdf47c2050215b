// SPDX-License-Identifier: Apache-2.0
//
// One run of `send`:
//
//   1. ask for the daemon's status: where to send, and the producer's books before;
//   2. open the socket, wait for the subscription, send message after message;
//   3. read the books every 50 ms until they have all samples, or have not moved for 10 s;
//   4. print what was sent beside what became of it.

import Linux
import Primitives

/// Sends all samples of a source.
enum SendJob {
    /// How often the books are read at the end.
    private static let pollInterval: Duration = .milliseconds(50)
    /// How long the books may stand still.
    private static let patience: Duration = .seconds(10)
    /// How long samples may wait for the vote.
    private static let voteTime: Duration = .seconds(4)

    /// Sends them and reports.
    static func run(
        _ samples: consuming some MessageSource & ~Copyable,
        _ wish: SendWish,
        _ arguments: Arguments,
        _ console: Console
    ) throws(Failure) -> ExitCode {
        var link = try DaemonLink.open(arguments)
        let status = try Status.ask(&link)
        let learner = try status.learner(try arguments.name(Command.learner.name))
        guard let name = learner["learner"]?.text.flatMap({ Name($0) }) else {
            throw Failure(.failed, "the daemon's status names no learner")
        }
        let before = Books(of: wish.producer, in: learner)
        var endpoint = status.sampleEndpoints.first
        if let text = wish.endpoint { endpoint = SampleEndpoint(address: text, isPull: false) }
        guard let endpoint else {
            throw Failure(.failed, "the daemon says nowhere to send samples to")
        }
        var sender = try SampleSender(
            endpoint,
            learner: name,
            producer: wish.producer,
            context: link.context
        )
        let start = Clock.monotonicNanoseconds()
        try pump(&samples, wish, &sender, console)
        let seconds = Double(Clock.monotonicNanoseconds() - start) / 1e9
        let books = try settle(
            &link,
            name,
            wish.producer,
            before,
            sent: Int64(sender.sent),
            console
        )
        let report = SendReport(
            sent: Int64(sender.sent),
            skipped: Int64(samples.skipped),
            seconds: seconds,
            books: books
        )
        console.progress("")
        if arguments.has(Command.json.name) {
            console.line(report.json.jsonText)
        } else {
            console.lines(report.lines)
        }
        guard books.received == report.sent else { throw report.failure }
        return .done
    }

    private static func pump(
        _ samples: inout some MessageSource & ~Copyable,
        _ wish: SendWish,
        _ sender: inout SampleSender,
        _ console: Console
    ) throws(Failure) {
        var body: [UInt8] = []
        let start = Clock.monotonicNanoseconds()
        var nextReport = start
        while true {
            let count = try samples.next(wish.batch, into: &body)
            guard count > 0 else { return }
            if let rate = wish.rate {
                let due = start + Int64(Double(sender.sent) / rate * 1e9)
                let early = due - Clock.monotonicNanoseconds()
                if early >= 1_000_000 { sender.wait(.nanoseconds(early)) }
            }
            try sender.send(body, samples: count)
            guard console.showsProgress, Clock.monotonicNanoseconds() >= nextReport else {
                continue
            }
            let now = Clock.monotonicNanoseconds()
            nextReport = now + 200_000_000
            console.progress(bar(samples.progress, sent: sender.sent, nanoseconds: now - start))
        }
    }

    private static func bar(_ share: Double?, sent: UInt64, nanoseconds: Int64) -> String {
        let rate = Double(sent) / max(1e-9, Double(nanoseconds) / 1e9)
        let figures = "\(Figures.grouped(Int64(sent))) sent, \(Figures.fixed(rate, digits: 0))/s"
        guard let share else { return figures }
        let full = Int(max(0, min(1, share)) * 30)
        let bar = String(repeating: "#", count: full) + String(repeating: ".", count: 30 - full)
        return "[\(bar)] \(Figures.percent(share))  \(figures)"
    }

    /// Reads the books until all is accounted for.
    private static func settle(
        _ link: inout DaemonLink,
        _ learner: Name,
        _ producer: String,
        _ before: Books,
        sent: Int64,
        _ console: Console
    ) throws(Failure) -> Books {
        var last = Books()
        var moved = Clock.monotonicNanoseconds()
        var whole: Int64?
        while true {
            let json = try Status.ask(&link).learner(learner)
            let books = Books(of: producer, in: json).since(before)
            let now = Clock.monotonicNanoseconds()
            if books.received >= sent {
                // The last samples may wait for the vote, which has its own time.
                let since = whole ?? now
                whole = since
                if books.waiting <= 0 || now - since > voteTime.wholeNanoseconds { return books }
            }
            if books != last { moved = now }
            last = books
            if now - moved > patience.wholeNanoseconds { return books }
            console.progress(
                "\(Figures.grouped(books.received)) of \(Figures.grouped(sent)) received"
            )
            Pause.wait(pollInterval)
        }
    }
}

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
        table.add(["gaps", Figures.grouped(books.gaps)])
        var lines = table.lines()
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
            "gaps": .int(books.gaps),
            "seconds": .number(seconds),
            "rate": .number(rate),
        ]
    }

    /// Why it is not done.
    var failure: Failure {
        let difference = sent - books.received
        return Failure(
            .failed,
            difference > 0
                ? "\(Figures.grouped(difference)) of \(Figures.grouped(sent)) samples did not "
                    + "arrive within 10 s"
                : "the daemon counts \(Figures.grouped(-difference)) samples more than were sent",
            remedy: difference > 0
                ? "did the daemon end? see learnctl status"
                : "does somebody else send as this producer? see --producer"
        )
    }
}
