// SPDX-License-Identifier: Apache-2.0
//
// The loops of the layers of a network, beside the products of matrices. All matrices lie row by
// row; an image is channels of rows of pixels. A gradient is always added to what is there. The
// layers in Sources/Pure/Networks have the formulas.

#ifndef LEARND_NETWORK_H
#define LEARND_NETWORK_H

#include <stddef.h>
#include <stdint.h>

// blas.c

typedef struct {
    const float *numbers;
    // The distance between the starts of two rows as they lie in memory.
    size_t stride;
    int is_transposed;
} learnd_matrix;

// c = a b, or c += a b, with a of m rows and k columns, and c of n columns, after transposition.
void learnd_multiply(const learnd_matrix *a, const learnd_matrix *b, size_t m, size_t n, size_t k,
                     float *c, size_t c_stride, int adds);
// The generation of processors whose kernels are used.
const char *learnd_blas_core(void);

int learnd_blas_threads(void);

// activations.c

enum { LEARND_RELU = 0, LEARND_TANH = 1, LEARND_SIGMOID = 2 };

// y may be x.
void learnd_activate(int kind, const float *x, float *y, size_t n);
// dx += dy f'; from the values y that came out.
void learnd_activate_back(int kind, const float *y, const float *dy, float *dx, size_t n);
// dx = dx f', in place.
void learnd_activate_back_here(int kind, const float *y, float *dx, size_t n);
// The mask has 0 with probability `share`, 1 / (1 - share) else, as the seed decides.
void learnd_dropout_mask(uint64_t seed, float share, float *mask, size_t n);
void learnd_product(const float *a, const float *b, float *y, size_t n);
void learnd_add_product(const float *a, const float *b, float *y, size_t n);
void learnd_add(const float *x, float *y, size_t n);
// Not a number becomes 0, and nothing is further from 0 than `limit`; y may be x.
void learnd_bound(const float *x, float *y, size_t n, float limit);

// rows.c

// Adds the n numbers to each row.
void learnd_add_to_rows(const float *numbers, float *y, size_t rows, size_t n);
// Adds the sum over the rows to the n numbers.
void learnd_add_row_sums(const float *y, float *numbers, size_t rows, size_t n);
// Adds each number to a plane of its own.
void learnd_add_to_planes(const float *numbers, float *y, size_t planes, size_t n);
// Adds the sum of each plane to its number.
void learnd_add_plane_sums(const float *y, float *numbers, size_t planes, size_t n);
void learnd_softmax_rows(const float *x, float *y, size_t rows, size_t n, float scale);
void learnd_softmax_rows_back(const float *y, const float *dy, float *dx, size_t rows, size_t n,
                              float scale);
void learnd_normalise_rows(const float *x, const float *gain, const float *shift, float *y,
                           float *normal, float *inverse, size_t rows, size_t n);
void learnd_normalise_rows_back(const float *dy, const float *gain, const float *normal,
                                const float *inverse, float *dx, float *dgain, float *dshift,
                                size_t rows, size_t n);

// images.c

typedef struct {
    size_t channels, height, width;
    size_t kernel, stride, padding;
    size_t out_height, out_width;
} learnd_image_window;

// Each column holds what one place of the window sees: channels * kernel * kernel rows.
void learnd_unfold(const learnd_image_window *w, const float *image, float *columns);
// Adds the columns back to where they came from.
void learnd_fold(const learnd_image_window *w, const float *columns, float *image);
// `winners` holds the place within its plane of each largest number.
void learnd_pool(const learnd_image_window *w, const float *image, float *y, float *winners);
void learnd_pool_back(const learnd_image_window *w, const float *dy, const float *winners,
                      float *image);

// sequences.c

// The row of each id; that of any other number is the last, `words`.
void learnd_embed(const float *ids, const float *table, float *y, size_t n, size_t words,
                  size_t width);
void learnd_embed_back(const float *ids, const float *dy, float *dtable, size_t n, size_t words,
                       size_t width);
// Rows that lie `stride` apart.
void learnd_tanh_step(float *state, size_t rows, size_t stride, size_t n);
void learnd_tanh_step_back(const float *state, float *dstate, size_t rows, size_t stride, size_t n);

typedef struct {
    // The gates from the input, which become their values: reset, update, new.
    float *from_input;
    // The gates from the state before.
    float *from_state;
    size_t gates_stride;
    // Null at the first step.
    const float *before;
    float *state;
    size_t state_stride;
    size_t rows, n;
} learnd_gru;

void learnd_gru_step(const learnd_gru *step);
// Replaces gates by their gradients, and adds to `dbefore` what does not go through the gates.
void learnd_gru_step_back(const learnd_gru *step, const float *dstate, float *dbefore);

// flat_steps.c

enum {
    LEARND_FLAT_SGD = 0,
    LEARND_FLAT_MOMENTUM = 1,
    LEARND_FLAT_SQUARES = 2,
    LEARND_FLAT_ADAM = 3
};

typedef struct {
    int kind;
    float rate, a, b, c, d, epsilon;
    // The share of a weight that is lost at rate 1.
    float decay;
    float l1, l2, pull, pull_l1;
    // What the gradient is multiplied by.
    float scale;
} learnd_flat_step;

// `anchor` is null where there is none, and so are moments that the kind does not have.
void learnd_step_flat(float *values, float *first, float *second, const float *gradient,
                      const float *anchor, size_t n, const learnd_flat_step *step);
double learnd_flat_norm(const float *gradient, size_t n);

#endif
