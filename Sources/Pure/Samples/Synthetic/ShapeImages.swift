// SPDX-License-Identifier: Apache-2.0
//
// Small grey images, for convolutions: one of ten shapes at a random place and in a random size, as
// bright as it happens to be (0.6 to 1), on black, with normal noise on each pixel. A shape is the
// same class wherever it stands, so a model that looks at single pixels does badly. In concept 1
// images are negatives: bright ground, dark shapes.
//
// A shape fills a square box of odd side s; with u and v from -r to r = (s - 1) / 2 across and
// down:
//
//   0 -   v = 0           3 /   u = -v           6 box      max(|u|, |v|) = r
//   1 |   u = 0           4 +   u = 0 or v = 0   7 block    all of it
//   2 \   u = v           5 X   |u| = |v|        8 diamond  |u| + |v| = r
//                                                9 L        u = -r or v = r
//
// Pixels are in rows from the top, from 0 to 1.

import Primitives

/// The world of shapes.
package struct ShapeImages: ConceptWorld {
    /// How many shapes appear.
    package let classes: Int
    /// Pixels across, and down.
    package let side: Int
    /// Images and negatives.
    package let concepts = 2
    /// The standard deviation of the noise on a pixel, before it is clipped to 0...1.
    package let noise: Double

    private var random: RandomSource

    /// Makes the world.
    ///
    /// - Precondition: `side` is at least 7, and `classes` lies in `2...10`.
    package init(seed: UInt64, side: Int = 8, classes: Int = 10, noise: Double = 0.1) {
        precondition(side >= 7, "a box of five pixels needs some room")
        precondition((2...10).contains(classes), "there are ten shapes")
        self.side = side
        self.classes = classes
        self.noise = noise
        random = RandomSource(seed: seed)
    }

    /// The number of pixels.
    package var width: Int { side * side }

    /// Whether the shape covers the place (u, v) of a box with radius r.
    package static func covers(_ shape: Int, _ u: Int, _ v: Int, radius r: Int) -> Bool {
        switch shape {
        case 0: v == 0
        case 1: u == 0
        case 2: u == v
        case 3: u == -v
        case 4: u == 0 || v == 0
        case 5: u.magnitude == v.magnitude
        case 6: max(u.magnitude, v.magnitude) == r.magnitude
        case 7: true
        case 8: u.magnitude + v.magnitude == r.magnitude
        default: u == -r || v == r
        }
    }

    /// Writes the pixels of an image, and gives its shape.
    package mutating func next(by moment: ConceptMoment, into features: inout [Float]) -> Double {
        let shape = random.below(classes)
        // Boxes of five pixels up to all but two of the side.
        let radius = 2 + random.below(max(1, (side - 3) / 2 - 1))
        let across = radius + random.below(side - 2 * radius)
        let down = radius + random.below(side - 2 * radius)
        let brightness = 0.6 + 0.4 * random.unit()
        for row in 0..<side {
            for column in 0..<side {
                let (u, v) = (column - across, row - down)
                let isInside = max(u.magnitude, v.magnitude) <= radius.magnitude
                let isLit = isInside && ShapeImages.covers(shape, u, v, radius: radius)
                let grey = (isLit ? brightness : 0) + noise * random.normal()
                let clipped = min(max(grey, 0), 1)
                features[row * side + column] = Float(moment.concept == 0 ? clipped : 1 - clipped)
            }
        }
        return Double(shape)
    }
}
