// SPDX-License-Identifier: Apache-2.0
//
// A matrix in few bytes, read back from a file that somebody else may have written: every length
// and place is checked before it is used.

import Learning
import Primitives

/// What the metadata of an artifact say of a matrix.
struct StoredEntry {
    let name: String
    let shape: [Int]
    private let form: WeightForm
    private let places: String

    /// The most numbers of a matrix; more than any model has.
    private static let countMost = 1 << 31

    init(_ member: JSONValue.Member) throws(DecodeError) {
        name = member.name
        guard let shape = SafetensorsFile.sizes(member.value["shape"]), !shape.isEmpty,
            case .string(let form)? = member.value["numbers"],
            let form = WeightForm.allCases.first(where: { $0.name == form }),
            case .string(let places)? = member.value["places"],
            ["all", "bitmap", "indices"].contains(places)
        else { throw .invalid("tensor \(member.name) is compressed in an unknown way") }
        var count = 1
        for size in shape {
            let (product, isTooLarge) = count.multipliedReportingOverflow(by: size)
            guard !isTooLarge, product <= StoredEntry.countMost else {
                throw .invalid("tensor \(member.name) has too many numbers")
            }
            count = product
        }
        self.shape = shape
        self.form = form
        self.places = places
    }

    private var count: Int { shape.reduce(1, *) }

    /// The weights, from the file's tensors of numbers and the bytes of all others.
    func weights(
        numbers: [LearnerParameters.Tensor],
        bytes: [String: [UInt8]]
    ) throws(DecodeError) -> [Float] {
        let (places, isDense) = try placesOfNumbers(bytes)
        let source = isDense ? name : StoredTensor.Part.values.name(of: name)
        let count = isDense ? self.count : places.count
        var values: [Float]
        if form == .int8 {
            guard let whole = bytes[source], whole.count == count else { throw missing(source) }
            values = whole.map { Float(Int8(bitPattern: $0)) }
        } else {
            guard let tensor = numbers.first(where: { $0.name == source }),
                tensor.numbers.count == count
            else { throw missing(source) }
            values = tensor.numbers
        }
        if form == .int8 { try scale(&values, places, isDense, numbers) }
        guard !isDense else { return values }
        var weights = [Float](repeating: 0, count: self.count)
        for (number, place) in places.enumerated() { weights[place] = values[number] }
        return weights
    }

    private func scale(
        _ values: inout [Float],
        _ places: [Int],
        _ isDense: Bool,
        _ numbers: [LearnerParameters.Tensor]
    ) throws(DecodeError) {
        let source = StoredTensor.Part.scale.name(of: name)
        guard let scales = numbers.first(where: { $0.name == source })?.numbers,
            scales.count == shape[0]
        else { throw missing(source) }
        let width = max(1, count / max(1, shape[0]))
        for number in values.indices {
            values[number] *= scales[(isDense ? number : places[number]) / width]
            guard values[number].isFinite else {
                throw .invalid("tensor \(name) has a number that is not finite")
            }
        }
    }

    /// The places that have a number, ascending; none are listed when all have one.
    private func placesOfNumbers(
        _ bytes: [String: [UInt8]]
    ) throws(DecodeError) -> (places: [Int], isDense: Bool) {
        switch places {
        case "all": return ([], true)
        case "bitmap":
            let source = StoredTensor.Part.bitmap.name(of: name)
            guard let bits = bytes[source], bits.count == (count + 7) / 8 else {
                throw missing(source)
            }
            let isSet = { (place: Int) in bits[place / 8] >> UInt8(place % 8) & 1 == 1 }
            return ((0..<count).filter(isSet), false)
        default:
            let source = StoredTensor.Part.indices.name(of: name)
            guard let raw = bytes[source], raw.count % 4 == 0 else { throw missing(source) }
            var reader = ByteReader(raw)
            var places: [Int] = []
            for _ in 0..<raw.count / 4 {
                let place = Int(try reader.read(Int32.self))
                guard place >= 0, place < count, place > places.last ?? -1 else {
                    throw .invalid("the places of tensor \(name) are not ascending within it")
                }
                places.append(place)
            }
            return (places, false)
        }
    }

    private func missing(_ source: String) -> DecodeError {
        .invalid("it has no tensor \(source) that goes with the compressed \(name)")
    }
}
