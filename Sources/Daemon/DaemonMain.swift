// SPDX-License-Identifier: Apache-2.0
//
// The beginning and the end of the daemon: what `main` calls.

import Linux
import Storage
import Telemetry

/// The version of this learnd.
package let learndVersion = "0.1.0"

/// Runs the daemon with the arguments after the program's name.
///
/// - Returns: The exit code.
package func runDaemon(_ arguments: [String]) -> Int32 {
    switch Invocation(arguments) {
    case .help:
        Terminal.write(Invocation.helpText, to: 1)
        return 0
    case .version:
        Terminal.write("learnd \(learndVersion)\n", to: 1)
        return 0
    case .wrong(let what):
        Terminal.write("learnd: \(what)\n", to: 2)
        return 2
    case .run(let flags):
        // Before any thread: a thread that does not block them would be killed by them.
        Signals.block([.terminate, .interrupt, .hangUp])
        Signals.ignore(.brokenPipe)
        do {
            return try Supervisor(flags: flags).run()
        } catch let error as StartError {
            Terminal.write("learnd: \(error)\n", to: 2)
        } catch let error as StorageError {
            Terminal.write("learnd: \(error); \(error.remedy)\n", to: 2)
        } catch {
            Terminal.write("learnd: \(error)\n", to: 2)
        }
        return 1
    }
}
