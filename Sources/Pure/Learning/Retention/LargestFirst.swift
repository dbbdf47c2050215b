// SPDX-License-Identifier: Apache-2.0
//
// Which of many groups has the most rows: a binary heap of the groups, and where each of them
// stands in it. A change of one count costs O(log groups), the largest is at hand.

/// Groups by the number of their rows, the largest first; of equals the first.
struct LargestFirst: Sendable {
    private var counts: [Int32] = []
    /// The groups as a heap.
    private var heap: [Int32] = []
    /// Where each group stands in it.
    private var places: [Int32] = []

    /// The number of groups.
    var count: Int { counts.count }

    /// The group with the most rows; nil where there is no group.
    var largest: Int? { heap.first.map(Int.init) }

    /// Adds a group without rows.
    mutating func addGroup() {
        places.append(Int32(heap.count))
        heap.append(Int32(counts.count))
        counts.append(0)
    }

    /// Takes note that a group has so many rows now.
    mutating func update(_ group: Int, to count: Int) {
        let before = counts[group]
        counts[group] = Int32(count)
        if counts[group] > before {
            rise(group)
        } else if counts[group] < before {
            sink(group)
        }
    }

    private func isAhead(_ group: Int32, of other: Int32) -> Bool {
        let (own, its) = (counts[Int(group)], counts[Int(other)])
        return own == its ? group < other : own > its
    }

    private mutating func rise(_ group: Int) {
        var place = Int(places[group])
        while place > 0 {
            let parent = (place - 1) / 2
            guard isAhead(heap[place], of: heap[parent]) else { return }
            exchange(place, parent)
            place = parent
        }
    }

    private mutating func sink(_ group: Int) {
        var place = Int(places[group])
        while true {
            var first = place
            for child in 2 * place + 1..<2 * place + 3
            where child < heap.count && isAhead(heap[child], of: heap[first]) {
                first = child
            }
            guard first != place else { return }
            exchange(place, first)
            place = first
        }
    }

    private mutating func exchange(_ place: Int, _ other: Int) {
        heap.swapAt(place, other)
        places[Int(heap[place])] = Int32(place)
        places[Int(heap[other])] = Int32(other)
    }
}
