// SPDX-License-Identifier: Apache-2.0
//
// The configuration's word for what is worth a line.

import Configuration
import Telemetry

extension Configuration.LogLevel {
    /// The least grave line that is written.
    var telemetry: Telemetry.LogLevel {
        switch self {
        case .debug: .debug
        case .info: .info
        case .notice: .notice
        case .warning: .warning
        case .error: .error
        }
    }
}
