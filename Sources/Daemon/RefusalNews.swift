// SPDX-License-Identifier: Apache-2.0
//
// A producer that sends nothing but garbage, or loses half of what it sends, must not fill the log:
// of each reason and producer the first refusal (or gap) is told at once, and what follows is added
// up and told once a second for as long as it goes on. What is told adds up to what was counted.

import Engine
import Primitives
import Samples

/// Adds up refusals and gaps of one learner.
struct RefusalNews {
    private struct Key: Equatable {
        /// Nil: a gap.
        var reason: RefusalReason?
        var producer: String
    }

    private struct Pending {
        var key: Key
        var count: UInt64
        var detail: String
        var until: Instant
    }

    private var pending: [Pending] = []

    /// The keys that are told apart at a time; beyond, producers share one for each reason.
    private static let keysMax = 64
    private static let interval: Duration = .seconds(1)

    /// When something is to be told next.
    var nextFlush: Instant? { pending.map(\.until).min() }

    /// Tells the refusal or gap now, or adds it to one told within the last second.
    ///
    /// Other events are told at once.
    mutating func add(_ event: EngineEvent, at now: Instant, tell: (EngineEvent) -> Void) {
        guard let (said, count, detail) = RefusalNews.parts(of: event) else { return tell(event) }
        var key = said
        if !pending.contains(where: { $0.key == key }), pending.count >= RefusalNews.keysMax {
            key.producer = Accounts.otherProducer
        }
        if let place = pending.firstIndex(where: { $0.key == key }) {
            if pending[place].count == 0 { pending[place].detail = detail }
            pending[place].count += count
            return
        }
        tell(RefusalNews.event(key, count, detail))
        pending.append(
            Pending(key: key, count: 0, detail: detail, until: now + RefusalNews.interval)
        )
    }

    /// Tells what has been added up for a second; everything, without a moment.
    mutating func flush(at now: Instant?, tell: (EngineEvent) -> Void) {
        guard !pending.isEmpty else { return }
        for place in pending.indices.reversed() {
            let news = pending[place]
            if let now, news.until > now { continue }
            guard news.count > 0 else {
                pending.remove(at: place)
                continue
            }
            tell(RefusalNews.event(news.key, news.count, news.detail))
            pending[place].count = 0
            pending[place].until = (now ?? news.until) + RefusalNews.interval
        }
    }

    private static func parts(of event: EngineEvent) -> (Key, UInt64, String)? {
        switch event {
        case .refused(let reason, let producer, let count, let detail):
            (Key(reason: reason, producer: producer), UInt64(count), detail)
        case .gapFound(let producer, let samples):
            (Key(reason: nil, producer: producer), samples, "")
        default: nil
        }
    }

    private static func event(_ key: Key, _ count: UInt64, _ detail: String) -> EngineEvent {
        guard let reason = key.reason else {
            return .gapFound(producer: key.producer, samples: count)
        }
        return .refused(
            reason: reason,
            producer: key.producer,
            count: Int(clamping: count),
            detail: detail
        )
    }
}
