// SPDX-License-Identifier: Apache-2.0
//
// Packed bodies. When all is finite, which is the rule, the features of all rows are copied at
// once; else row by row. The body may begin at any address, so nothing is read through typed
// pointers unless it lies aligned.

import CDecoding
import Samples

/// The parts of a packed body.
@safe
private struct PackedParts {
    let rows: Int
    let width: Int
    let flags: PackedBody.Flags
    let features: UnsafeRawPointer
    let labels: UnsafeRawPointer?
    let weights: UnsafeRawPointer?

    func label(_ row: Int) -> Float? {
        guard let labels = unsafe labels else { return nil }
        return unsafe labels.loadUnaligned(fromByteOffset: row * 4, as: Float.self)
    }

    func weight(_ row: Int) -> Float {
        guard let weights = unsafe weights else { return 1 }
        return unsafe weights.loadUnaligned(fromByteOffset: row * 4, as: Float.self)
    }
}

extension Decoder {
    /// Appends the rows of a packed body.
    mutating func decodePacked(
        _ body: UnsafeRawBufferPointer,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        guard let parts = unsafe packedParts(body, from: origin, in: &batch) else { return }
        guard accepts(rows: parts.rows, from: origin, in: &batch) else { return }
        let (rows, width) = (parts.rows, parts.width)
        guard (1...limits.featuresMax).contains(width) else {
            batch.refuse(
                width == 0 ? .features : .tooWide,
                producer: origin.producer,
                count: rows,
                detail: width == 0
                    ? "the packed rows have no features"
                    : "the packed rows have \(width) features; the limit is \(limits.featuresMax)"
            )
            return
        }
        guard isClean(parts) else {
            decodeRowByRow(parts, from: origin, into: &batch)
            return
        }
        let start = batch.values.count
        unsafe append(parts.features, count: rows * width, to: &batch)
        for row in 0..<rows {
            appendRow(row, of: parts, start: start + row * width, from: origin, to: &batch)
        }
    }

    /// Whether no row has to be refused.
    private func isClean(_ parts: PackedParts) -> Bool {
        let rows = parts.rows
        let found = unsafe learnd_scan_floats(parts.features, rows * parts.width)
        guard isAllowed(found, parts.flags) else { return false }
        if let labels = unsafe parts.labels,
            unsafe !isAllowed(learnd_scan_floats(labels, rows), parts.flags)
        {
            return false
        }
        guard unsafe parts.weights != nil else { return true }
        return (0..<rows).allSatisfy { row in
            let weight = parts.weight(row)
            return weight.isFinite && weight >= 0
        }
    }

    /// Appends the rows one by one, without those whose features are not finite.
    private mutating func decodeRowByRow(
        _ parts: PackedParts,
        from origin: Origin,
        into batch: inout MicroBatch
    ) {
        let width = parts.width
        for row in 0..<parts.rows {
            let features = unsafe parts.features + row * width * 4
            let found = unsafe learnd_scan_floats(features, width)
            guard isAllowed(found, parts.flags) else {
                let isInfinite = found & CInt(LEARND_INFINITY) != 0
                batch.refuse(
                    .notFinite,
                    producer: origin.producer,
                    detail: isInfinite
                        ? "a packed row holds an infinite feature"
                        : "a packed row holds NaN, and its flags do not say that NaN is missing"
                )
                continue
            }
            let start = batch.values.count
            unsafe append(features, count: width, to: &batch)
            let done = appendRow(row, of: parts, start: start, from: origin, to: &batch)
            if !done { batch.values.removeLast(width) }
        }
    }

    private func isAllowed(_ found: CInt, _ flags: PackedBody.Flags) -> Bool {
        found == 0 || (found == CInt(LEARND_NAN) && flags.contains(.missing))
    }

    /// Copies features to the end of the batch's values.
    private mutating func append(
        _ features: UnsafeRawPointer,
        count: Int,
        to batch: inout MicroBatch
    ) {
        if UInt(bitPattern: features) & 3 == 0 {
            let aligned = unsafe UnsafeBufferPointer(
                start: features.assumingMemoryBound(to: Float.self),
                count: count
            )
            unsafe batch.values.append(contentsOf: aligned)
            return
        }
        if staging.count < count {
            staging = [Float](repeating: 0, count: max(256, count))
        }
        unsafe staging.withUnsafeMutableBytes { target in
            unsafe target.baseAddress?.copyMemory(from: features, byteCount: count * 4)
        }
        unsafe staging.withUnsafeBufferPointer { staged in
            unsafe batch.values.append(contentsOf: staged[..<count])
        }
    }

    /// Appends the header of a row whose features are in the batch already; false when its label or
    /// weight is refused.
    @discardableResult
    private func appendRow(
        _ row: Int,
        of parts: PackedParts,
        start: Int,
        from origin: Origin,
        to batch: inout MicroBatch
    ) -> Bool {
        let label = parts.label(row)
        let weight = parts.weight(row)
        let hasLabel = label.map { !($0.isNaN && parts.flags.contains(.missing)) } ?? false
        if hasLabel, let label, !label.isFinite {
            batch.refuse(
                .notFinite,
                producer: origin.producer,
                detail: "a packed row's label is \(label)"
            )
            return false
        }
        guard weight.isFinite, weight >= 0 else {
            batch.refuse(
                weight.isFinite ? .weight : .notFinite,
                producer: origin.producer,
                detail: "a packed row's weight is \(weight); a weight is 0 or more"
            )
            return false
        }
        batch.rows.append(
            MicroBatch.Row(
                label: hasLabel ? Double(label ?? 0) : 0,
                labelKind: hasLabel ? .number : .none,
                start: start,
                count: parts.width,
                weight: weight,
                producer: origin.producer,
                shape: .positional,
                context: origin.context
            )
        )
        return true
    }

    /// Takes a packed body apart, or refuses the message.
    private func packedParts(
        _ body: UnsafeRawBufferPointer,
        from origin: Origin,
        in batch: inout MicroBatch
    ) -> PackedParts? {
        guard body.count >= PackedBody.headerBytes, let base = body.baseAddress else {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "a packed body begins with 16 bytes, this one has \(body.count)"
            )
            return nil
        }
        func word(_ offset: Int) -> UInt32 {
            unsafe UInt32(littleEndian: base.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        }
        let rows = Int(word(4))
        let width = Int(word(8))
        let flags = PackedBody.Flags(rawValue: word(12))
        guard PackedBody.Flags.all.isSuperset(of: flags) else {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "the packed flags \(flags.rawValue) hold bits without a meaning"
            )
            return nil
        }
        let columns = (flags.contains(.labels) ? 1 : 0) + (flags.contains(.weights) ? 1 : 0)
        // 32-bit factors: the product and the sum fit 64 bits unsigned, but perhaps not signed.
        let (numbers, overflow) = rows.multipliedReportingOverflow(by: width + columns)
        guard !overflow, numbers <= Int.max / 8, body.count == PackedBody.headerBytes + numbers * 4
        else {
            refuse(
                whole: .malformed,
                from: origin,
                in: &batch,
                detail: "a packed body of \(rows) rows and \(width) features does not have"
                    + " \(body.count) bytes"
            )
            return nil
        }
        let features = unsafe base + PackedBody.headerBytes
        let labels = unsafe features + rows * width * 4
        let weights = unsafe flags.contains(.labels) ? labels + rows * 4 : labels
        return unsafe PackedParts(
            rows: rows,
            width: width,
            flags: flags,
            features: features,
            labels: flags.contains(.labels) ? labels : nil,
            weights: flags.contains(.weights) ? weights : nil
        )
    }
}
