// SPDX-License-Identifier: Apache-2.0
//
// Mixes what the experts of a pool say, over spans.

import CKernels

/// The numbers of a mix: several for each expert, and some for the whole.
package struct MixNumbers: Sendable {
    /// What each expert has.
    package enum Part: Int, Sendable, CaseIterable {
        /// 1 while it is in the mix, else 0.
        case active = 0
        /// How many rows it was measured on.
        case count
        /// How sharp its probabilities are taken.
        case temperature
        /// The mean of its squared log odds.
        case power
        /// Its weight under the first rule.
        case share
        /// The logarithm of its weight under the second, but for a constant.
        case logHedge
        /// Its weight under the second rule.
        case hedge
        /// Its weight under the third rule.
        case stack
        /// Its own mean log loss, or mean squared error.
        case loss
        /// Its own share of errors, or mean error.
        case miss
        /// The same over all rows since it took part, of numbers in their own unit.
        case overall
    }

    /// How many experts there are room for: a multiple of 16.
    package let slots: Int
    /// The parts, one after the other.
    package var parts: [Float]
    /// How uncertain the weights of the third rule are.
    package var spread: [Float]
    /// The weights of the three rules and their logarithms, noise, usual error, reach, rows.
    package var wholes: [Float]
    private var room: [Float] = []

    /// The most experts.
    package static let slotsMost = Int(LEARND_MIX_SLOTS_MOST)
    /// How many numbers the whole has.
    package static let wholesCount = Int(LEARND_MIX_WHOLES)
    /// Where the weights of the rules stand among them.
    package static let rules = Int(LEARND_MIX_RULE)..<Int(LEARND_MIX_RULE + LEARND_MIX_RULES)
    /// Where the logarithms of the weights of the rules stand.
    package static let logRules = 0..<Int(LEARND_MIX_RULES)
    /// Where the noise of the third rule stands.
    package static let noise = Int(LEARND_MIX_NOISE)
    /// Where the usual error stands.
    package static let error = Int(LEARND_MIX_ERROR)
    /// Where the reach of an interval stands, in usual errors.
    package static let reach = Int(LEARND_MIX_REACH)

    /// Makes room for experts.
    ///
    /// - Precondition: There are at most ``slotsMost``.
    package init(experts: Int) {
        precondition(experts <= MixNumbers.slotsMost, "a mix has few experts")
        slots = max(1, (experts + 15) / 16) * 16
        parts = [Float](repeating: 0, count: slots * Part.allCases.count)
        spread = [Float](repeating: 0, count: slots * slots)
        wholes = [Float](repeating: 0, count: MixNumbers.wholesCount)
    }

    /// One number of one expert.
    package subscript(part: Part, expert: Int) -> Float {
        get { parts[part.rawValue * slots + expert] }
        set { parts[part.rawValue * slots + expert] = newValue }
    }

    /// Mixes opinions about classes, and learns from the labels.
    ///
    /// - Parameters:
    ///   - opinions: Probabilities, expert after expert, in each row after row.
    ///   - experts: How many of them.
    ///   - rows: The rows, with their labels.
    ///   - learns: 1 for each row that weights may follow.
    ///   - predictions: Gets probabilities, row after row.
    package mutating func mixClasses(
        _ opinions: Span<Float>,
        experts: Int,
        rows: ExpertRows,
        learns: [UInt8],
        predictions: inout MutableSpan<Float>
    ) {
        let (count, classes) = (rows.count, rows.outputs)
        check(opinions.count, experts, rows, learns, predictions.count)
        guard count > 0 else { return }
        predictions.withUnsafeMutableBufferPointer { predictions in
            opinions.withUnsafeBufferPointer { opinions in
                withC(outputs: classes) { mix in
                    learnd_mix_classes(
                        mix,
                        opinions.baseAddress,
                        experts,
                        count,
                        classes,
                        rows.labels,
                        learns,
                        predictions.baseAddress
                    )
                }
            }
        }
    }

    /// Mixes opinions about numbers, and learns from the targets.
    ///
    /// - Parameters:
    ///   - opinions: Numbers, expert after expert, in each row after row.
    ///   - experts: How many of them.
    ///   - rows: The rows, with their targets.
    ///   - learns: 1 for each row that weights may follow.
    ///   - predictions: Gets a number for each row.
    ///   - reaches: Gets how far the interval of each row goes to either side.
    package mutating func mixNumbers(
        _ opinions: Span<Float>,
        experts: Int,
        rows: ExpertRows,
        learns: [UInt8],
        predictions: inout MutableSpan<Float>,
        reaches: inout MutableSpan<Float>
    ) {
        let count = rows.count
        check(opinions.count, experts, rows, learns, predictions.count)
        precondition(reaches.count >= count, "every row has an interval")
        guard count > 0 else { return }
        predictions.withUnsafeMutableBufferPointer { predictions in
            reaches.withUnsafeMutableBufferPointer { reaches in
                opinions.withUnsafeBufferPointer { opinions in
                    withC(outputs: 1) { mix in
                        learnd_mix_numbers(
                            mix,
                            opinions.baseAddress,
                            experts,
                            count,
                            rows.targets,
                            rows.spreads,
                            learns,
                            predictions.baseAddress,
                            reaches.baseAddress
                        )
                    }
                }
            }
        }
    }

    private func check(
        _ opinions: Int,
        _ experts: Int,
        _ rows: ExpertRows,
        _ learns: [UInt8],
        _ predictions: Int
    ) {
        let area = rows.count * rows.outputs
        precondition(
            experts <= slots && opinions >= experts * area && predictions >= area
                && rows.labels.count == rows.count && rows.targets.count == rows.count
                && rows.spreads.count == rows.count
                && learns.count == rows.count,
            "every expert has an opinion of every row"
        )
    }

    private mutating func withC(outputs: Int, _ kernel: (UnsafePointer<learnd_mix>) -> Void) {
        let wanted = (3 * outputs + 1) * slots + 3 * outputs
        if room.count < wanted {
            room.append(contentsOf: repeatElement(0, count: wanted - room.count))
        }
        parts.withUnsafeMutableBufferPointer { parts in
            spread.withUnsafeMutableBufferPointer { spread in
                wholes.withUnsafeMutableBufferPointer { wholes in
                    room.withUnsafeMutableBufferPointer { room in
                        var mix = learnd_mix(
                            slots: slots,
                            parts: parts.baseAddress,
                            spread: spread.baseAddress,
                            wholes: wholes.baseAddress,
                            room: room.baseAddress
                        )
                        kernel(&mix)
                    }
                }
            }
        }
    }
}
