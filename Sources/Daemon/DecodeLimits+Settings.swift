// SPDX-License-Identifier: Apache-2.0
//
// What the decoder lets through follows from the largest frame that a socket lets through.

import Configuration
import Decoding

extension DecodeLimits {
    /// The limits for the configured sockets.
    init(_ settings: Settings) {
        self.init()
        jsonBytesMax = settings.samples.map(\.frameLimitBytes).max() ?? jsonBytesMax
    }
}
