// SPDX-License-Identifier: Apache-2.0
//
// Work in numbered pieces, shared out among threads: whoever is free takes the next number. Results
// are handed over in the order of the numbers, each as soon as those before it are there.

import Linux

/// Numbered pieces of work on several threads.
struct Heats<Result: Sendable> {
    private struct State: Sendable {
        var taken = 0
        var results: [Result?]
    }

    /// How many pieces there are.
    let count: Int
    /// Does one of them.
    let work: @Sendable (Int) -> Result

    /// Does everything on so many threads, and hands over the results on this one.
    ///
    /// - Throws: The system's error when there can be no threads.
    func run(threads: Int, _ done: (Int, Result) -> Void) throws(SystemError) {
        let state = Lock(State(results: Array(repeating: nil, count: count)))
        let news = try EventFD()
        let (count, work) = (count, work)
        var crew: [Thread] = []
        for number in 0..<max(1, min(threads, count)) {
            crew.append(
                try Thread("heat-\(number)") {
                    while true {
                        let next = state.withLock { state -> Int in
                            defer { state.taken += 1 }
                            return state.taken
                        }
                        guard next < count else { return }
                        let result = work(next)
                        state.withLock { $0.results[next] = result }
                        news.signal()
                    }
                }
            )
        }
        var handed = 0
        while handed < count {
            _ = news.wait(timeout: nil)
            news.clear()
            while handed < count, let result = state.withLock({ $0.results[handed] }) {
                state.withLock { $0.results[handed] = nil }
                done(handed, result)
                handed += 1
            }
        }
        for thread in crew { thread.join() }
    }
}
