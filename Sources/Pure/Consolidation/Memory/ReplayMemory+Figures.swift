// SPDX-License-Identifier: Apache-2.0
//
// What an operator sees of a memory.

package import Learning
package import Primitives

extension ReplayMemory {
    /// Policy, rows by part, and bytes, as in status, with those on which contexts are examined.
    ///
    /// Without classes there is nothing to balance over: `balanced` keeps what `reservoir` does.
    package func json(_ task: Task, beside probes: ContextProbes) -> JSONValue {
        let policy =
            settings.policy == .balanced && task != .classes ? .reservoir : settings.policy
        return [
            "policy": .string(policy.name),
            "rows": .int(Int64(rowCount)),
            "reservoir": .int(Int64(count(of: .reservoir))),
            "recent": .int(Int64(count(of: .recent))),
            "holdout": .int(Int64(count(of: .holdout))),
            "bytes": .int(Int64(bytes)),
            "bytes_max": .int(Int64(settings.bytesMax)),
            "probes": .int(Int64(probes.count)),
            "probe_bytes": .int(Int64(probes.bytes)),
        ]
    }
}
