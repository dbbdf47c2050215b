// SPDX-License-Identifier: Apache-2.0
//
// Where the fields of a sample object stand on the tape.

/// The indices of a sample's fields; 0 where there is none.
struct SampleFields {
    private(set) var x = 0
    private(set) var y = 0
    private(set) var w = 0
    private(set) var id = 0
    private(set) var t = 0
    private(set) var ctx = 0

    /// Finds the fields of the object at `object`.
    init(_ tape: JSONTape, at object: Int) throws(SampleFault) {
        var index = object + 1
        while tape.kind(index) != .objectEnd {
            let value = index + 1
            let isKnown = tape.withText(index) { name in set(name, to: value) }
            guard let isKnown else { throw SampleFault(.unknownField, at: index) }
            guard isKnown else { throw SampleFault(.repeatedField, at: index) }
            index = tape.next(value)
        }
    }

    /// Notes where a field is; false when it was there already, nil when there is no such field.
    private mutating func set(_ name: Span<UInt8>, to index: Int) -> Bool? {
        switch (name.count, name.isEmpty ? 0 : name[0]) {
        case (1, UInt8(ascii: "x")): SampleFields.note(&x, index)
        case (1, UInt8(ascii: "y")): SampleFields.note(&y, index)
        case (1, UInt8(ascii: "w")): SampleFields.note(&w, index)
        case (1, UInt8(ascii: "t")): SampleFields.note(&t, index)
        case (2, UInt8(ascii: "i")) where name[1] == UInt8(ascii: "d"):
            SampleFields.note(&id, index)
        case (3, UInt8(ascii: "c"))
        where name[1] == UInt8(ascii: "t") && name[2] == UInt8(ascii: "x"):
            SampleFields.note(&ctx, index)
        default: nil
        }
    }

    private static func note(_ field: inout Int, _ index: Int) -> Bool {
        guard field == 0 else { return false }
        field = index
        return true
    }
}
