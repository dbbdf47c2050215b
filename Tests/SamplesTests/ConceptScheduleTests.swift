// SPDX-License-Identifier: Apache-2.0
//
// Concepts rule where the schedule says, and give way as it says.

import Primitives
import Samples
import Testing

@Suite struct ConceptScheduleTests {
    private func moments(
        _ schedule: ConceptSchedule,
        _ count: Int,
        seed: UInt64 = 1
    )
        -> [ConceptMoment]
    {
        var schedule = schedule
        var coins = RandomSource(seed: seed)
        return (0..<count).map { _ in schedule.advance(&coins) }
    }

    @Test func abruptChangesAreExact() {
        let moments = moments(ConceptSchedule([3, 1, 4], at: [10, 11]), 30)
        let expected = [Int](repeating: 3, count: 10) + [1] + [Int](repeating: 4, count: 19)
        #expect(moments == expected.map { ConceptMoment($0) })
    }

    /// The share of the new concept at each distance from the change follows the sigmoid.
    @Test func gradualChangesFollowTheSigmoid() {
        let schedule = ConceptSchedule([0, 1], at: [500], .gradual(width: 40))
        var counts = [Double](repeating: 0, count: 1000)
        for seed in 1...400 {
            for (index, moment) in moments(schedule, 1000, seed: UInt64(seed)).enumerated() {
                #expect(moment.share == 0)
                counts[index] += Double(moment.concept)
            }
        }
        #expect(counts[..<300].allSatisfy { $0 == 0 })
        #expect(counts[701...].allSatisfy { $0 == 400 })
        // sigma(-2), sigma(-1), sigma(0), sigma(1), sigma(2), in windows of nine samples.
        for (place, share) in [(480, 0.1192), (490, 0.2689), (500, 0.5), (510, 0.7311)] {
            let mean = counts[place - 4...place + 4].reduce(0, +) / 3600
            #expect(abs(mean - share) < 0.035, "at \(place): \(mean)")
        }
    }

    @Test func evenChangesTakeHalfOfEach() {
        let moments = moments(ConceptSchedule([0, 1], at: [100], .even(width: 4000)), 5000)
        #expect(moments[..<100].allSatisfy { $0.concept == 0 })
        #expect(moments[4100...].allSatisfy { $0.concept == 1 })
        let share = Double(moments[100..<4100].count { $0.concept == 1 }) / 4000
        #expect(abs(share - 0.5) < 0.04)
    }

    @Test func incrementalChangesGoEvenly() {
        let moments = moments(ConceptSchedule([2, 3], at: [10], .incremental(width: 4)), 20)
        #expect(moments[9] == ConceptMoment(2))
        #expect(moments[10] == ConceptMoment(from: 2, to: 3, share: 0))
        #expect(moments[11] == ConceptMoment(from: 2, to: 3, share: 0.25))
        #expect(moments[13] == ConceptMoment(from: 2, to: 3, share: 0.75))
        #expect(moments[14] == ConceptMoment(3))
    }

    @Test func windowsMayOverlap() {
        let schedule = ConceptSchedule([0, 1, 2], at: [100, 110], .gradual(width: 30))
        let moments = moments(schedule, 400)
        #expect(Set(moments[80..<130].map(\.concept)) == [0, 1, 2])
        #expect(moments[261...].allSatisfy { $0.concept == 2 })
    }

    @Test func conceptsComeBack() {
        let schedule = ConceptSchedule.cycling([0, 2, 5], at: [1, 2, 3, 4, 5, 6])
        #expect(schedule.concepts == [0, 2, 5, 0, 2, 5, 0])
    }

    @Test func wanderersGoEverywhereAndNeverStay() {
        let schedule = ConceptSchedule.wandering(among: 5, at: Array(1...5000), seed: 3)
        #expect(zip(schedule.concepts, schedule.concepts.dropFirst()).allSatisfy { $0 != $1 })
        for concept in 0..<5 {
            let share = Double(schedule.concepts.count { $0 == concept }) / 5001
            #expect(abs(share - 0.2) < 0.02)
        }
    }

    @Test func thresholdOfSEASlides() {
        // From 7 to 9.5 within 1,000 samples: halfway, the threshold is 8.25.
        let schedule = ConceptSchedule([2, 3], at: [1000], .incremental(width: 1000))
        var stream = DriftingStream("sea", SEA(seed: 4, noise: 0), schedule, seed: 4)
        for (index, sample) in stream.next(3000).enumerated() {
            let threshold = 7 + 2.5 * min(max(Double(index - 1000) / 1000, 0), 1)
            #expect(SEA.label(sample.features, threshold: threshold) == Int(sample.label))
        }
    }

    @Test func impossibleSchedulesTrap() async {
        await #expect(processExitsWith: .failure) { _ = ConceptSchedule([0, 1], at: []) }
        await #expect(processExitsWith: .failure) { _ = ConceptSchedule([0, 1, 2], at: [5, 5]) }
        await #expect(processExitsWith: .failure) {
            let schedule = ConceptSchedule([0, 1], at: [5], .incremental(width: 3))
            _ = DriftingStream("stagger", Stagger(seed: 1), schedule, seed: 1)
        }
        await #expect(processExitsWith: .failure) {
            _ = DriftingStream("stagger", Stagger(seed: 1), ConceptSchedule([3]), seed: 1)
        }
    }
}
