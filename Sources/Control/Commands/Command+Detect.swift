// SPDX-License-Identifier: Apache-2.0
//
// `learnctl detect`: a bare detector over a column of numbers, to see what it says of a stream
// before a daemon watches one, and to compare it with others. Names and defaults of parameters are
// those of the `river` package.

import Drift

extension Command {
    static let detect = Command(
        name: "detect",
        summary: "run a drift detector over a column of numbers",
        words: [WordRule("FILE")],
        options: [
            OptionRule("--detector", "NAME", help: "which one; the list is below"),
            OptionRule("--param", "KEY=VALUE", isRepeatable: true, help: "a parameter; any number"),
            OptionRule("--column", "NAME|N", help: "the column, by its header or from 1 (1)"),
        ],
        details: [
            "FILE has a number on each line, or is a CSV file; - is standard input. Empty lines "
                + "and a first line without a number are passed over. Each warning and each drift "
                + "is printed with its index: 0 is the first row of data, and a row that is "
                + "refused (NaN, infinite, no number, or nothing that the detector takes) has an "
                + "index too, though the detector never sees it.",
            "Detectors of errors take 1 for wrong and 0 for right. What each of them does is in "
                + "docs/detectors.md.",
        ],
        lists: [
            HelpList(
                title: "detectors, what they take, and their parameters",
                rows: DetectorKind.allCases.flatMap { kind in
                    [[kind.name, kind.input.text]]
                        + kind.parameters.map { parameter in
                            [
                                "",
                                "\(parameter.name) (\(parameter.standard)): "
                                    + parameter.rangeText,
                            ]
                        }
                }
            )
        ],
        needsDaemon: false,
        isReading: true
    ) { arguments, console throws(Failure) in
        guard let name = arguments.text("--detector") else {
            throw .usage(
                "--detector NAME is missing",
                remedy: "the detectors are "
                    + DetectorKind.allCases.map(\.name).joined(separator: ", ")
            )
        }
        let parameters = try DetectionJob.parameters(arguments.texts("--param"))
        let detector: Detector
        do throws(DetectorError) {
            detector = try Detector.named(name, parameters: parameters)
        } catch {
            throw .usage(error.description)
        }
        var job = DetectionJob(detector: detector, isJSON: arguments.has(json.name))
        try job.run(ByteSource(arguments.words[0]), column: arguments.text("--column"), console)
        return job.taken > 0 ? .done : .data
    }
}
