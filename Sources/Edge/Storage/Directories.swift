// SPDX-License-Identifier: Apache-2.0
//
// Where things live. Each of the three directories is found in this order:
//
//   1. STATE_DIRECTORY, RUNTIME_DIRECTORY, CONFIGURATION_DIRECTORY, which systemd sets;
//   2. the flags --state, --runtime, --config;
//   3. the XDG directories: $XDG_STATE_HOME or ~/.local/state, $XDG_RUNTIME_DIR or /tmp/learnd-UID
//      (mode 0700), $XDG_CONFIG_HOME or ~/.config; each followed by /learnd.
//
// The environment stands before the flags because under systemd the sandbox lets the daemon write
// into that directory and no other, and because every learnctl of the unit looks there: a flag in a
// drop-in would make a daemon that cannot write, or that cannot be found. A flag that loses is not
// silent: it is named in `notes`, which the daemon logs as a warning.

import Glibc

/// The directories of one daemon.
package struct Directories: Sendable, Equatable {
    /// The three kinds of directory.
    package enum Kind: String, Sendable, CaseIterable {
        /// What must survive: checkpoints, versions, the registry.
        case state
        /// What ends with the daemon: the control socket.
        case runtime
        /// What the operator writes: learnd.toml.
        case configuration

        /// The variable that systemd sets.
        package var variable: String { rawValue.uppercased() + "_DIRECTORY" }
        /// The flag on the command line.
        package var flag: String { self == .configuration ? "--config" : "--" + rawValue }
    }

    /// What the command line said.
    package struct Flags: Sendable, Equatable {
        /// The value of --state.
        package var state: String?
        /// The value of --runtime.
        package var runtime: String?
        /// The value of --config.
        package var configuration: String?

        /// Takes the values that were given.
        package init(state: String? = nil, runtime: String? = nil, configuration: String? = nil) {
            self.state = state
            self.runtime = runtime
            self.configuration = configuration
        }

        subscript(kind: Kind) -> String? {
            switch kind {
            case .state: state
            case .runtime: runtime
            case .configuration: configuration
            }
        }
    }

    /// What must survive: checkpoints, versions, the registry.
    package let state: String
    /// What ends with the daemon: the control socket.
    package let runtime: String
    /// What the operator writes: learnd.toml.
    package let configuration: String
    /// What the operator should know about the choice, such as a flag that was not used.
    package let notes: [String]

    /// The variables that are looked at.
    package static let variables =
        Kind.allCases.map(\.variable)
        + ["XDG_STATE_HOME", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "HOME"]

    /// A path in the address of an AF_UNIX socket has at most this many bytes.
    package static let socketPathBytesMax = 107
    private static let longestSocketName = "/control.sock"

    /// Finds the directories; makes none.
    ///
    /// - Throws: when one cannot be found, is not an absolute path after joining it to
    ///   `workingDirectory`, or when the runtime directory is too long to hold a socket.
    package init(
        environment: [String: String],
        flags: Flags = Flags(),
        userID: UInt32,
        workingDirectory: String
    ) throws(StorageError) {
        var notes: [String] = []
        var paths: [String] = []
        for kind in Kind.allCases {
            var path = try Directories.path(
                of: kind,
                environment: environment,
                flags: flags,
                userID: userID,
                notes: &notes
            )
            while path.count > 1 && path.hasSuffix("/") { path.removeLast() }
            paths.append(path.hasPrefix("/") ? path : FilePath.join(workingDirectory, path))
        }
        state = paths[0]
        runtime = paths[1]
        configuration = paths[2]
        self.notes = notes
        let socket = runtime + Directories.longestSocketName
        guard socket.utf8.count <= Directories.socketPathBytesMax else {
            throw StorageError(
                .locate,
                runtime,
                .refused(
                    "the path of a socket in it would have \(socket.utf8.count) bytes, more than "
                        + "the limit of \(Directories.socketPathBytesMax)"
                ),
                remedy: "give a shorter runtime directory (--runtime)"
            )
        }
    }

    /// The directories for this process.
    package static func ofThisProcess(flags: Flags = Flags()) throws(StorageError) -> Directories {
        var environment: [String: String] = [:]
        for name in variables {
            guard let value = unsafe getenv(name) else { continue }
            environment[name] = unsafe String(cString: value)
        }
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        guard unsafe getcwd(&buffer, buffer.count) != nil else {
            throw StorageError(.locate, ".", .system(errno))
        }
        let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        return try Directories(
            environment: environment,
            flags: flags,
            userID: getuid(),
            workingDirectory: String(decoding: bytes, as: UTF8.self)
        )
    }

    /// Makes the state directory (0700) and the runtime directory (0750) where they are missing.
    ///
    /// - Throws: also when /tmp/learnd-UID belongs to somebody else.
    package func create(on fileSystem: some FileSystem = SystemFileSystem()) throws(StorageError) {
        try fileSystem.makeDirectories(state, mode: 0o700)
        let parent = FilePath.parent(of: runtime)
        if parent == Directories.temporaryParent(userID: getuid()) {
            try fileSystem.makeDirectory(parent, mode: 0o700)
            try Directories.requireOwn(parent)
        } else {
            try fileSystem.makeDirectories(parent, mode: 0o700)
        }
        try fileSystem.makeDirectory(runtime, mode: 0o750)
    }

    private static func path(
        of kind: Kind,
        environment: [String: String],
        flags: Flags,
        userID: UInt32,
        notes: inout [String]
    ) throws(StorageError) -> String {
        if let value = environment[kind.variable], !value.isEmpty {
            // systemd lists several directories with colons between them; the first is ours.
            let path = value.split(separator: ":").first.map(String.init) ?? value
            if let flag = flags[kind], flag != path {
                notes.append(
                    "\(kind.flag) \(flag) is not used, because \(kind.variable) is set to \(path); "
                        + "unset the variable to use the flag"
                )
            }
            return path
        }
        if let flag = flags[kind] {
            guard !flag.isEmpty else {
                throw StorageError(
                    .locate,
                    kind.flag,
                    .refused("its value is empty"),
                    remedy: "give \(kind.flag) a directory"
                )
            }
            return flag
        }
        return try xdgPath(of: kind, environment: environment, userID: userID)
    }

    private static func xdgPath(
        of kind: Kind,
        environment: [String: String],
        userID: UInt32
    ) throws(StorageError) -> String {
        let (variable, fallback): (String, String?) =
            switch kind {
            case .state: ("XDG_STATE_HOME", nil)
            case .runtime: ("XDG_RUNTIME_DIR", temporaryParent(userID: userID))
            case .configuration: ("XDG_CONFIG_HOME", nil)
            }
        // The XDG specification: a relative path in these variables is to be ignored.
        if let base = environment[variable], base.hasPrefix("/") {
            return FilePath.join(base, "learnd")
        }
        if let fallback { return FilePath.join(fallback, "learnd") }
        guard let home = environment["HOME"], home.hasPrefix("/") else {
            throw StorageError(
                .locate,
                "the \(kind.rawValue) directory",
                .refused("\(kind.variable), \(variable) and HOME are not set"),
                remedy: "give \(kind.flag) a directory"
            )
        }
        let below = kind == .state ? ".local/state/learnd" : ".config/learnd"
        return FilePath.join(home, below)
    }

    private static func temporaryParent(userID: UInt32) -> String { "/tmp/learnd-\(userID)" }

    /// Everybody may make names in /tmp: what is there must be a directory of ours, open to us
    /// only.
    private static func requireOwn(_ path: String) throws(StorageError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else {
            throw StorageError(.inspect, path, .system(errno))
        }
        let isDirectory = status.st_mode & S_IFMT == S_IFDIR
        guard isDirectory, status.st_uid == getuid(), status.st_mode & 0o077 == 0 else {
            throw StorageError(
                .inspect,
                path,
                .refused("it is not a directory of this user with mode 0700"),
                remedy: "set XDG_RUNTIME_DIR or give --runtime; somebody else may have made it"
            )
        }
    }
}
