// SPDX-License-Identifier: Apache-2.0
//
// The daemon's own arguments: where things live, and nothing that the configuration file can say.

import Storage

/// What the command line of `learnd` asks for.
enum Invocation: Equatable {
    /// Run, with these directories.
    case run(Directories.Flags)
    /// Print the help.
    case help
    /// Print the version.
    case version
    /// The line makes no sense.
    case wrong(String)

    static let helpText = """
        learnd, the learn daemon: samples in, model versions out.

        Usage: learnd [--config DIR] [--state DIR] [--runtime DIR]

          --config DIR   where learnd.toml is; without one, everything has a default
          --state DIR    what must survive: checkpoints, versions, the registry
          --runtime DIR  the control socket
          --help, --version

        Directories are taken from CONFIGURATION_DIRECTORY, STATE_DIRECTORY and
        RUNTIME_DIRECTORY when set (systemd sets them), else from the options, else from
        the XDG directories of the user.

        With no configuration: samples to tcp://127.0.0.1:7711, versions from
        tcp://127.0.0.1:7712, one learner called "default". It stays in the foreground;
        SIGTERM or ctrl-C stops it with its state kept, SIGHUP loads learnd.toml anew.

        Exit codes: 0 stopped as asked, 1 could not start, 2 wrong arguments,
        3 the disk failed, 4 a thread failed.

        """

    /// Reads the arguments after the program's name.
    init(_ arguments: [String]) {
        var flags = Directories.Flags()
        var rest = arguments[...]
        while let argument = rest.popFirst() {
            switch argument {
            case "--help", "-h":
                self = .help
                return
            case "--version":
                self = .version
                return
            case "--state", "--runtime", "--config":
                guard let value = rest.popFirst(), !value.isEmpty else {
                    self = .wrong("\(argument) needs a directory")
                    return
                }
                switch argument {
                case "--state": flags.state = value
                case "--runtime": flags.runtime = value
                default: flags.configuration = value
                }
            default:
                self = .wrong("there is no option \(argument); see learnd --help")
                return
            }
        }
        self = .run(flags)
    }
}
