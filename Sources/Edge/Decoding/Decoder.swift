// SPDX-License-Identifier: Apache-2.0
//
// From the frames of one message to rows of a micro-batch. It never fails: whatever is wrong
// becomes a counted refusal in the batch, and each message adds at least one row, late label or
// refusal.
//
//   1. The envelope, if there is one: length, magic, name; then the body's checksum.
//   2. How many samples the body holds: the packed header, or a tape that is not yet read. When
//      that is not the envelope's count, the message is refused whole.
//   3. The samples, one by one: each is appended, or refused for the first thing that is wrong.
//
// A decoder belongs to one thread. It keeps what it allocates, up to a bound, so that a steady
// stream of messages allocates nothing here.

package import Samples

/// Who sent a message and how many samples it claims to hold.
struct Origin {
    /// The producer's number in the batch.
    var producer: UInt16 = 0
    /// The number of the topic's context in the batch plus one; 0: none.
    var context: UInt16 = 0
    /// The envelope's count, if there is one.
    var claimed: UInt32?
    /// How many samples are refused when the whole message is.
    var refusedWhole: Int { max(1, Int(claimed ?? 1)) }
}

/// Decodes messages into micro-batches.
package struct Decoder: ~Copyable {
    private(set) var limits: DecodeLimits
    /// Features of a packed body that does not lie aligned, on their way into a batch.
    var staging: [Float] = []
    var parser = JSONParser()
    var messagePack = MessagePackParser()
    /// For each text of the batch, the last row that had a feature of that name.
    var rowOfName: [Int] = []
    /// The number of the row that is being read, over the decoder's whole life.
    var currentRow = 0
    /// The producer of the last message: its bits, name and number in the batch.
    private var lastProducer: (bits: UInt64, name: String, number: UInt16) = (0, "", 0)

    /// How many producers a batch tells apart; the others are called `other`.
    static let producersMax = 4096

    /// Makes a decoder that keeps `limits`.
    ///
    /// - Precondition: Each limit is at least 1, and `rowsMax` and `featuresMax` are below 2^24.
    package init(limits: DecodeLimits = DecodeLimits()) {
        let countMax = JSONTape.countMax
        precondition((1..<countMax).contains(limits.featuresMax), "featuresMax is out of range")
        precondition((1..<countMax).contains(limits.rowsMax), "rowsMax is out of range")
        precondition(limits.jsonBytesMax > 0 && limits.textBytesMax > 0, "a limit is at least 1")
        self.limits = limits
    }

    /// Takes another limit for the texts of what is decoded from now on: it is that of the learner.
    ///
    /// - Precondition: The limit is at least 1.
    package mutating func limitTexts(to bytes: Int) {
        precondition(bytes > 0, "a limit is at least 1")
        limits.textBytesMax = bytes
    }

    /// Appends the samples of one message to `batch`; what is wrong is counted there as refusals.
    ///
    /// A readable envelope of a count above 0 also adds to `batch.messages`, even when the body was
    /// refused whole, so that its samples are not taken for lost as well.
    /// - Parameters:
    ///   - body: The last frame.
    ///   - envelope: The one before, of three.
    ///   - context: The topic's context, a name, for the samples that have none of their own.
    ///   - batch: Where samples, late labels and refusals go.
    /// - Returns: How many rows were appended.
    @discardableResult
    package mutating func decode(
        body: UnsafeRawBufferPointer,
        envelope: UnsafeRawBufferPointer? = nil,
        context: UnsafeRawBufferPointer? = nil,
        into batch: inout MicroBatch
    ) -> Int {
        let firstRow = batch.rows.count
        let firstLabel = batch.labels.count
        var origin = Origin()
        if let context = unsafe context {
            origin.context = unsafe context.withMemoryRebound(to: UInt8.self) { name in
                unsafe batch.context(name.span)
            }
        }
        guard let envelope = unsafe envelope else {
            unsafe decodeBody(body, from: origin, into: &batch)
            return batch.rows.count - firstRow
        }
        switch unsafe Envelope.read(envelope) {
        case .fault(let detail, let count):
            batch.refuse(.envelope, producer: 0, count: max(1, Int(count)), detail: detail)
            return 0
        case .valid(let header):
            let producer = producerNumber(header, in: &batch)
            origin.producer = producer
            origin.claimed = header.count
            if header.checksum != 0, unsafe BodyChecksum.of(body) != header.checksum {
                batch.refuse(
                    .checksum,
                    producer: producer,
                    count: origin.refusedWhole,
                    detail: "the body's CRC-32C is not the envelope's \(header.checksum)"
                )
            } else {
                unsafe decodeBody(body, from: origin, into: &batch)
            }
            let rows = batch.rows.count - firstRow
            if header.count > 0 {
                batch.messages.append(
                    MicroBatch.Message(
                        producer: producer,
                        epoch: header.epoch,
                        sequence: header.sequence,
                        count: header.count,
                        firstRow: firstRow,
                        rows: rows,
                        firstLabel: firstLabel,
                        labels: batch.labels.count - firstLabel
                    )
                )
            }
            return rows
        }
    }

    /// Appends the samples of one message, for callers whose bytes are arrays.
    @discardableResult
    package mutating func decode(
        _ body: [UInt8],
        envelope: [UInt8]? = nil,
        context: String? = nil,
        into batch: inout MicroBatch
    ) -> Int {
        let context = context.map { Array($0.utf8) }
        return unsafe body.withUnsafeBytes { body in
            unsafe Decoder.withBytes(of: envelope) { envelope in
                unsafe Decoder.withBytes(of: context) { context in
                    unsafe decode(body: body, envelope: envelope, context: context, into: &batch)
                }
            }
        }
    }

    private static func withBytes<Result>(
        of bytes: [UInt8]?,
        _ body: (UnsafeRawBufferPointer?) -> Result
    ) -> Result {
        guard let bytes else { return body(nil) }
        return unsafe bytes.withUnsafeBytes { unsafe body($0) }
    }

    private mutating func decodeBody(
        _ body: UnsafeRawBufferPointer,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        if body.count >= 4,
            unsafe UInt32(littleEndian: body.loadUnaligned(as: UInt32.self)) == PackedBody.magic
        {
            unsafe decodePacked(body, from: origin, into: &batch)
        } else if let first = unsafe body.first, MessagePackParser.begins(with: first) {
            unsafe decodeMessagePack(body, from: origin, into: &batch)
        } else {
            unsafe decodeJSON(body, from: origin, into: &batch)
        }
    }

    /// Refuses a whole message.
    func refuse(
        whole reason: RefusalReason,
        from origin: Origin,
        in batch: inout MicroBatch,
        detail: @autoclosure () -> String
    ) {
        batch.refuse(
            reason,
            producer: origin.producer,
            count: origin.refusedWhole,
            detail: detail()
        )
    }

    /// Whether the body holds as many samples as the envelope says and a message may; if not, the
    /// message is refused.
    func accepts(
        rows: Int,
        from origin: Origin,
        in batch: inout MicroBatch
    ) -> Bool {
        if let claimed = origin.claimed, Int(claimed) != rows {
            refuse(
                whole: .envelope,
                from: origin,
                in: &batch,
                detail: "the envelope counts \(claimed) samples, the body holds \(rows)"
            )
            return false
        }
        if rows == 0 {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "the body holds no sample"
            )
            return false
        }
        if rows > limits.rowsMax {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "the body holds \(rows) samples; a message may hold \(limits.rowsMax)"
            )
            return false
        }
        return true
    }

    /// The producer's number in the batch; mostly that of the last message.
    private mutating func producerNumber(
        _ header: Envelope,
        in batch: inout MicroBatch
    ) -> UInt16 {
        let number = Int(lastProducer.number)
        if header.producerBits == lastProducer.bits, number < batch.producers.count,
            batch.producers[number] == lastProducer.name
        {
            return lastProducer.number
        }
        let isFull = batch.producers.count >= Decoder.producersMax
        let name = header.producer
        let known = !isFull || batch.producers.contains(name)
        let found = batch.producer(known ? name : "other")
        if known { lastProducer = (header.producerBits, name, found) }
        return found
    }
}
