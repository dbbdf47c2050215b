// SPDX-License-Identifier: Apache-2.0
//
// SQLite, thinly: one connection, prepared statements kept by their text, typed values, typed
// errors with the extended result code. A connection belongs to the thread that made it; two
// threads use two connections, which wait for each other for at most `busyTimeout`.

import CSQLite

/// A value in a row.
enum DatabaseValue: Sendable, Equatable {
    case null
    case integer(Int64)
    case text(String)

    init(_ number: UInt64?) { self = number.map { .integer(Int64($0)) } ?? .null }
    init(_ text: String?) { self = text.map { .text($0) } ?? .null }

    var integer: Int64? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    var text: String? {
        guard case .text(let text) = self else { return nil }
        return text
    }
}

/// One connection to a database file.
@safe
final class Database {
    private let connection: OpaquePointer
    private let path: String
    private var statements: [String: OpaquePointer] = unsafe [:]

    static let busyTimeout = Duration.seconds(5)

    /// Opens the file; only a writer makes it when it is missing.
    init(path: String, readOnly: Bool) throws(StorageError) {
        var opened: OpaquePointer?
        let flags =
            readOnly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
        let code = unsafe sqlite3_open_v2(path, &opened, flags | SQLITE_OPEN_FULLMUTEX, nil)
        guard code == SQLITE_OK, let opened = unsafe opened else {
            let message = unsafe String(cString: sqlite3_errstr(code))
            unsafe sqlite3_close_v2(opened)
            throw StorageError(.open, path, .database(code: code, message: message))
        }
        unsafe connection = opened
        self.path = path
        unsafe sqlite3_extended_result_codes(opened, 1)
        unsafe sqlite3_busy_timeout(opened, Int32(Database.busyTimeout.components.seconds * 1000))
    }

    deinit {
        unsafe statements.values.forEach { unsafe sqlite3_finalize($0) }
        unsafe sqlite3_close_v2(connection)
    }

    /// Runs one statement that gives no rows, and says how many rows it changed.
    @discardableResult
    func run(_ sql: String, _ values: [DatabaseValue] = []) throws(StorageError) -> Int {
        _ = try rows(sql, values)
        return Int(unsafe sqlite3_changes(connection))
    }

    /// Runs one statement and collects its rows.
    func rows(
        _ sql: String,
        _ values: [DatabaseValue] = []
    ) throws(StorageError) -> [[DatabaseValue]] {
        let statement = unsafe try prepared(sql)
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        for (index, value) in values.enumerated() {
            let code = unsafe Database.bind(value, to: statement, at: Int32(index + 1))
            guard code == SQLITE_OK else { throw failure(code) }
        }
        var rows: [[DatabaseValue]] = []
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_ROW: unsafe rows.append(Database.row(of: statement))
            case SQLITE_DONE: return rows
            case let code: throw failure(code)
            }
        }
    }

    /// Runs `body` as one unit that is kept whole or not at all.
    func transaction<Result>(
        _ body: () throws(StorageError) -> Result
    ) throws(StorageError) -> Result {
        try run("BEGIN IMMEDIATE")
        do throws(StorageError) {
            let result = try body()
            try run("COMMIT")
            return result
        } catch {
            _ = try? run("ROLLBACK")
            throw error
        }
    }

    private func prepared(_ sql: String) throws(StorageError) -> OpaquePointer {
        if let statement = unsafe statements[sql] { return unsafe statement }
        var made: OpaquePointer?
        let code = unsafe sqlite3_prepare_v3(
            connection,
            sql,
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &made,
            nil
        )
        guard code == SQLITE_OK, let made = unsafe made else { throw failure(code) }
        unsafe statements[sql] = made
        return unsafe made
    }

    private func failure(_ code: Int32) -> StorageError {
        let message = unsafe String(cString: sqlite3_errmsg(connection))
        return StorageError(.query, path, .database(code: code, message: message))
    }

    private static func bind(
        _ value: DatabaseValue,
        to statement: OpaquePointer,
        at index: Int32
    ) -> Int32 {
        switch value {
        case .null: unsafe sqlite3_bind_null(statement, index)
        case .integer(let number): unsafe sqlite3_bind_int64(statement, index, number)
        case .text(let text):
            unsafe learnd_sqlite_bind_text(statement, index, text, Int32(text.utf8.count))
        }
    }

    private static func row(of statement: OpaquePointer) -> [DatabaseValue] {
        let columns = unsafe sqlite3_column_count(statement)
        return (0..<columns).map { column in
            switch unsafe sqlite3_column_type(statement, column) {
            case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(statement, column))
            case SQLITE_NULL: return .null
            default:
                guard let text = unsafe sqlite3_column_text(statement, column) else { return .null }
                let count = Int(unsafe sqlite3_column_bytes(statement, column))
                let bytes = unsafe UnsafeBufferPointer(start: text, count: count)
                return .text(unsafe String(decoding: bytes, as: UTF8.self))
            }
        }
    }
}
