// SPDX-License-Identifier: Apache-2.0
//
// Windows over images in a workspace.

import CKernels

/// A window that slides over the channels of an image.
package struct ImageWindow: Sendable, Equatable, BitwiseCopyable {
    /// The number of channels.
    package var channels: Int
    /// The height of the image.
    package var height: Int
    /// The width of the image.
    package var width: Int
    /// The height and width of the window.
    package var kernel: Int
    /// How far it moves.
    package var stride: Int
    /// How far it starts before the edge.
    package var padding: Int

    /// Makes a window.
    package init(
        channels: Int,
        height: Int,
        width: Int,
        kernel: Int,
        stride: Int,
        padding: Int
    ) {
        self.channels = channels
        self.height = height
        self.width = width
        self.kernel = kernel
        self.stride = stride
        self.padding = padding
    }

    /// How many places the window has from top to bottom.
    package var outHeight: Int { ImageWindow.places(height, self) }
    /// How many places the window has from left to right.
    package var outWidth: Int { ImageWindow.places(width, self) }
    /// How many places the window has.
    package var places: Int { outHeight * outWidth }
    /// How many numbers it sees at one place.
    package var seen: Int { channels * kernel * kernel }
    /// How many numbers the image has.
    package var pixels: Int { channels * height * width }

    private static func places(_ size: Int, _ window: ImageWindow) -> Int {
        max(0, (size + 2 * window.padding - window.kernel) / window.stride + 1)
    }

    var inC: learnd_image_window {
        learnd_image_window(
            channels: channels,
            height: height,
            width: width,
            kernel: kernel,
            stride: stride,
            padding: padding,
            out_height: outHeight,
            out_width: outWidth
        )
    }
}

extension Workspace {
    /// Writes what the window sees at each place as one column.
    package mutating func unfold(_ window: ImageWindow, _ image: Address, to columns: Address) {
        var inC = window.inC
        withRooms {
            let from = $0.read(image, window.pixels)
            learnd_unfold(&inC, from, $0.write(columns, window.seen * window.places))
        }
    }

    /// Adds the columns to the pixels that they were seen from.
    package mutating func fold(_ window: ImageWindow, _ columns: Address, to image: Address) {
        var inC = window.inC
        withRooms {
            let from = $0.read(columns, window.seen * window.places)
            learnd_fold(&inC, from, $0.write(image, window.pixels))
        }
    }

    /// Writes the largest number of each place of the window, and where it was.
    package mutating func pool(
        _ window: ImageWindow,
        _ image: Address,
        to: Address,
        winners: Address
    ) {
        var inC = window.inC
        let count = window.channels * window.places
        withRooms {
            let from = $0.read(image, window.pixels)
            learnd_pool(&inC, from, $0.write(to, count), $0.write(winners, count))
        }
    }

    /// Adds each gradient to the pixel that won.
    package mutating func poolBack(
        _ window: ImageWindow,
        gradient: Address,
        winners: Address,
        to image: Address
    ) {
        var inC = window.inC
        let count = window.channels * window.places
        withRooms {
            let (dy, places) = ($0.read(gradient, count), $0.read(winners, count))
            learnd_pool_back(&inC, dy, places, $0.write(image, window.pixels))
        }
    }
}
