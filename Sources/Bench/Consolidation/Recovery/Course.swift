// SPDX-License-Identifier: Apache-2.0
//
// A stream cut into concepts. Of each concept some samples are kept back as probes: the learner
// never sees them, so their error says at any moment how good the learner is in that world, without
// the noise of a few hundred live samples.

package import Samples

/// A synthetic stream with probes for each of its concepts.
package struct Course: Sendable {
    /// One world.
    package struct Concept: Sendable {
        /// What the learner gets.
        package var samples: [SyntheticSample]
        /// What it is examined on.
        package var probes: [SyntheticSample]
    }

    /// What the stream is called.
    package let name: String
    /// The worlds in order.
    package let concepts: [Concept]

    /// Cuts a stream, which `make` makes for a concept length, into concepts.
    ///
    /// - Parameters:
    ///   - name: What the stream is called.
    ///   - length: The samples of each concept that the learner gets.
    ///   - concepts: How many there are.
    ///   - probes: The samples of each concept that it is examined on.
    ///   - make: Makes the stream for the length of a concept with its probes.
    package init(
        name: String,
        length: Int,
        concepts: Int,
        probes: Int = 2000,
        make: (_ conceptLength: Int) -> any SampleSource
    ) {
        var source = make(length + probes)
        self.name = name
        self.concepts = (0..<concepts).map { _ in
            let held = source.next(probes)
            return Concept(samples: source.next(length), probes: held)
        }
    }
}
