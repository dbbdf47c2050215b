// SPDX-License-Identifier: Apache-2.0
//
// What numbers say that look at no column: the honest baselines of every stream of numbers.
//
//     mean_number   m += min(1, h max(1 / n, 1 / 200)) (y - m), n being the rows so far
//     last_number   m = y
//
// with the number y as it came and its weight h. A prediction is m, measured by the centre and the
// spread of the row and held within 5; 0 before there is any number. The last one is what was known
// when the row came: of a stream whose labels are late that is an old one.

import Kernels
import Primitives

/// A number that follows the numbers of the stream.
struct RecentNumber: Expert {
    private(set) var shape: ExpertShape
    /// After how many rows it forgets.
    let memory: Double
    private(set) var number = 0.0
    private(set) var count = 0.0

    init(_ shape: ExpertShape, memory: Double) {
        self.shape = shape
        self.memory = memory
    }

    var cost: Double { 10 }
    var isFinite: Bool { number.isFinite }
    var tensors: [ExpertTensor] {
        [
            ExpertTensor("number", [1], .doubles([number])),
            ExpertTensor("rows", [1], .doubles([count])),
        ]
    }

    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        for row in 0..<rows.count {
            opinions[row] = opinion(rows, row)
            let (target, weight) = (Double(rows.targets[row]), Double(rows.weights[row]))
            guard rows.learns[row] == 1, target.isFinite, weight > 0 else { continue }
            count = min(count + 1, memory)
            let came = Double(rows.centres[row]) + target * Double(rows.spreads[row])
            number = memory > 1 ? number + min(1, weight / count) * (came - number) : came
        }
    }

    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    ) {
        for row in 0..<rows.count { opinions[row] = opinion(rows, row) }
    }

    private func opinion(_ rows: ExpertRows, _ row: Int) -> Float {
        guard count > 0 else { return 0 }
        let distance = (number - Double(rows.centres[row])) / Double(rows.spreads[row])
        let most = Double(NumberLines.most)
        return Float(min(max(distance, -most), most))
    }

    mutating func grow(to shape: ExpertShape) { self.shape = shape }

    func encode(into writer: inout ByteWriter) {
        writer.write(number)
        writer.write(count)
    }

    init(
        memory: Double,
        from reader: inout ByteReader,
        _ shape: ExpertShape
    ) throws(DecodeError) {
        self.init(shape, memory: memory)
        number = try reader.readDouble()
        count = try reader.readDouble()
        guard abs(number) <= 1e40, count >= 0, count <= memory, count.rounded() == count else {
            throw .invalid("a number that follows others is none, or follows too many")
        }
    }
}

extension ExpertKind {
    /// The mean of about the last 200 numbers.
    static let meanNumber = recentNumber("mean_number", number: 7, memory: 200)
    /// The last number.
    static let lastNumber = recentNumber("last_number", number: 8, memory: 1)

    private static func recentNumber(_ name: String, number: UInt8, memory: Double) -> ExpertKind {
        ExpertKind(
            name,
            number: number,
            use: .numbers,
            make: { shape, _ in RecentNumber(shape, memory: memory) },
            read: { reader, shape throws(DecodeError) in
                try RecentNumber(memory: memory, from: &reader, shape)
            }
        )
    }
}
