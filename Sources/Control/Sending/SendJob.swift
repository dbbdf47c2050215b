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
        let settlement = Settlement(learner: name, producer: wish.producer, before: before)
        let (books, end) = try settlement.wait(for: Int64(sender.sent), &link, console)
        let seconds = Double(end - start) / 1e9
        let report = SendReport(
            sent: Int64(sender.sent),
            skipped: Int64(samples.skipped),
            seconds: seconds,
            books: books
        )
        console.clearProgress()
        if arguments.has(Command.json.name) {
            console.line(report.json.jsonText)
        } else {
            console.lines(report.lines)
        }
        guard books.arrived == report.sent else { throw report.failure }
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
        var bar = ProgressBar(console, "sent")
        while true {
            let count = try next(&samples, wish.batch, &body, sent: sender.sent)
            guard count > 0 else { return }
            if let rate = wish.rate {
                let due = start + Int64(Double(sender.sent) / rate * 1e9)
                let early = due - Clock.monotonicNanoseconds()
                if early >= 1_000_000 { Pause.wait(.nanoseconds(early)) }
            }
            try sender.send(body, samples: count)
            bar.show(samples.progress, samples: sender.sent)
        }
    }

    /// The next message; a mistake in the file also says how much of it is already on its way.
    private static func next(
        _ samples: inout some MessageSource & ~Copyable,
        _ batch: Int,
        _ body: inout [UInt8],
        sent: UInt64
    ) throws(Failure) -> Int {
        do throws(Failure) {
            return try samples.next(batch, into: &body)
        } catch {
            guard sent > 0 else { throw error }
            let before = "; \(Figures.grouped(Int64(sent))) samples before it were sent"
            throw Failure(error.code, error.message + before, remedy: error.remedy)
        }
    }
}
