// SPDX-License-Identifier: Apache-2.0
//
// Filters that see a small window and slide over the image (LeCun, Bottou, Bengio and Haffner,
// "Gradient-based learning applied to document recognition", 1998):
//
//     y[f, p] = b[f] + sum over channels and window of W[f, c, i, j] x[c, p * stride + (i, j)]
//
// with zeros where the window reaches over the edge by the padding. Each image is unfolded so that
// every place is a column, and one product of matrices does the rest. Costs filters * channels *
// kernel² * places products an image each way. Not for rows whose neighbours have nothing to do
// with one another.

import Kernels

/// A layer of filters over images.
struct ConvolutionLayer: Layer {
    let input: Slot
    let output: Slot
    let window: ImageWindow
    let weight: Int
    let bias: Int

    private var filters: Int { output.shape[0] }

    static func plan(
        _ planner: inout Planner,
        _ input: Slot,
        filters: Int,
        window sizes: (kernel: Int, stride: Int, padding: Int),
        _ draw: Draw
    ) throws(LayerProblem) -> Slot {
        try Rules.rank(3, input.shape, "conv2d")
        try Rules.size("filters", filters)
        try Rules.size("stride", sizes.stride)
        let least = min(input.shape[1], input.shape[2])
        try Rules.size("padding", sizes.padding, 0...max(0, sizes.kernel - 1))
        guard (1...least + 2 * sizes.padding).contains(sizes.kernel) else {
            throw LayerProblem(
                "has kernel = \(sizes.kernel), but the image \(input.shape) with padding "
                    + "\(sizes.padding) allows 1 to \(least + 2 * sizes.padding)"
            )
        }
        let window = ImageWindow(
            channels: input.shape[0],
            height: input.shape[1],
            width: input.shape[2],
            kernel: sizes.kernel,
            stride: sizes.stride,
            padding: sizes.padding
        )
        try Rules.size(
            "an unfolded image",
            window.seen * window.places,
            1...NetworkLimits.rowValues
        )
        let start = draw.start(
            inputs: window.seen,
            outputs: filters * window.kernel * window.kernel
        )
        let shape = [filters, window.channels, window.kernel, window.kernel]
        let weight = planner.tensor("weight", shape, start)
        let bias = planner.tensor("bias", [filters], .constant(0), isBias: true)
        let output = planner.slot([filters, window.outHeight, window.outWidth])
        planner.share(window.seen * window.places)
        planner.append(
            ConvolutionLayer(
                input: input,
                output: output,
                window: window,
                weight: planner.at(weight),
                bias: planner.at(bias)
            )
        )
        return output
    }

    func forward(_ work: inout Workspace, _ pass: Pass) {
        for row in 0..<pass.rows {
            let columns = unfolded(&work, pass.values(input) + row * input.count)
            work.multiply(
                Matrix(.parameters(weight), stride: window.seen),
                Matrix(columns, stride: window.places),
                rows: filters,
                columns: window.places,
                inner: window.seen,
                into: pass.values(output) + row * output.count,
                adds: false
            )
            work.addToPlanes(
                .parameters(bias),
                pass.values(output) + row * output.count,
                planes: filters,
                count: window.places
            )
        }
    }

    func backward(_ work: inout Workspace, _ pass: Pass) {
        guard let gradients = pass.gradient(output) else { return }
        for row in 0..<pass.rows {
            let gradient = gradients + row * output.count
            work.addPlaneSums(
                gradient,
                to: .gradient(bias),
                planes: filters,
                count: window.places
            )
            let columns = unfolded(&work, pass.values(input) + row * input.count)
            work.multiply(
                Matrix(gradient, stride: window.places),
                Matrix(columns, stride: window.places, transposed: true),
                rows: filters,
                columns: window.seen,
                inner: window.places,
                into: .gradient(weight),
                adds: true
            )
            guard let inputGradient = pass.gradient(input) else { continue }
            let scratch = Address.values(0)
            work.multiply(
                Matrix(.parameters(weight), stride: window.seen, transposed: true),
                Matrix(gradient, stride: window.places),
                rows: window.seen,
                columns: window.places,
                inner: filters,
                into: scratch,
                adds: false
            )
            work.fold(window, scratch, to: inputGradient + row * input.count)
        }
    }

    /// The image as columns; a window of one pixel that skips none needs no copy.
    private func unfolded(_ work: inout Workspace, _ image: Address) -> Address {
        if window.kernel == 1 && window.stride == 1 && window.padding == 0 { return image }
        work.unfold(window, image, to: .values(0))
        return .values(0)
    }
}
