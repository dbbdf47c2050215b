// SPDX-License-Identifier: Apache-2.0
//
// The numeric loops that Swift does not vectorise. Each takes plain pointers and counts, touches no
// global state and allocates nothing.
//
// A row of parameters is n weights followed by one bias: n + 1 numbers, which is also the stride
// between the rows of a model with several outputs. Moments and anchors have the same layout.
//
// Every kernel but those of one number from libm is written so that its bits do not
// depend on the processor: products and sums are separate (no fused multiply-add), and sums of many
// numbers have a fixed order of lanes. The variants made for newer processors only differ in speed.

#ifndef LEARND_CKERNELS_H
#define LEARND_CKERNELS_H

#include <stddef.h>
#include <stdint.h>

// No parameter, momentum or gradient ever leaves these bounds, whatever finite numbers come in.
#define LEARND_PARAMETER_LIMIT 1e18f
#define LEARND_GRADIENT_LIMIT 1e15f
#define LEARND_SCORE_LIMIT 1e30f

double learnd_log(double x);
double learnd_exp(double x);
double learnd_cos(double x);
double learnd_expm1(double x);
double learnd_log1p(double x);

// scores.c

float learnd_dot(const float *a, const float *b, size_t n);
float learnd_squared_norm(const float *x, size_t n);
void learnd_scores(const float *values, size_t rows, size_t n, const float *x, float *scores);
void learnd_add_scaled(float *sum, const float *x, size_t n, float scale);

// masks.c
void learnd_mask(float *numbers, const float *factors, size_t n);

// silence.c
uint32_t learnd_count_silence(const float *values, size_t rows, size_t units, uint32_t limit,
                              uint32_t *silent);

// importance.c

void learnd_add_squares(float *sum, const float *x, size_t n, float scale);
void learnd_add_importance(float *sum, const float *shares, const float *centre,
                           const float *values, size_t n, float strength);

// probability.c

float learnd_sigmoid(float score);
void learnd_softmax(float *scores, size_t n);

// losses.c

void learnd_log_losses(const float *predictions, size_t outputs, const int32_t *labels,
                       const uint8_t *uses, uint8_t skipped, size_t rows, float smallest,
                       float *losses, uint8_t *errors);

// calibration.c

// The parts of 0 to 1 in which top probabilities are gathered.
#define LEARND_CONFIDENCE_BINS 10

double learnd_calibrate(const float *predictions, size_t outputs, const int32_t *labels,
                        const uint8_t *errors, size_t rows, double squares, uint64_t *counts,
                        uint64_t *hits, double *confidences);

// steps.c

// What one step of an optimiser needs to know; the meaning of a, b, c and d is the optimiser's.
typedef struct {
    float rate;
    float a, b, c, d;
    float decay;
    float l1, l2;
    float pull, pull_l1;
} learnd_step;

// The gradient of weight i is `error * x[i]`, that of the bias is `bias_error`. `anchor` is null
// where there is none.
void learnd_step_sgd(float *values, const float *anchor, const float *x, size_t n, float error,
                     float bias_error, const learnd_step *step);
void learnd_step_momentum(float *values, float *velocity, const float *anchor, const float *x,
                          size_t n, float error, float bias_error, const learnd_step *step);
void learnd_step_adagrad(float *values, float *squares, const float *anchor, const float *x,
                         size_t n, float error, float bias_error, const learnd_step *step);
void learnd_step_adam(float *values, float *first, float *second, const float *anchor,
                      const float *x, size_t n, float error, float bias_error,
                      const learnd_step *step);

// ftrl.c: z and n of each parameter, from which the parameter follows
void learnd_step_ftrl(float *values, float *z, float *n, const float *anchor, const float *x,
                      size_t width, float error, float bias_error, const learnd_step *step);
// Sets z to what the parameters follow from.
void learnd_ftrl_sums(const float *values, float *z, const float *n, size_t width,
                      const learnd_step *step);

// alignment.c: sums over the parameters of this gradient times the last one, and of their squares

typedef struct {
    double inner, own, before;
} learnd_alignment;

void learnd_align(const float *last, const float *x, size_t n, float error, float bias_error,
                  learnd_alignment *sums);
void learnd_keep_gradient(float *last, const float *x, size_t n, float error, float bias_error);

// learn.c

// The rows of a block that are tested, then trained on. Those are learned whose use is
// `learned_use`, whose weight is positive and whose label is that of an output.
typedef struct {
    const float *features;
    size_t rows, n;
    const int32_t *labels;
    const float *weights;
    const uint8_t *uses;
    uint8_t learned_use;
    float *predictions;
} learnd_rows;

// 0 when nothing was done, because the numbers are so large that bounds must be kept.
int learnd_learn_logistic(const learnd_rows *block, float *values, float rate);
int learnd_learn_softmax(const learnd_rows *block, float *values, size_t outputs, float rate);

// wide.c, rls.c, arow.c, passive_aggressive.c: models with parameters in double precision

// The rows of a block that are tested, then trained on. A label is a class, or, with `is_number`, a
// target; with one row of parameters for two classes the score is that of the second.
typedef struct {
    const float *features;
    size_t rows, n, outputs;
    int is_number;
    const float *targets;
    const int32_t *labels;
    const float *weights;
    const uint8_t *uses;
    uint8_t learned_use;
    float *predictions;
} learnd_samples;

// A pull towards the parameters at `anchor`; null: none.
typedef struct {
    const double *anchor;
    double l2, l1;
} learnd_pull;

// `variance_most` is what the mean of the covariance's diagonal may reach. The usual error is that
// of the last rows, `count` of them until they are LEARND_RLS_WARM.
#define LEARND_RLS_WARM 100
typedef struct {
    double forgetting, variance_most, clip;
    double variance, count;
} learnd_rls_state;

typedef struct {
    double r, q;
} learnd_arow_rule;

typedef struct {
    double aggressiveness, insensitivity;
    int is_second;
} learnd_pa_rule;

void learnd_wide_predict(const learnd_samples *block, const double *values, size_t rows);
// `scratch` has n + 1 numbers.
void learnd_rls(const learnd_samples *block, double *values, double *covariance, double *scratch,
                const learnd_pull *pull, learnd_rls_state *state);
void learnd_arow(const learnd_samples *block, size_t rows, double *values, double *covariance,
                 int is_full, double *scratch, const learnd_pull *pull,
                 const learnd_arow_rule *rule);
void learnd_passive_aggressive(const learnd_samples *block, size_t rows, double *values,
                               const learnd_pull *pull, const learnd_pa_rule *rule);

// skipgram.c

// No number of a word's vector ever leaves these bounds.
#define LEARND_VECTOR_LIMIT 1e6f

// One step of skip-gram with negative sampling for a centre word and `pairs` context words. Each
// pair is `size` numbers of rows of `contexts`: the context word, then the noise words, of which
// those that are the context word itself are left out. `gradient` is room for n numbers.
void learnd_skip_gram(float *centre, float *contexts, size_t n, const uint32_t *targets,
                      size_t pairs, size_t size, float rate, float *gradient);
// The product of the probabilities that the centre word gives to the context word being one and to
// each noise word being none; each counts as `smallest` at least.
double learnd_skip_gram_fit(const float *centre, const float *contexts, size_t n,
                            const uint32_t *targets, size_t size, double smallest);

// split.c

// Splits a text into tokens, one after the other in `bytes`, with their ends and FNV-1a hashes.
// There must be room for n bytes and (n + 1) / 2 tokens. Tokens of more than `longest` bytes are
// left out and counted in `skipped`.
size_t learnd_split_text(const uint8_t *text, size_t n, int folds, size_t longest, uint8_t *bytes,
                         uint32_t *ends, uint64_t *hashes, size_t *skipped);

// standardise.c

void learnd_standardise(double *mean, double *variance, double *count, size_t n, double memory,
                        float clip, const float *raw, float *features, size_t rows);
void learnd_apply_standard(const double *mean, const double *variance, size_t n, float clip,
                           const float *raw, float *features, size_t rows);
void learnd_measure_then_follow(double *mean, double *variance, double *count, size_t n,
                                double memory, float clip, const float *raw, float *features,
                                const uint8_t *taken, size_t rows);

// prepare.c

// What is not finite becomes 0.
void learnd_fill_missing(const float *raw, float *features, size_t n);

// Each column followed by its products with all columns before it and (z^2 - 1) / sqrt(2): rows of
// n + n (n + 1) / 2 numbers.
void learnd_interact(const float *z, size_t n, float *features, size_t rows);

// The last rows_max rows of n columns, with room for `stride`, in a ring: the oldest lies at slot
// `first`, `count` are there, and the oldest `front` of them are in the front stack. Moments are
// counts, means and sums of squared distances from the mean: of each slot's row and the rows of the
// front stack after it, and of all rows of the back stack.
typedef struct {
    size_t n, stride, rows_max, first, count, front;
    float *ring;
    double *front_moments;
    double *back_moments;
} learnd_window;

// Takes each row into the window, then writes it as measured by the window; mean and variance are
// those after the last row.
void learnd_window_follow(learnd_window *w, double *mean, double *variance, float clip,
                          const float *raw, float *features, size_t rows);
void learnd_window_push(learnd_window *w, const float *row);
void learnd_window_evict(learnd_window *w);
void learnd_window_measure(const learnd_window *w, double *mean, double *variance);
// Computes the moments anew from the ring, with the same bits.
void learnd_window_rebuild(learnd_window *w);

// TOK

uint32_t learnd_murmur3(const uint8_t *bytes, size_t length, uint32_t seed);

// A bucket and a value in one number, so that the order of the numbers is that of the buckets.
uint64_t learnd_pair(uint32_t bucket, float value);
uint32_t learnd_pair_bucket(uint64_t pair);
float learnd_pair_value(uint64_t pair);
// Sorts pairs and adds up those of one bucket, without those that add up to 0; how many are left.
// The bits do not depend on the order in which they came.
size_t learnd_merge_pairs(uint64_t *pairs, size_t n);

// sparse.c

// Columns with values; column 0 is the bias, one below 0 does not exist.
typedef struct {
    const int32_t *columns;
    const float *values;
    size_t count;
} learnd_sparse_row;

void learnd_sparse_scores(const float *values, size_t stride, const learnd_sparse_row *row,
                          float *scores);
void learnd_sparse_ftrl(float *values, float *z, float *n, const float *anchor, size_t stride,
                        size_t output, const learnd_sparse_row *row, float error,
                        const learnd_step *step);
void learnd_sparse_ftrl_sums(const float *values, float *z, const float *n, size_t stride,
                             size_t columns, const learnd_step *step);
// `sums` gets the sum of each factor, which the step takes.
float learnd_factor_score(const float *values, size_t stride, const learnd_sparse_row *row,
                          double *sums);
// `squares` is null for plain descent.
void learnd_factor_step(float *values, float *squares, const float *anchor, size_t stride,
                        const learnd_sparse_row *row, const double *sums, float error,
                        const learnd_step *step);

// columns.c

// Adds rows of n columns to the sums of each column: how many values are finite, and their first,
// second and fourth powers after (x - center) * scale, within 8 of 0.
void learnd_column_sums(const float *raw, size_t stride, size_t rows, size_t n,
                          const float *center, const float *scale, float *count, float *sum,
                          float *square, float *fourth);
// Counts the finite values of each column, and those above each of its nine edges; edges and counts
// stand edge by edge, each for `all` columns, of which n are counted.
void learnd_column_bins(const float *raw, size_t stride, size_t rows, size_t n, size_t all,
                       const float *edges, float *above, float *there);

#endif
