// SPDX-License-Identifier: Apache-2.0
//
// Which columns of a row are watched, as few runs of neighbours: kernels go through neighbours.

/// Columns that are neighbours in the rows and among those that are watched.
package struct ColumnRun: Sendable, Equatable {
    /// Where the first of them is in a row.
    package var place: Int
    /// Their numbers among the columns that are watched.
    package var columns: Range<Int>
}

/// The places of the columns that are watched, by their numbers.
package struct ColumnPlaces: Sendable, Equatable {
    /// The place of each in a row.
    package private(set) var places: [Int] = []
    /// The same as runs of neighbours.
    package private(set) var runs: [ColumnRun] = []

    /// Makes a list of no columns.
    package init() {}

    /// Makes a list of columns whose places ascend.
    package init(_ places: [Int]) {
        for place in places { append(place) }
    }

    /// The columns.
    package var count: Int { places.count }

    /// The least width of rows that have them all.
    package var width: Int { (places.last ?? -1) + 1 }

    /// Adds a column.
    ///
    /// - Precondition: It stands behind those before it.
    package mutating func append(_ place: Int) {
        precondition(place >= width, "the places of watched columns ascend")
        let number = places.count
        places.append(place)
        if let last = runs.last, last.place + last.columns.count == place {
            runs[runs.count - 1].columns = last.columns.lowerBound..<number + 1
        } else {
            runs.append(ColumnRun(place: place, columns: number..<number + 1))
        }
    }
}
