// SPDX-License-Identifier: Apache-2.0
//
// Why the daemon does not start: what is wrong and what to do, for one line on the terminal.

import ZeroMQ

/// A reason not to start.
struct StartError: Error, CustomStringConvertible {
    var message: String
    var remedy: String

    init(_ message: String, remedy: String) {
        self.message = message
        self.remedy = remedy
    }

    var description: String { "\(message); \(remedy)" }

    /// Opens a socket; what fails is named with the key that says where.
    static func naming<Opened: ~Copyable>(
        _ key: String,
        _ endpoint: String,
        _ open: () throws(ZeroMQError) -> Opened
    ) throws(StartError) -> Opened {
        do throws(ZeroMQError) {
            return try open()
        } catch {
            if error == .addressInUse {
                throw StartError(
                    "\(key) = \"\(endpoint)\" is in use by another process",
                    remedy: "stop that process, or set \(key) to a free address"
                )
            }
            throw StartError(
                "\(key) = \"\(endpoint)\" cannot be opened: \(error)",
                remedy: "check the address (tcp://127.0.0.1:PORT or ipc:///PATH)"
            )
        }
    }
}

extension Socket {
    /// Where a bound socket can be reached.
    func address() throws(StartError) -> String {
        do throws(ZeroMQError) {
            return try lastEndpoint()
        } catch {
            throw StartError("a socket does not say where it is: \(error)", remedy: "start again")
        }
    }
}
