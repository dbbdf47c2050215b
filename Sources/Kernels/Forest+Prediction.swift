// SPDX-License-Identifier: Apache-2.0
//
// What a forest says of rows, over spans. Sources/CKernels/forest_predict.c has the walk.

import CKernels

extension Forest {
    /// How what the trees say becomes an opinion.
    package struct Reading: Sendable, Equatable {
        /// Whether the changes of the columns and the last label are inputs behind the columns.
        package var isTemporal: Bool
        /// Numbers are `centre + slope * (the sum of the trees)`, then measured by the row's
        /// centre and spread, and cut off at `clip`.
        package var centre = 0.0
        /// What the sum of the trees is multiplied by.
        package var slope = 1.0
        /// The largest size of a measured number.
        package var clip: Float
        /// Of classes, `trust` times the mean of the trees, and `1 - trust` shared by all.
        package var trust: Float

        /// Makes a reading.
        package init(isTemporal: Bool, clip: Float, trust: Float) {
            self.isTemporal = isTemporal
            self.clip = clip
            self.trust = trust
        }
    }

    /// The number of inputs of rows that are so wide.
    package static func inputs(isTemporal: Bool, width: Int, classes: Int) -> Int {
        isTemporal ? 2 * width + classes : width
    }

    /// Writes what the trees say of each row.
    ///
    /// - Precondition: There are trees, the rows have at least the inputs and classes that the
    ///   forest knows, at most ``ForestRows/inputsMost`` inputs, and there is room for opinions.
    package func predict(
        _ rows: ExpertRows,
        _ reading: Reading,
        opinions: inout MutableSpan<Float>
    ) {
        let inputs = Forest.inputs(
            isTemporal: reading.isTemporal,
            width: rows.width,
            classes: rows.outputs
        )
        precondition(
            trees > 0 && inputs <= ForestRows.inputsMost && inputs >= self.inputs
                && rows.outputs >= max(1, classes)
                && (classes > 0 || rows.outputs == 1)
                && opinions.count >= rows.count * rows.outputs,
            "a forest predicts rows of its own inputs, with room for each opinion"
        )
        rows.withC { rows in
            opinions.withUnsafeMutableBufferPointer { opinions in
                withC(reading) { learnd_forest_predict($0, rows, opinions.baseAddress) }
            }
        }
    }

    private func withC(_ reading: Reading, _ kernel: (UnsafePointer<learnd_forest>) -> Void) {
        nodes.withUnsafeBufferPointer { nodes in
            starts.withUnsafeBufferPointer { starts in
                depths.withUnsafeBufferPointer { depths in
                    leafStarts.withUnsafeBufferPointer { leafStarts in
                        leafClasses.withUnsafeBufferPointer { leafClasses in
                            leafShares.withUnsafeBufferPointer { leafShares in
                                var forest = learnd_forest(
                                    nodes: nodes.baseAddress,
                                    starts: starts.baseAddress,
                                    depths: depths.baseAddress,
                                    trees: trees,
                                    classes: classes,
                                    leaf_starts: leafStarts.baseAddress,
                                    leaf_classes: leafClasses.baseAddress,
                                    leaf_shares: leafShares.baseAddress,
                                    centre: reading.centre,
                                    slope: reading.slope,
                                    trust: reading.trust,
                                    floor: 1 - reading.trust,
                                    temporal: reading.isTemporal ? 1 : 0,
                                    clip: reading.clip
                                )
                                kernel(&forest)
                            }
                        }
                    }
                }
            }
        }
    }
}
