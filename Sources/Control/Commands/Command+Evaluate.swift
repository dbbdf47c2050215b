// SPDX-License-Identifier: Apache-2.0
//
// `learnctl evaluate`: a file through the daemon's own engine, without a daemon. Each sample is
// predicted before it is learned; the measures of the whole and of each part stand beside those of
// the trivial baselines.

import Configuration
import Engine
import Primitives
import Simulation

extension Command {
    static let evaluate = Command(
        name: "evaluate",
        summary: "run a CSV file through the engine, offline, and measure it",
        words: [WordRule("FILE")],
        options: [
            OptionRule("--label", "COLUMN", help: "the column that is the label"),
            OptionRule("--config", "FILE", help: "the configuration; the defaults unless said"),
            Command.learner,
            OptionRule("--named", help: "take features by name, not as arrays"),
            OptionRule("--rate", "N", help: "pretend so many samples a second (1,000)"),
            OptionRule("--seed", "N", help: "the seed of all that is drawn"),
            OptionRule("--skip-bad", help: "pass over lines that are no records, and count them"),
        ],
        details: [
            "Cool-downs and other times pass at the pretended rate, so that the same file always "
                + "gives the same result."
        ],
        needsDaemon: false,
        isReading: true
    ) { arguments, console throws(Failure) in
        guard let label = arguments.text("--label") else {
            throw .usage("--label COLUMN is missing", remedy: "name the label's column")
        }
        let settings = try EvaluationJob.settings(arguments)
        let rate = try arguments.positive("--rate") ?? 1000
        let path = arguments.words[0]
        var job = try EvaluationJob(
            TableFile.open(
                try ByteSource(path),
                label: label,
                skipsBad: arguments.has("--skip-bad")
            ),
            settings: settings,
            rate: rate,
            named: arguments.has("--named"),
            skipsBad: arguments.has("--skip-bad")
        )
        try job.run()
        if arguments.has(json.name) {
            console.line(job.json(file: path).jsonText)
        } else {
            console.lines(job.lines(file: path))
        }
        return job.rows > 0 ? .done : .data
    }
}
