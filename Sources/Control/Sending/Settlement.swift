// SPDX-License-Identifier: Apache-2.0
//
// Waiting until the daemon's books have every sample of a producer. A daemon that is restarted
// meanwhile may answer late or not at all for a moment: as long as the books move, it is waited
// for.

import Linux
import Primitives

/// Compares a producer's books with what was sent.
struct Settlement {
    let learner: Name
    let producer: String
    /// The books before the first sample was sent.
    let before: Books

    /// How often the books are read.
    private static let interval: Duration = .milliseconds(50)
    /// How long they may stand still.
    private static let patience: Duration = .seconds(10)
    /// The same, when all that is missing is known to be lost.
    private static let gapPatience: Duration = .seconds(1)
    /// How long samples may wait for the vote.
    private static let voteTime: Duration = .seconds(4)

    /// Reads the books until they have `sent` samples, or have not moved for ten seconds.
    ///
    /// - Returns: What was added to the books, and when all of it had been received.
    func wait(
        for sent: Int64,
        _ link: inout DaemonLink,
        _ console: Console
    ) throws(Failure) -> (books: Books, end: Int64) {
        var last = Books()
        var moved = Clock.monotonicNanoseconds()
        var whole: Int64?
        while true {
            let now: Int64
            do throws(Failure) {
                let status = Status(json: try link.ask("status", within: .seconds(5)).ok)
                let books = Books(of: producer, in: try status.learner(learner)).since(before)
                now = Clock.monotonicNanoseconds()
                if books != last { moved = now }
                last = books
            } catch {
                guard Clock.monotonicNanoseconds() - moved < Self.patience.wholeNanoseconds else {
                    throw error
                }
                Pause.wait(Self.interval)
                continue
            }
            if last.arrived >= sent {
                // The last samples may wait for the vote, which has its own time.
                let since = whole ?? now
                whole = since
                let isOver = now - since > Self.voteTime.wholeNanoseconds
                if last.waiting <= 0 || isOver { return (last, since) }
            }
            // What the daemon itself calls a gap was lost with a daemon that ended; it will not
            // come.
            let isLost = last.arrived + last.gaps >= sent
            let patience = isLost ? Self.gapPatience : Self.patience
            guard now - moved < patience.wholeNanoseconds else { return (last, now) }
            let received = Figures.grouped(last.arrived)
            console.progress("\(received) of \(Figures.grouped(sent)) received")
            Pause.wait(Self.interval)
        }
    }
}
