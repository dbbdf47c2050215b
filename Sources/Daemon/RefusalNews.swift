// SPDX-License-Identifier: Apache-2.0
//
// A producer that sends nothing but garbage must not fill the log: of each reason and producer the
// first refusal is told at once, and what follows within a second is added up and told then.

import Engine
import Primitives
import Samples

/// Adds up refusals of one learner.
struct RefusalNews {
    private struct Key: Hashable {
        var reason: RefusalReason
        var producer: String
    }

    private struct Pending {
        var key: Key
        var count: Int
        var detail: String
        var until: Instant
    }

    private var pending: [Pending] = []

    /// The kinds that are added up at a time; more are told at once.
    private static let kindsMax = 64
    private static let interval: Duration = .seconds(1)

    /// When something is to be told next.
    var nextFlush: Instant? { pending.map(\.until).min() }

    /// Tells the refusal now, or adds it to one told within the last second.
    mutating func add(_ event: EngineEvent, at now: Instant, tell: (EngineEvent) -> Void) {
        guard case .refused(let reason, let producer, let count, let detail) = event else { return }
        let key = Key(reason: reason, producer: producer)
        if let place = pending.firstIndex(where: { $0.key == key }) {
            pending[place].count += count
            return
        }
        tell(event)
        guard pending.count < RefusalNews.kindsMax else { return }
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
            pending.remove(at: place)
            guard news.count > 0 else { continue }
            tell(
                .refused(
                    reason: news.key.reason,
                    producer: news.key.producer,
                    count: news.count,
                    detail: news.detail
                )
            )
        }
    }
}
