// SPDX-License-Identifier: Apache-2.0
//
// Where a socket is: `tcp://ADDRESS:PORT` or `ipc://PATH`. Addresses are numbers: names of
// interfaces need rights that the shipped unit does not give, and names of hosts can only be
// connected to.

/// The place of a socket.
package enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// An address and a port; port 0 lets the system choose one.
    case tcp(host: String, port: UInt16)
    /// The path of a socket file; one that is not absolute lies in the runtime directory.
    case ipc(path: String)

    /// Why a text is no endpoint.
    package struct Mistake: Error, Sendable, Equatable {
        /// What is wrong.
        package let problem: String
        /// What to do now.
        package let remedy: String
    }

    /// The longest path that an AF_UNIX address holds.
    package static let pathBytesMax = 107

    /// Reads `tcp://ADDRESS:PORT` or `ipc://PATH`.
    package init(_ text: String) throws(Mistake) {
        if text.hasPrefix("ipc://") {
            self = try Endpoint.ipc(String(text.dropFirst(6)))
        } else if text.hasPrefix("tcp://") {
            self = try Endpoint.tcp(text.dropFirst(6))
        } else {
            throw Mistake(
                problem: "it begins with neither tcp:// nor ipc://",
                remedy: "write tcp://127.0.0.1:7711 or ipc://samples.sock"
            )
        }
    }

    /// The text that the endpoint was read from.
    package var description: String {
        switch self {
        case .tcp(let host, let port):
            "tcp://" + (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
        case .ipc(let path): "ipc://" + path
        }
    }

    /// The address as libzmq takes it, with relative paths put into the runtime directory.
    package func address(runtime: String) -> String {
        switch self {
        case .tcp(let host, 0):
            "tcp://" + (host.contains(":") ? "[\(host)]" : host) + ":*"
        case .tcp: description
        case .ipc(let path): "ipc://" + (path.hasPrefix("/") ? path : runtime + "/" + path)
        }
    }

    /// Whether only this machine can reach it.
    package var isLocal: Bool {
        switch self {
        case .ipc: true
        case .tcp(let host, _):
            host == "localhost" || host == "::1"
                || (Endpoint.isIPv4(host) && host.hasPrefix("127."))
        }
    }

    /// Whether a socket can be bound to it, as against only connected.
    package var isBindable: Bool {
        switch self {
        case .ipc: true
        case .tcp(let host, _): host == "*" || host.contains(":") || Endpoint.isIPv4(host)
        }
    }

    /// Whether a socket can be connected to it.
    package var isConnectable: Bool {
        switch self {
        case .ipc: true
        case .tcp(let host, let port):
            port != 0 && host != "*" && host != "0.0.0.0" && host != "::"
        }
    }

    /// Whether two sockets cannot both be bound.
    package func collides(with other: Endpoint) -> Bool {
        switch (self, other) {
        case (.ipc(let left), .ipc(let right)): return left == right
        case (.tcp(let left, let port), .tcp(let right, let otherPort)):
            guard port == otherPort, port != 0 else { return false }
            let everywhere: Set<String> = ["*", "0.0.0.0", "::"]
            return left == right || everywhere.contains(left) || everywhere.contains(right)
        default: return false
        }
    }

    private static func ipc(_ path: String) throws(Mistake) -> Endpoint {
        guard !path.isEmpty, !path.hasPrefix("@"), !path.utf8.contains(0) else {
            throw Mistake(
                problem: "it names no file",
                remedy: "write ipc:///run/learnd/samples.sock"
            )
        }
        guard path.utf8.count <= pathBytesMax else {
            throw Mistake(
                problem:
                    "its path has \(path.utf8.count) bytes, more than the limit of \(pathBytesMax)",
                remedy: "choose a shorter path"
            )
        }
        return .ipc(path: path)
    }

    private static func tcp(_ rest: Substring) throws(Mistake) -> Endpoint {
        guard let colon = rest.lastIndex(of: ":") else {
            throw Mistake(problem: "it has no port", remedy: "add the port, such as :7711")
        }
        let portText = rest[rest.index(after: colon)...]
        guard let port = portText == "*" ? 0 : UInt16(portText) else {
            throw Mistake(
                problem: "its port is \(portText), not 0 to 65535",
                remedy: "write a port from 1 to 65535, or 0 to let the system choose"
            )
        }
        var host = String(rest[..<colon])
        if host.hasPrefix("[") && host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
            guard host.contains(":"), host.utf8.allSatisfy(isIPv6Byte) else {
                throw Mistake(
                    problem: "[\(host)] is not an IPv6 address",
                    remedy: "write [::1] or 127.0.0.1"
                )
            }
            return .tcp(host: host, port: port)
        }
        let looksNumeric = host.utf8.allSatisfy { (48...57).contains($0) || $0 == 46 }
        guard host == "*" || (looksNumeric ? isIPv4(host) : isHostName(host)) else {
            throw Mistake(
                problem: "\(host.isEmpty ? "nothing" : host) is not an address",
                remedy: "write an address, such as 127.0.0.1 or [::1]"
            )
        }
        return .tcp(host: host, port: port)
    }

    private static func isIPv4(_ host: String) -> Bool {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts.allSatisfy { UInt8($0) != nil && $0.first != "+" }
    }

    private static func isIPv6Byte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"),
            UInt8(ascii: "A")...UInt8(ascii: "F"), UInt8(ascii: ":"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isHostName(_ host: String) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                    UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"):
                    true
                default: false
                }
            }
    }
}
