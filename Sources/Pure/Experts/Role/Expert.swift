// SPDX-License-Identifier: Apache-2.0
//
// The role of everything that a pool is made of. An expert is a value: it predicts each row, then
// learns it, row after row; a pool mixes what its experts say. Experts know nothing of one another,
// so each goes through all rows of a block before the next one does: one dynamic call for a block,
// none for a row.
//
// A prediction of a class is a probability for each class (they sum to 1, none is below 0); a
// prediction of a number is that number measured by the row's centre and spread. Neither may depend
// on the row's own label, nor on any row behind it, nor on where blocks begin and end.

package import Kernels
package import Primitives

/// A model among others.
package protocol Expert: Sendable {
    /// The shape that it has grown to.
    var shape: ExpertShape { get }
    /// How many opinions it gives of a row: as many as its kind has columns.
    var columns: Int { get }
    /// Whether every number of the state is finite.
    var isFinite: Bool { get }

    /// Predicts each row, then learns it where `rows.learns` says so, with its weight.
    ///
    /// - Parameters:
    ///   - rows: The rows, of the expert's shape.
    ///   - history: The labelled rows; those before a row are the first `rows.before[row]`, and
    ///     those of `rows` that are learned are among them.
    ///   - opinions: What is predicted: column after column, in each row after row.
    mutating func testThenTrain(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    )
    /// Predicts each row and changes nothing.
    func predict(
        _ rows: ExpertRows,
        _ history: ExpertHistory,
        _ opinions: inout MutableSpan<Float>
    )
    /// Widens to the shape, which is never smaller than its own.
    mutating func grow(to shape: ExpertShape)

    /// How many of the newest rows of the history it looks at when it predicts.
    var window: Int { get }
    /// About how many nanoseconds a row costs on a present core, predicted and learned; tells
    /// experts apart when there is no time for all of them.
    var cost: Double { get }
    /// What a consumer needs to predict as it does; names are unique within the expert.
    var tensors: [ExpertTensor] { get }
    /// What else a consumer must know, by name.
    var facts: [JSONValue.Member] { get }
    /// The names of those tensors whose numbers may be rounded to half precision.
    var roundable: [String] { get }
    /// Predicts by rounded numbers; it is not to learn afterwards.
    ///
    /// - Precondition: Names and sizes are those of ``roundable``.
    mutating func take(rounded numbers: [Float], as name: String)

    /// Whether experts of this kind are made anew from remembered rows.
    var isMadeAnew: Bool { get }
    /// A model made anew from remembered rows, if experts of this kind are made so.
    ///
    /// - Parameters:
    ///   - history: The rows; those from `first` on are of use.
    ///   - first: The first row that may be used.
    ///   - seed: What decides all that is drawn.
    /// - Returns: The work; nil where there is none of the kind, or too few rows.
    func refit(on history: ExpertHistory, from first: Int, seed: UInt64) -> (any ExpertRefit)?
    /// Puts a refit's model in the place of the own one.
    mutating func adopt(_ refit: any ExpertRefit)

    /// Appends the whole state; ``ExpertCoding`` writes the kind in front.
    func encode(into writer: inout ByteWriter)
}

extension Expert {
    /// None.
    package var window: Int { 0 }
    /// One.
    package var columns: Int { 1 }
    /// None: what it needs is written in its tensors.
    package var facts: [JSONValue.Member] { [] }
    /// None: places, counts, thresholds and statistics must be what they are.
    package var roundable: [String] { [] }
    /// Changes nothing: nothing is rounded.
    package mutating func take(rounded numbers: [Float], as name: String) {}
    /// No.
    package var isMadeAnew: Bool { false }
    /// Nothing: the expert goes on from what it is.
    package func refit(
        on history: ExpertHistory,
        from first: Int,
        seed: UInt64
    ) -> (any ExpertRefit)? { nil }
    /// Changes nothing: there is no refit of its kind.
    package mutating func adopt(_ refit: any ExpertRefit) {}
}

/// A model that is being made from remembered rows, as a value that advances in slices, so that a
/// worker can turn its crank and stop at any slice.
package protocol ExpertRefit: Sendable {
    /// How many rows it is made of.
    var rows: Int { get }
    /// Whether the model is done.
    var isDone: Bool { get }
    /// Works on one slice: about a millisecond or some.
    mutating func advance()
}

/// Numbers that predict, as they stand in an artifact.
package struct ExpertTensor: Sendable, Equatable {
    /// What it holds.
    package enum Content: Sendable, Equatable {
        /// Learned numbers.
        case numbers([Float])
        /// Places in other tensors, as whole numbers that a Float holds exactly.
        case places([Float])
        /// Numbers in double precision.
        case doubles([Double])
    }

    /// Its name within the expert.
    package var name: String
    /// Its dimensions, outermost first.
    package var dimensions: [Int]
    /// What it holds, in row-major order.
    package var content: Content

    /// Makes a tensor of learned numbers.
    package init(_ name: String, _ dimensions: [Int], _ numbers: [Float]) {
        self.init(name, dimensions, .numbers(numbers))
    }

    /// Makes a tensor.
    ///
    /// - Precondition: The dimensions have as many places as there are numbers.
    package init(_ name: String, _ dimensions: [Int], _ content: Content) {
        let count =
            switch content {
            case .numbers(let numbers), .places(let numbers): numbers.count
            case .doubles(let numbers): numbers.count
            }
        precondition(dimensions.reduce(1, *) == count, "a tensor's dimensions hold its numbers")
        self.name = name
        self.dimensions = dimensions
        self.content = content
    }
}
