// SPDX-License-Identifier: Apache-2.0
//
// A pool as bytes: settings, statistics, histories, experts, weights, counts.

import Kernels
package import Primitives

extension Pool: ByteCodable {
    /// Appends the whole state.
    package func encode(into writer: inout ByteWriter) {
        settings.encode(into: &writer)
        shape.encode(into: &writer)
        forms.encode(into: &writer)
        history.encode(into: &writer)
        heldOut.encode(into: &writer)
        writer.write(UInt8(members.count))
        for member in members {
            writer.write(member.isRetired)
            ExpertCoding.encode(member.expert, kind: member.kind, into: &writer)
        }
        mix.encode(into: &writer)
        writer.write(optional: view)
        writer.write(learned)
        writer.write(refitAt)
        load.encode(into: &writer)
    }

    /// Reads the whole state.
    package init(from reader: inout ByteReader) throws(DecodeError) {
        let settings = try PoolSettings(from: &reader)
        let shape = try ExpertShape(from: &reader)
        let forms = try RowForms(from: &reader)
        let history = try ExpertHistory(from: &reader)
        let heldOut = try ExpertHistory(from: &reader)
        var members: [Member] = []
        var slot = 0
        for _ in 0..<Int(try reader.read(UInt8.self)) {
            let isRetired = try reader.readFlag()
            let (kind, expert) = try ExpertCoding.decode(from: &reader)
            guard kind.use.fits(shape), isRetired || expert.shape == shape else {
                throw .invalid("the expert \(kind.name) has another shape than its pool")
            }
            members.append(
                Member(kind: kind, expert: expert, slot: slot, isRetired: isRetired)
            )
            slot += kind.columns.count
        }
        let mix = try Mix(from: &reader)
        guard mix.experts == max(1, slot), mix.isNumber == shape.isNumber,
            history.capacity == settings.rows, heldOut.capacity == Pool.heldOutRows,
            history.width == shape.width, heldOut.width == shape.width,
            forms.columns.width == shape.width, forms.last < Int32(max(1, shape.classes)),
            Pool.fits(history, shape), Pool.fits(heldOut, shape)
        else { throw .invalid("the parts of a pool do not belong together") }
        self.init(
            settings: settings,
            shape: shape,
            forms: forms,
            history: history,
            heldOut: heldOut,
            members: members,
            mix: mix
        )
        view = try reader.readOptional()
        guard view.map({ $0.width == shape.width && $0.classes == shape.classes }) ?? true else {
            throw .invalid("a view of all classes has another shape than its pool")
        }
        learned = try reader.read()
        refitAt = try reader.read()
        load = try LoadState(from: &reader)
        guard learned <= 1 << 62, refitAt <= 1 << 62 else {
            throw .invalid("a pool counts further than anything was learned")
        }
    }

    /// Whether the labels of a history are those of the shape.
    private static func fits(_ history: ExpertHistory, _ shape: ExpertShape) -> Bool {
        let labels = shape.isNumber ? Int32(-1)...(-1) : 0...Int32(max(1, shape.classes) - 1)
        return history.labels.allSatisfy { labels ~= $0 }
            && history.last.allSatisfy { -1..<Int32(max(1, shape.classes)) ~= $0 }
            && history.targets.allSatisfy { shape.isNumber ? $0.isFinite : $0.isNaN }
    }

    private init(
        settings: PoolSettings,
        shape: ExpertShape,
        forms: RowForms,
        history: ExpertHistory,
        heldOut: ExpertHistory,
        members: [Member],
        mix: Mix
    ) {
        self.settings = settings
        self.shape = shape
        self.forms = forms
        self.history = history
        self.heldOut = heldOut
        self.members = members
        self.mix = mix
    }
}
