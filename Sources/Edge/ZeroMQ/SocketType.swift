// SPDX-License-Identifier: Apache-2.0
//
// The kinds of sockets that this project uses.

import CZMQ

/// What a socket does with messages.
package enum SocketType: Sendable, CaseIterable {
    /// One peer, both ways (`ZMQ_PAIR`).
    case pair
    /// Sends to whoever subscribed (`ZMQ_PUB`).
    case pub
    /// Receives what it subscribed to (`ZMQ_SUB`).
    case sub
    /// Sends to subscribers, and receives their subscriptions (`ZMQ_XPUB`).
    case xpub
    /// Receives what it subscribed to, by messages (`ZMQ_XSUB`).
    case xsub
    /// Sends each message to one puller (`ZMQ_PUSH`).
    case push
    /// Receives from pushers in turn (`ZMQ_PULL`).
    case pull
    /// Asks, one question at a time (`ZMQ_REQ`).
    case request
    /// Answers, one question at a time (`ZMQ_REP`).
    case reply
    /// Asks without waiting for the answer (`ZMQ_DEALER`).
    case dealer
    /// Answers many peers, each by its identity, the first frame (`ZMQ_ROUTER`).
    case router

    var code: CInt {
        switch self {
        case .pair: ZMQ_PAIR
        case .pub: ZMQ_PUB
        case .sub: ZMQ_SUB
        case .xpub: ZMQ_XPUB
        case .xsub: ZMQ_XSUB
        case .push: ZMQ_PUSH
        case .pull: ZMQ_PULL
        case .request: ZMQ_REQ
        case .reply: ZMQ_REP
        case .dealer: ZMQ_DEALER
        case .router: ZMQ_ROUTER
        }
    }
}
