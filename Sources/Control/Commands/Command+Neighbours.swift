// SPDX-License-Identifier: Apache-2.0
//
// `learnctl neighbours`: what a learner of word vectors knows of a word.

import Primitives

extension Command {
    static let neighbours = Command(
        name: "neighbours",
        summary: "list the words that are nearest to a word",
        words: [WordRule("WORD")],
        options: [
            OptionRule("--count", "N", help: "how many; 10 unless said"),
            OptionRule("--version", "N", help: "by this version; the newest unless said"),
        ],
        details: [
            "For learners with model = \"embedding\". Near is what has a high cosine: 1 is the "
                + "same direction, 0 none in common. The count is how often a word was seen.",
            "With --json: version, word, and neighbours with word, cosine and count.",
        ],
        isReading: true
    ) { arguments, console throws(Failure) in
        let count = try arguments.integer("--count", in: 1...100_000) ?? 10
        let number = try arguments.integer("--version", in: 1...Int.max)
        var link = try DaemonLink.open(arguments)
        let members = number.map { [JSONValue.Member("version", .int(Int64($0)))] } ?? []
        let answer = try link.ask("get", members)
        guard let bytes = answer.bytes else {
            throw Failure(.failed, "the daemon sent no artifact")
        }
        let vectors = try WordVectors(artifact: bytes)
        let place = try vectors.place(of: arguments.words[0])
        let near = vectors.neighbours(of: place, count: count)
        if arguments.has(json.name) {
            let items = near.map { neighbour -> JSONValue in
                [
                    "word": .string(neighbour.word), "cosine": .number(neighbour.cosine),
                    "count": .int(Int64(neighbour.count)),
                ]
            }
            let reply: JSONValue = [
                "version": answer.ok["version"] ?? .null,
                "word": .string(vectors.words[place]),
                "neighbours": .array(items),
            ]
            console.line(reply.jsonText)
            return .done
        }
        var table = TextTable([("WORD", .left), ("COSINE", .right), ("COUNT", .right)])
        for neighbour in near {
            table.add([
                neighbour.word, Figures.fixed(neighbour.cosine, digits: 4),
                Figures.grouped(Int64(neighbour.count)),
            ])
        }
        console.lines(table.lines())
        return .done
    }
}
