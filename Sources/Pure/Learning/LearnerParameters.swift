// SPDX-License-Identifier: Apache-2.0
//
// A model as its consumers see it: what kind it is, the tensors that predict, and whatever else a
// consumer must know, as texts. An artifact is these, the scaling and the schema; nothing that only
// learning needs is among them. docs/protocol.md says for each kind what its tensors mean.

package import Primitives

/// The parameters that predict, without anything that only learning needs.
package struct LearnerParameters: Sendable, Equatable {
    /// One named tensor of single-precision numbers.
    package struct Tensor: Sendable, Equatable {
        /// Its name in the artifact.
        package var name: String
        /// Its dimensions, outermost first.
        package var shape: [Int]
        /// Its numbers in row-major order.
        package var numbers: [Float]
        /// Whether the numbers say where others belong, and are not learned.
        package var isIndex: Bool

        /// Makes a tensor.
        ///
        /// - Precondition: the shape has as many places as there are numbers.
        package init(
            _ name: String,
            shape: [Int],
            _ numbers: [Float],
            isIndex: Bool = false
        ) {
            precondition(shape.reduce(1, *) == numbers.count, "a tensor's shape holds its numbers")
            self.name = name
            self.shape = shape
            self.numbers = numbers
            self.isIndex = isIndex
        }
    }

    /// What stands in the artifact beside the tensors that predict, such as the names of rows.
    package struct Attachment: Sendable, Equatable {
        /// What it consists of.
        package enum Content: Sendable, Equatable {
            /// Bytes, as a U8 tensor.
            case bytes([UInt8])
            /// Double-precision numbers, as an F64 tensor.
            case numbers([Double])
        }

        /// Its name in the artifact.
        package var name: String
        /// What it consists of.
        package var content: Content

        /// Makes an attachment.
        package init(_ name: String, _ content: Content) {
            self.name = name
            self.content = content
        }
    }

    /// The scaling of a part of a model that scales for itself, in double precision.
    package struct Scaling: Sendable, Equatable {
        /// What the names of its tensors begin with.
        package var prefix: String
        /// The mean of each column.
        package var mean: [Double]
        /// The deviation of each column.
        package var deviation: [Double]

        /// Makes a scaling.
        package init(_ prefix: String, mean: [Double], deviation: [Double]) {
            self.prefix = prefix
            self.mean = mean
            self.deviation = deviation
        }
    }

    /// What the tensors mean: the word for the model in manifests and artifacts.
    package var kind: String
    /// The tensors in the order of the artifact.
    package var tensors: [Tensor]
    /// What stands beside them; how far a model has moved is not seen in it.
    package var attachments: [Attachment]
    /// The scalings of parts, in the order of the artifact.
    package var scalings: [Scaling] = []
    /// What else a consumer must know, by name, as it stands in the artifact's metadata.
    package var facts: [JSONValue.Member]

    /// Makes parameters.
    package init(
        kind: String,
        tensors: [Tensor],
        attachments: [Attachment] = [],
        facts: [JSONValue.Member] = []
    ) {
        self.kind = kind
        self.tensors = tensors
        self.attachments = attachments
        self.facts = facts
    }

    /// The numbers of the tensor called `name`; none when there is no such tensor.
    package func numbers(of name: String) -> [Float] {
        tensors.first { $0.name == name }?.numbers ?? []
    }

    /// All learned numbers, tensor after tensor: what tells how far a model has moved.
    package var numbers: [Float] { tensors.filter { !$0.isIndex }.flatMap(\.numbers) }
}
