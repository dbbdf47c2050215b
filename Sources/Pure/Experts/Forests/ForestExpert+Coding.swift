// SPDX-License-Identifier: Apache-2.0
//
// A forest as bytes and as tensors. Of a node there is what it looks at and its number; where its
// children are follows from that (see Forest).

import Kernels
import Primitives

extension ForestExpert {
    var tensors: [ExpertTensor] {
        if let model { return model.tensors }
        return shape.isNumber
            ? [] : [ExpertTensor("counts", [counts.count], .doubles(counts))]
    }

    var facts: [JSONValue.Member] {
        [
            JSONValue.Member("inputs", recipe.isTemporal ? "columns_change_last" : "columns"),
            JSONValue.Member("trees", .int(Int64(model?.forest.trees ?? 0))),
            JSONValue.Member("classes_known", .int(Int64(model?.forest.classes ?? 0))),
        ]
    }

    func encode(into writer: inout ByteWriter) {
        writer.write(counts)
        writer.write(model != nil)
        guard let model else { return }
        let parts = model.forest.parts
        writer.write(UInt16(model.forest.classes))
        writer.write(model.reading.centre)
        writer.write(model.reading.slope)
        writer.write(numbers: parts.sizes)
        writer.write(numbers: parts.features)
        writer.write(parts.values)
        writer.write(numbers: parts.leafStarts)
        writer.write(numbers: parts.leafClasses)
        writer.write(parts.leafShares)
    }

    init(
        from reader: inout ByteReader,
        _ shape: ExpertShape,
        _ recipe: ForestRecipe
    ) throws(DecodeError) {
        let counts = try reader.readDoubles()
        guard counts.count == shape.classes, counts.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw .invalid("a class before a forest weighs less than nothing")
        }
        let model = try reader.readFlag() ? ForestModel(from: &reader, shape, recipe) : nil
        self.init(shape, recipe, counts: counts, model: model)
    }
}

extension ForestModel {
    fileprivate init(
        from reader: inout ByteReader,
        _ shape: ExpertShape,
        _ recipe: ForestRecipe
    ) throws(DecodeError) {
        let classes = Int(try reader.read(UInt16.self))
        let centre = try reader.readDouble()
        let slope = try reader.readDouble()
        let parts = Forest.Parts(
            sizes: try reader.readNumbers(),
            features: try reader.readNumbers(),
            values: try reader.readFloats(),
            leafStarts: try reader.readNumbers(),
            leafClasses: try reader.readNumbers(),
            leafShares: try reader.readFloats()
        )
        guard classes <= shape.classes, shape.isNumber || classes > 1,
            parts.sizes.count == recipe.trees, centre.isFinite, slope.isFinite,
            let forest = Forest(classes: classes, inputs: recipe.inputs(shape), parts: parts)
        else { throw .invalid("the nodes of a forest do not make trees") }
        self.init(forest, recipe)
        reading.centre = centre
        reading.slope = slope
    }
}
