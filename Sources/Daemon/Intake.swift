// SPDX-License-Identifier: Apache-2.0
//
// The intake: one thread that owns the sample sockets. Its loop:
//
// 1. Drain each socket that has something, a bounded number of messages at a time, decoding each
//    message straight into the open micro-batch of the learner that it names.
// 2. A micro-batch that is full closes at once; the others close when nothing more is waiting (in
//    mean-gradient mode only after they have waited for more).
// 3. A closed micro-batch is stepped here when the learner lives on this thread; else it goes onto
//    the learner's ring. A full ring pauses reading. Nothing is ever dropped here.
// 4. Let the learners of this thread answer their mail, then sleep until something comes or is due.

import Configuration
import Decoding
import Linux
import Primitives
import Samples
import Synchronization
import Telemetry
import ZeroMQ

/// The intake's thread.
struct Intake: ~Copyable {
    private let house: House
    private let sockets: [SampleSocket]
    private var lanes: [Lane]
    // Beside the lanes, so that routing a message copies none of them.
    private let laneNames: [[UInt8]]
    private let defaultLane: Int?
    private var hasBlockedLane = false
    private var decoder: Decoder
    private var frames = FrameTriple()
    private let freed: EventFD
    private let wake: EventFD

    /// Messages that one socket may hand over before the others, and the learners' mail, have their
    /// turn.
    private static let messagesPerTurn = 1024
    /// The same in bytes: a turn of long messages must not take seconds.
    private static let bytesPerTurn = 4 << 20

    init(
        house: House,
        sockets: [SampleSocket],
        lanes: [Lane],
        wake: EventFD,
        freed: EventFD
    ) {
        self.house = house
        self.sockets = sockets
        self.lanes = lanes
        laneNames = lanes.map { Array($0.name.text.utf8) }
        defaultLane = lanes.firstIndex { $0.name == Name.default }
        self.wake = wake
        self.freed = freed
        decoder = Decoder(limits: DecodeLimits(house.settings))
    }

    /// The thread's body.
    mutating func run(beat: Beat, isStopping: borrowing Atomic<Bool>) throws(ZeroMQError) {
        var poller = Poller()
        for socket in sockets { poller.add(socket.socket) }
        poller.add(descriptor: wake.descriptor)
        poller.add(descriptor: freed.descriptor)
        // What is decoded is finished, even when a socket fails; what is still in the sockets is
        // lost and shows as a gap.
        defer { for index in lanes.indices { lanes[index].finish() } }
        while !isStopping.load(ordering: .relaxed) {
            beat.mark()
            var hasMore = false
            for socket in sockets where lanes.allSatisfy({ !$0.isBlocked }) {
                if try drain(socket) { hasMore = true }
            }
            closeOpenBatches(hasMore: hasMore)
            for index in lanes.indices { lanes[index].turn() }
            // On every turn: the reports have no limit, and libzmq keeps those that nobody takes.
            for socket in sockets { house.account.countDisconnects(socket.takeDisconnects()) }
            if !hasMore { try waitForMore(&poller) }
        }
    }

    private mutating func waitForMore(_ poller: inout Poller) throws(ZeroMQError) {
        let isBlocked = lanes.contains(where: \.isBlocked)
        for lane in lanes where !lane.maySleep() { return }
        for index in sockets.indices {
            poller.set(index, to: isBlocked ? [] : .readable)
        }
        var patience: Duration = .seconds(1)
        for lane in lanes { patience = min(patience, lane.patience ?? patience) }
        try poller.wait(timeout: patience)
        _ = wake.clear()
        _ = freed.clear()
    }

    /// Takes what one socket has, up to the bound.
    ///
    /// - Returns: Whether there may be more.
    private mutating func drain(_ socket: SampleSocket) throws(ZeroMQError) -> Bool {
        var bytes = 0
        hasBlockedLane = false
        for _ in 0..<Intake.messagesPerTurn {
            guard bytes < Intake.bytesPerTurn else { return true }
            guard try frames.receive(from: socket) else { return false }
            bytes += unsafe frames.body.count
            route()
            if hasBlockedLane { return false }
        }
        return true
    }

    /// Decodes the message in `frames` for the learner that it names.
    private mutating func route() {
        switch frames.count {
        case 1: unsafe decode(lane: defaultLane, envelope: nil, context: nil)
        case 2, 3:
            let topic = unsafe frames.topic
            switch unsafe Topic.parse(topic) {
            case .learner(let range, let context):
                let name = unsafe UnsafeRawBufferPointer(rebasing: topic[range])
                guard let lane = unsafe lane(name) else {
                    return refuse(
                        .unknownLearner,
                        unsafe String(decoding: name, as: UTF8.self),
                        count: claimedCount
                    )
                }
                unsafe decode(
                    lane: lane,
                    envelope: frames.count == 3 ? frames.envelope : nil,
                    context: context.map { unsafe UnsafeRawBufferPointer(rebasing: topic[$0]) }
                )
            case .refused:
                refuse(.topic, unsafe Topic.refusal(of: topic), count: claimedCount)
            }
        default:
            refuse(.frames, "\(frames.count) frames; a message has one, two or three")
        }
    }

    private mutating func decode(
        lane: Int?,
        envelope: UnsafeRawBufferPointer?,
        context: UnsafeRawBufferPointer?
    ) {
        guard let lane else {
            return refuse(.unknownLearner, "a single frame is for \"default\", which is not here")
        }
        decoder.limitTexts(to: lanes[lane].textBytesMax)
        unsafe decoder.decode(
            body: frames.body,
            envelope: envelope,
            context: context,
            into: &lanes[lane].open
        )
        lanes[lane].closeIfFull()
        if lanes[lane].isBlocked { hasBlockedLane = true }
    }

    private func lane(_ name: UnsafeRawBufferPointer) -> Int? {
        if unsafe name.isEmpty { return defaultLane }
        return laneNames.firstIndex { unsafe name.elementsEqual($0) }
    }

    /// How many samples the message says it holds; 1 without an envelope that can be read.
    private var claimedCount: Int {
        guard frames.count == 3, let envelope = unsafe Envelope.parse(frames.envelope) else {
            return 1
        }
        return max(1, Int(envelope.count))
    }

    private func refuse(_ reason: RefusalReason, _ detail: String, count: Int = 1) {
        let total = house.account.refuse(reason, count: count, detail: detail)
        house.log.writeSampled(
            "message refused: \(reason.name)",
            .warning,
            "message refused: \(reason.name): \(detail)",
            [("REASON", reason.name), ("COUNT", String(total))]
        )
    }

    private mutating func closeOpenBatches(hasMore: Bool) {
        for index in lanes.indices { lanes[index].closeIfDue(hasMore: hasMore) }
    }
}
