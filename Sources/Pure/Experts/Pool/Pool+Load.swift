// SPDX-License-Identifier: Apache-2.0
//
// A pool has no more time for a row than the stream leaves it. When rows come faster than all
// experts can learn, some rest: samples are never dropped. What the shell measures of the load is
// an input like any other, so the same inputs shed the same experts.
//
// From a report of n rows that took b of a span s, while w more came to wait:
//
//     what a row takes   b / n, of which the experts' own estimates explain a part: their ratio,
//                        smoothed, says how fast this machine is
//     what it may take   0.9 s / (n + w), and less while rows wait
//
// If a row takes more, the experts with the least weight for their cost rest until it does not; if
// it takes much less, those that rest come back, the most useful first. Weights are those of the
// mix's first rule; an expert that rests has the one that it went with. While any rest, one of them
// is woken from time to time: if it has become useful the next report keeps it and lets others go.

import Primitives

/// What the shell saw of a learner's load.
package struct Load: Sendable, Equatable {
    /// The rows that were learned.
    package var rows: Int
    /// How long learning them took.
    package var busy: Duration
    /// The time in which that was.
    package var span: Duration
    /// The rows that wait to be learned.
    package var waiting: Int

    /// Makes a report.
    package init(rows: Int, busy: Duration, span: Duration, waiting: Int) {
        self.rows = rows
        self.busy = busy
        self.span = span
        self.waiting = waiting
    }
}

/// Which experts went to rest or came back.
package struct LoadChange: Sendable, Equatable {
    /// The experts that rest from now on.
    package var resting: [String] = []
    /// The experts that take part again.
    package var woken: [String] = []
    /// What a row may take, in nanoseconds.
    package var budget = 0.0

    /// In words.
    package var text: String {
        let parts = [
            resting.isEmpty ? nil : "\(resting.joined(separator: ", ")) rest",
            woken.isEmpty ? nil : "\(woken.joined(separator: ", ")) take part again",
        ]
        return parts.compactMap { $0 }.joined(separator: "; ")
            + "; a sample may take \((budget / 1000).tenths) microseconds"
    }
}

/// What a pool knows of its load.
struct LoadState: Sendable {
    /// How many times as long as their estimates the experts take here.
    var pace = 1.0
    /// The reports so far.
    var reports: UInt64 = 0
    /// The rows that waited at the last one.
    var waiting = 0
    /// The member that is woken next, to see what it is worth by now.
    var next = 0
    /// What each member was worth when it went to rest.
    var worth: [Float] = []
}

extension Pool {
    /// Reports of fewer rows say nothing.
    private static let rowsLeast = 64
    /// The share of its time that a learner may be busy.
    private static let share = 0.9
    /// Experts come back while a row takes less than this share of what it may take.
    private static let ease = 0.75
    /// After so many reports one that rests is tried.
    private static let trialReports: UInt64 = 40
    /// What waits is to be learned within so many seconds.
    private static let patience = 5.0
    /// What a row costs beside the experts: forms, mix and all around.
    private static let overhead = 700.0

    /// What the members that take part cost a row, by their own estimates.
    package var cost: Double {
        members.indices.reduce(Pool.overhead) {
            $0 + (isAwake($1) ? members[$1].expert.cost : 0)
        }
    }

    /// Whether any member rests.
    package var isShedding: Bool {
        members.indices.contains { !isAwake($0) && !members[$0].isRetired }
    }

    /// Lets experts rest or come back, as the load asks for.
    ///
    /// - Returns: Who did; nil when nobody.
    package mutating func follow(_ report: Load) -> LoadChange? {
        let span = report.span.inSeconds
        guard report.rows >= Pool.rowsLeast, span > 0, report.busy > .zero else { return nil }
        load.reports += 1
        let measured = report.busy.inSeconds * 1e9 / Double(report.rows)
        let ratio = min(max(measured / cost, 0.05), 50)
        load.pace += (ratio - load.pace) * (load.reports == 1 ? 1 : 0.3)
        let more = max(0, report.waiting - load.waiting)
        load.waiting = report.waiting
        let demand = Double(report.rows + more) / span + Double(report.waiting) / Pool.patience
        var change = LoadChange()
        change.budget = Pool.share * 1e9 / demand
        if load.reports % Pool.trialReports == 0, isShedding {
            wakeNext(&change)
        } else if cost * load.pace > change.budget, report.busy.inSeconds > 0.8 * span {
            shed(to: change.budget / load.pace, &change)
        } else {
            wake(within: Pool.ease * change.budget / load.pace, &change)
        }
        return change.resting.isEmpty && change.woken.isEmpty ? nil : change
    }

    /// What a member is worth: its weight, or the one that it went with.
    private func worth(of place: Int) -> Float {
        guard !isAwake(place) else {
            return members[place].slots.reduce(0) { $0 + mix.weight(of: $1) }
        }
        return place < load.worth.count ? load.worth[place] : 0
    }

    private func value(of place: Int) -> Double {
        (Double(worth(of: place)) + 1e-3) / members[place].expert.cost
    }

    private mutating func shed(to budget: Double, _ change: inout LoadChange) {
        var awake = members.indices.filter { isAwake($0) }
        while cost > budget, awake.count > 1 {
            guard let least = awake.min(by: { value(of: $0) < value(of: $1) }) else { return }
            rest(least)
            change.resting.append(members[least].kind.name)
            awake.removeAll { $0 == least }
        }
    }

    private mutating func wake(within budget: Double, _ change: inout LoadChange) {
        while true {
            let asleep = members.indices.filter {
                !isAwake($0) && !members[$0].isRetired
                    && cost + members[$0].expert.cost <= budget
            }
            guard let best = asleep.max(by: { value(of: $0) < value(of: $1) }) else { return }
            rouse(best)
            change.woken.append(members[best].kind.name)
        }
    }

    private mutating func wakeNext(_ change: inout LoadChange) {
        for _ in members.indices {
            load.next = (load.next + 1) % members.count
            let cost = members[load.next].expert.cost
            guard !isAwake(load.next), !members[load.next].isRetired,
                cost * load.pace <= change.budget
            else { continue }
            rouse(load.next)
            change.woken.append(members[load.next].kind.name)
            return
        }
    }

    /// Lets a member rest.
    package mutating func rest(_ place: Int) {
        while load.worth.count < members.count { load.worth.append(0) }
        load.worth[place] = worth(of: place)
        for slot in members[place].slots { mix.dismiss(slot) }
    }

    /// Lets a member take part again.
    package mutating func rouse(_ place: Int) {
        for slot in members[place].slots { mix.readmit(slot) }
    }
}

extension Double {
    /// With one decimal.
    fileprivate var tenths: Double { (self * 10).rounded() / 10 }
}

extension LoadState: ByteCodable {
    func encode(into writer: inout ByteWriter) {
        writer.write(pace)
        writer.write(reports)
        writer.write(UInt64(waiting))
        writer.write(UInt32(next))
        writer.write(worth)
    }

    init(from reader: inout ByteReader) throws(DecodeError) {
        pace = try reader.readDouble()
        reports = try reader.read()
        let waiting = try reader.read(UInt64.self)
        next = Int(try reader.read(UInt32.self))
        worth = try reader.readFloats()
        guard 0.01...100 ~= pace, reports < 1 << 62, waiting < 1 << 40, next < 256,
            worth.count < 256, worth.allSatisfy({ 0...2 ~= $0 })
        else { throw .invalid("what a pool knows of its load is not usable") }
        self.waiting = Int(waiting)
    }
}
