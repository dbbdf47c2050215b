// SPDX-License-Identifier: Apache-2.0
//
// libzmq bounds what waits in memory by messages, not by bytes: at worst each producer of a socket
// has `receive_hwm` messages waiting, each as long as `frame_limit`. The start says whether that
// fits into `memory_budget`, so that nobody learns it from the out-of-memory killer.

extension Settings {
    /// What the check at the start found.
    package struct MemoryCheck: Sendable, Equatable {
        /// Whether the worst case exceeds the budget.
        package let exceeds: Bool
        /// The figures, and what to change when they are too large.
        package let sentence: String
    }

    /// Compares the worst case of all sample sockets with the budget.
    package func memoryCheck() -> MemoryCheck {
        let total = samples.reduce(0) { $0 + $1.worstBytes }
        let figures = samples.enumerated().map { index, socket in
            "samples[\(index + 1)]: \(socket.producers) producer"
                + "\(socket.producers == 1 ? "" : "s") x receive_hwm \(socket.receiveHWM) x "
                + "frame_limit \(SizeText.text(socket.frameLimitBytes)) = "
                + SizeText.rounded(socket.worstBytes)
        }
        let budget = SizeText.text(memoryBudgetBytes)
        let text = figures.joined(separator: ", ")
        guard total > Double(memoryBudgetBytes) else {
            return MemoryCheck(
                exceeds: false,
                sentence: "waiting samples fit into memory_budget \(budget) at worst: " + text
            )
        }
        return MemoryCheck(
            exceeds: true,
            sentence: "waiting samples could take \(SizeText.rounded(total)), more than "
                + "memory_budget \(budget): " + text + "; " + remedy(total: total)
        )
    }

    /// One value of each key that would make the worst case fit, all else being equal.
    private func remedy(total: Double) -> String {
        let share = Double(memoryBudgetBytes) / total
        let worst = samples.indices.max { samples[$0].worstBytes < samples[$1].worstBytes } ?? 0
        let socket = samples[worst]
        let hwm = max(1, Int(Double(socket.receiveHWM) * share))
        let limit = max(1024, Int(Double(socket.frameLimitBytes) * share) / 1024 * 1024)
        let need = (total / Double(1 << 20)).rounded(.up)
        return "if frames can be that long, lower samples[\(worst + 1)] receive_hwm to \(hwm) or "
            + "frame_limit to \"\(SizeText.text(limit))\", or raise memory_budget to "
            + "\"\(Int(need))MiB\"; else rely on MemoryMax of the unit"
    }
}
