// SPDX-License-Identifier: Apache-2.0
//
// The buffer of rows that are learned again: its bounds, its balance, its bytes.

import Learning
import Primitives
import Testing

@Suite("Replay buffer")
struct ReplayBufferTests {
    private func filled(
        rows: Int,
        bytesMax: Int = 1 << 20,
        stream: Int,
        classes: Int = 4
    ) -> (ReplayBuffer, RandomSource) {
        var buffer = ReplayBuffer(rows: rows, bytesMax: bytesMax, keepsScores: true)
        var random = RandomSource(seed: 3)
        buffer.grow(width: 3, outputs: classes, random: &random)
        for place in 0..<stream {
            var block = Block()
            block.reset(width: 3, outputs: classes)
            // Half of the stream is of the first class.
            let label = Int32(place % 2 == 0 ? 0 : (place / 2) % classes)
            block.append(raw: [Float(place), 0, 1].span, class: label)
            block.scores = [Float](repeating: Float(place), count: classes)
            buffer.insert(0, of: block, random: &random)
        }
        return (buffer, random)
    }

    @Test("Classes share the rows, however often each came")
    func balance() {
        let (buffer, _) = filled(rows: 40, stream: 2000)
        #expect(buffer.count == 40)
        for label: Int32 in 0..<4 {
            #expect((8...12).contains(buffer.classes.filter { $0 == label }.count))
        }
    }

    @Test("The bytes are bounded, and wider rows make fewer of them")
    func bounds() {
        // A row takes 4 * (3 features + 4 scores + 4) bytes.
        var (buffer, random) = filled(rows: 1000, bytesMax: 4096, stream: 500)
        #expect(buffer.capacity == 4096 / 44 && buffer.count == buffer.capacity)
        let before = buffer.classes.filter { $0 == 3 }.count
        buffer.grow(width: 20, outputs: 5, random: &random)
        #expect(buffer.count == 4096 / (4 * 29) && buffer.bytes <= 4096)
        // The smallest class loses no more than its share.
        #expect(buffer.classes.filter { $0 == 3 }.count <= before)
        for label: Int32 in 0..<4 {
            #expect(buffer.classes.filter { $0 == label }.count >= 8)
        }
        buffer.grow(width: 5000, outputs: 5, random: &random)
        #expect(buffer.count == 1)
    }

    @Test("Settings out of range are refused with a sentence")
    func settings() throws {
        var settings = RetentionSettings()
        #expect(settings.complaint == nil && !settings.isActive)
        settings.draws = 0
        #expect(settings.complaint == "retain.draws is 0, but must be 1 to 1000")
        settings = RetentionSettings()
        settings.temperature = .nan
        #expect(settings.complaint?.contains("retain.temperature") == true)
        settings = RetentionSettings()
        settings.ewc = -1
        #expect(settings.complaint?.contains("retain.ewc is -1.0") == true)
        var writer = ByteWriter()
        settings.encode(into: &writer)
        var reader = ByteReader(writer.bytes)
        #expect(throws: DecodeError.self) { _ = try RetentionSettings(from: &reader) }
    }
}
