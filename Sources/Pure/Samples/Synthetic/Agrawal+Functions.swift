// SPDX-License-Identifier: Apache-2.0
//
// The ten functions of Agrawal. In the first six, class 1 is the paper's group A, in the last four
// its group B, and in the fifth most branches ask for the salary where the paper asks for the loan:
// so MOA and river have them, and figures shall compare with theirs. Sums and products are double
// precision, of single-precision features.

extension Agrawal {
    /// The class of a person by one of the ten functions.
    ///
    /// - Precondition: `concept` lies in `0..<10`.
    package static func label(_ features: [Float], concept: Int) -> Int {
        let person = Person(features)
        switch concept {
        case 0: return person.byAge(true, false, true)
        case 1:
            return person.byAge(
                person.earns(50_000, 100_000),
                person.earns(75_000, 125_000),
                person.earns(25_000, 75_000)
            )
        case 2:
            return person.byAge(
                person.isTaught(0...1),
                person.isTaught(1...3),
                person.isTaught(2...4)
            )
        case 3: return person.bySalaryAndLevel
        case 4: return person.bySalaryAndLoan
        case 5:
            return person.byAge(
                person.takesHome(50_000, 100_000),
                person.takesHome(75_000, 125_000),
                person.takesHome(25_000, 75_000)
            )
        case 6: return person.isPoor(after: person.loan / 5, and: 20_000)
        case 7: return person.isPoor(after: 5000 * person.level, and: 20_000)
        case 8: return person.isPoor(after: 5000 * person.level, person.loan / 5, and: 10_000)
        case 9: return person.isPoorInSpiteOfHouse
        default: preconditionFailure("there are ten functions, numbered from 0")
        }
    }
}

/// The features that the functions look at.
private struct Person {
    let salary: Double
    let commission: Double
    let age: Double
    let level: Double
    let houseValue: Double
    let houseYears: Double
    let loan: Double

    init(_ features: [Float]) {
        salary = Double(features[0])
        commission = Double(features[1])
        age = Double(features[2])
        level = Double(features[3])
        houseValue = Double(features[6])
        houseYears = Double(features[7])
        loan = Double(features[8])
    }

    /// One condition for the young, one for those from 40 on, one for those from 60 on.
    func byAge(_ young: Bool, _ middle: Bool, _ old: Bool) -> Int {
        (age < 40 ? young : age < 60 ? middle : old) ? 1 : 0
    }

    func earns(_ low: Double, _ high: Double) -> Bool { (low...high).contains(salary) }
    func owes(_ low: Double, _ high: Double) -> Bool { (low...high).contains(loan) }
    func takesHome(_ low: Double, _ high: Double) -> Bool {
        (low...high).contains(salary + commission)
    }
    func isTaught(_ levels: ClosedRange<Double>) -> Bool { levels.contains(level) }

    var bySalaryAndLevel: Int {
        byAge(
            isTaught(0...1) ? earns(25_000, 75_000) : earns(50_000, 100_000),
            isTaught(1...3) ? earns(50_000, 100_000) : earns(75_000, 125_000),
            isTaught(2...4) ? earns(50_000, 100_000) : earns(25_000, 75_000)
        )
    }

    var bySalaryAndLoan: Int {
        byAge(
            earns(50_000, 100_000) ? owes(100_000, 300_000) : earns(200_000, 400_000),
            earns(75_000, 125_000)
                ? salary >= 200_000 && loan <= 400_000 : earns(300_000, 500_000),
            earns(25_000, 75_000) ? owes(300_000, 500_000) : owes(75_000, 300_000)
        )
    }

    /// Whether hardly anything is left of two thirds of the income.
    func isPoor(after costs: Double, _ more: Double = 0, and living: Double) -> Int {
        2 * (salary + commission) / 3 - costs - more - living > 1 ? 0 : 1
    }

    var isPoorInSpiteOfHouse: Int {
        let equity = houseYears >= 20 ? houseValue * (houseYears - 20) / 10 : 0
        let left = 2 * (salary + commission) / 3 - 5000 * level + equity / 5 - 10_000
        return left > 1 ? 0 : 1
    }
}
