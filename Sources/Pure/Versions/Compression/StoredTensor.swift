// SPDX-License-Identifier: Apache-2.0
//
// A matrix of weights as an artifact stores it in fewer bytes: which of its places have a number,
// and in what form the numbers are. docs/protocol.md section 2.3 is the specification.
//
//     places    all       NAME, of the matrix's shape
//               bitmap    NAME.bitmap: a bit for each place in row-major order, the lowest bit of
//                         a byte first; NAME.values: the numbers of those that are set
//               indices   NAME.indices: the places that have a number, ascending; NAME.values
//     numbers   float32, float16, or int8 with NAME.scale: the scale of each row
//
// Of all forms that hold the same numbers, the one with the fewest bytes is taken.

import Learning
import Primitives

/// A matrix of weights in few bytes.
package struct StoredTensor: Sendable, Equatable {
    /// The numbers of the places that have one.
    package enum Numbers: Sendable, Equatable {
        /// Single precision.
        case float32([Float])
        /// Half precision, as bits.
        case float16([UInt16])
        /// Whole numbers, and the scale of each row of the matrix.
        case int8([Int8], scales: [Float])
    }

    /// Which places have a number; the others are 0.
    package enum Places: Sendable, Equatable {
        /// All.
        case all
        /// Those whose bit is set.
        case bitmap([UInt8])
        /// Those that are listed.
        case indices([Int32])
    }

    /// The name of the matrix.
    package let name: String
    /// Its dimensions, outermost first.
    package let shape: [Int]
    /// The numbers.
    package let numbers: Numbers
    /// Which places have one.
    package let places: Places

    /// The endings of the names of parts.
    package enum Part: String, Sendable, CaseIterable {
        /// One bit for each place.
        case bitmap
        /// The places that have a number.
        case indices
        /// The numbers of these.
        case values
        /// The scale of each row.
        case scale

        /// The name of a tensor's part.
        package func name(of tensor: String) -> String { "\(tensor).\(rawValue)" }
    }

    /// Stores weights in the form that is asked for, or in the next larger one when it does not
    /// hold them.
    init(_ tensor: LearnerParameters.Tensor, weights: [Float], as form: WeightForm) {
        name = tensor.name
        shape = tensor.shape
        (numbers, places) = StoredTensor.stored(weights, rows: tensor.shape.first ?? 1, as: form)
    }

    /// Puts the parts of an artifact together.
    init(name: String, shape: [Int], numbers: Numbers, places: Places) {
        self.name = name
        self.shape = shape
        self.numbers = numbers
        self.places = places
    }

    /// How many numbers the matrix has.
    package var count: Int { shape.reduce(1, *) }

    /// How many of its places have a number.
    package var kept: Int {
        switch numbers {
        case .float32(let numbers): numbers.count
        case .float16(let halves): halves.count
        case .int8(let numbers, _): numbers.count
        }
    }

    /// The word for the form of its numbers.
    package var form: WeightForm {
        switch numbers {
        case .float32: .float32
        case .float16: .float16
        case .int8: .int8
        }
    }

    /// What it takes in an artifact, without the header.
    package var bytes: Int {
        let room =
            switch places {
            case .all: 0
            case .bitmap(let bits): bits.count
            case .indices(let indices): 4 * indices.count
            }
        switch numbers {
        case .float32: return room + 4 * kept
        case .float16: return room + 2 * kept
        case .int8(_, let scales): return room + kept + 4 * scales.count
        }
    }

    /// The weights as a consumer reads them.
    package var weights: [Float] {
        let places = placesOfNumbers
        let width = max(1, count / max(1, shape.first ?? 1))
        var weights = [Float](repeating: 0, count: count)
        for (number, place) in places.enumerated() {
            weights[place] =
                switch numbers {
                case .float32(let numbers): numbers[number]
                case .float16(let halves): HalfPrecision.number(halves[number])
                case .int8(let whole, let scales): Float(whole[number]) * scales[place / width]
                }
        }
        return weights
    }

    private var placesOfNumbers: [Int] {
        switch places {
        case .all: Array(0..<count)
        case .bitmap(let bits): (0..<count).filter { bits[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }
        case .indices(let indices): indices.map(Int.init)
        }
    }
}

extension StoredTensor {
    private static func stored(
        _ weights: [Float],
        rows: Int,
        as form: WeightForm
    ) -> (Numbers, Places) {
        let whole = form == .int8 ? WholeNumbers(weights, rows: rows) : nil
        // Scales of very short rows take more than they save.
        if let whole, whole.numbers.count + 4 * whole.scales.count < 2 * weights.count {
            let (kept, places) = placed(whole.numbers, bytes: 1) { $0 != 0 }
            return (.int8(kept, scales: whole.scales), places)
        }
        if form != .float32, let halves = HalfPrecision.bits(of: weights) {
            let (kept, places) = placed(halves, bytes: 2) { $0 & 0x7FFF != 0 }
            return (.float16(kept), places)
        }
        let (kept, places) = placed(weights, bytes: 4) { $0 != 0 }
        return (.float32(kept), places)
    }

    /// The numbers that are to be stored, and how it is said where they belong.
    private static func placed<Number>(
        _ numbers: [Number],
        bytes: Int,
        isKept: (Number) -> Bool
    ) -> ([Number], Places) {
        let kept = numbers.count(where: isKept)
        let bitmap = (numbers.count + 7) / 8 + kept * bytes
        let indices =
            numbers.count <= Int(Int32.max) ? kept * (4 + bytes) : Int.max
        let least = min(numbers.count * bytes, bitmap, indices)
        if least == numbers.count * bytes { return (numbers, .all) }
        let places = numbers.indices.filter { isKept(numbers[$0]) }
        let chosen = places.map { numbers[$0] }
        guard least == bitmap else { return (chosen, .indices(places.map { Int32($0) })) }
        var bits = [UInt8](repeating: 0, count: (numbers.count + 7) / 8)
        for place in places { bits[place / 8] |= 1 << UInt8(place % 8) }
        return (chosen, .bitmap(bits))
    }
}

extension StoredTensor {
    /// Its parts in an artifact.
    var parts: [Safetensors.Tensor] {
        var parts: [Safetensors.Tensor] = []
        var (numbersName, numbersShape) = (name, shape)
        switch places {
        case .all: break
        case .bitmap(let bits):
            parts.append(part(.bitmap, .bytes(bits)))
            (numbersName, numbersShape) = (Part.values.name(of: name), [kept])
        case .indices(let indices):
            parts.append(part(.indices, .int32(indices)))
            (numbersName, numbersShape) = (Part.values.name(of: name), [kept])
        }
        let elements: Safetensors.Elements =
            switch numbers {
            case .float32(let numbers): .float32(numbers)
            case .float16(let halves): .float16(halves)
            case .int8(let whole, _): .int8(whole)
            }
        parts.append(.init(name: numbersName, shape: numbersShape, elements: elements))
        if case .int8(_, let scales) = numbers { parts.append(part(.scale, .float32(scales))) }
        return parts
    }

    private func part(_ part: Part, _ elements: Safetensors.Elements) -> Safetensors.Tensor {
        .init(name: part.name(of: name), shape: [elements.count], elements: elements)
    }

    /// What the metadata say of it.
    var entry: JSONValue {
        let places =
            switch self.places {
            case .all: "all"
            case .bitmap: Part.bitmap.rawValue
            case .indices: Part.indices.rawValue
            }
        return [
            "shape": .array(shape.map { .int(Int64($0)) }),
            "numbers": .string(form.name),
            "places": .string(places),
        ]
    }
}
