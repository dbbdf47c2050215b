// SPDX-License-Identifier: Apache-2.0
// temporary
package enum Notify {
    package static func ready(status: String) {}
    package static func status(_ text: String) {}
    package static func reloading() {}
    package static func stopping() {}
    package static func watchdog() {}
    package static var watchdogInterval: Duration? { nil }
}
