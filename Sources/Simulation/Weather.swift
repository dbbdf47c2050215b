// SPDX-License-Identifier: Apache-2.0
//
// What befalls a simulated life, and what is broken on purpose to see whether the checks notice.

/// What the network, the machine and the operator do, as probabilities for each message or step.
package struct Weather: Sendable {
    /// A message is lost.
    package var drop = 0.02
    /// A message arrives twice.
    package var repetition = 0.02
    /// A message is overtaken by later ones.
    package var delay = 0.05
    /// A message is garbage.
    package var garbage = 0.01
    /// The label of a sample comes after it, or never.
    package var lateness = 0.0
    /// The daemon dies and starts again from its checkpoint.
    package var crash = 0.004
    /// An operator does something.
    package var command = 0.01
    /// A version cannot be stored.
    package var diskError = 0.02
    /// The shell reports how busy the learner was, now more and now less.
    package var load = 0.0
    /// A job runs out of time at some slice.
    package var hurry = 0.1

    /// Makes ordinary bad weather.
    package init() {}

    /// Nothing goes wrong.
    package static var calm: Weather {
        var weather = Weather()
        weather.drop = 0
        weather.repetition = 0
        weather.delay = 0
        weather.garbage = 0
        weather.crash = 0
        weather.command = 0
        weather.diskError = 0
        weather.hurry = 0
        return weather
    }

    /// Half of all labels are late, and the network is bad.
    package static var lateLabels: Weather {
        var weather = Weather.badNetwork
        weather.lateness = 0.5
        return weather
    }

    /// Samples come faster than they can be learned, for a while, and the daemon may die of it.
    package static var rushes: Weather {
        var weather = Weather()
        weather.load = 0.3
        weather.crash = 0.02
        return weather
    }

    /// A third of all messages is lost, repeated or late.
    package static var badNetwork: Weather {
        var weather = Weather()
        weather.drop = 0.3
        weather.repetition = 0.3
        weather.delay = 0.3
        return weather
    }

    /// The daemon dies every twenty steps.
    package static var crashLoop: Weather {
        var weather = Weather()
        weather.crash = 0.05
        return weather
    }

    /// Every other message is garbage.
    package static var garbageFlood: Weather {
        var weather = Weather()
        weather.garbage = 0.5
        return weather
    }

    /// A command at every fourth step.
    package static var nervousOperator: Weather {
        var weather = Weather()
        weather.command = 0.25
        return weather
    }
}

/// A fault that is put into a simulated life, to prove that its checks bite.
package enum Sabotage: Sendable, CaseIterable {
    /// The registry forgets the numbers it gave, when the daemon starts again.
    case forgottenNumbers
    /// An input is not part of the replay.
    case forgottenInput
    /// A repeated message arrives without its envelope.
    case lostEnvelope
}
