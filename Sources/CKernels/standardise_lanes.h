// SPDX-License-Identifier: Apache-2.0
//
// LANES columns down some rows, their statistics in registers: the body of standardise.c, which
// includes it once for each number of lanes. More lanes at once keep the processor busier, since
// each row must wait for the statistics that the row before left.

#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)
#define floats JOIN(floats, LANES)
#define doubles JOIN(doubles, LANES)
#define masks JOIN(masks, LANES)
#define halves JOIN(halves, LANES)

typedef float floats __attribute__((ext_vector_type(LANES)));
typedef double doubles __attribute__((ext_vector_type(LANES)));
typedef int64_t masks __attribute__((ext_vector_type(LANES)));
typedef int32_t halves __attribute__((ext_vector_type(LANES)));

// z = clip(distance / sqrt(variance)), and 0 where the variance is nothing, or (a deviation above
// 1.8e19) more than single precision holds.
//
// Root and division are single: rounded exactly by every processor, at a fourth of the time of
// double ones. The result is off by less than 3e-7 of its size.
#define MEASURE(z, distance, variance, clip)                                      \
    do {                                                                          \
        floats v_ = __builtin_convertvector((variance), floats);                  \
        halves wide_ = (v_ > (floats)SMALLEST_VARIANCE) & (v_ <= (floats)FLT_MAX); \
        floats most_ = (floats)(clip), least_ = -most_;                           \
        (z) = __builtin_convertvector((distance), floats);                        \
        (z) /= __builtin_elementwise_sqrt(v_);                                    \
        (z) = (z) < most_ ? (z) : most_;                                          \
        (z) = (z) > least_ ? (z) : least_;                                        \
        (z) = wide_ ? (z) : (floats)0.0f;                                         \
    } while (0)

// Whether a value is a number; infinities and NaN give NaN when taken from themselves.
#define KNOWN(x) (((x) - (x)) == (doubles)0.0)

// `way`, a constant where it is called:
// - WARMING: counts still grow;
// - STEADY: every count has reached the memory;
// - WHOLE: steady, no value is missing, and the memory is 2 or more. Such rows give the same bits
//   on every way: a share of a half or less cannot carry the mean past the value, so the product
//   below is never negative.
LEARND_INLINE void JOIN(follow, LANES)(double *mean, double *variance, double *count,
                                       double memory, int way, float clip, const float *raw,
                                       float *features, size_t stride, size_t rows) {
    doubles mu, v, c;
    memcpy(&mu, mean, sizeof(mu));
    memcpy(&v, variance, sizeof(v));
    memcpy(&c, count, sizeof(c));
    const doubles full = (doubles)memory;
    doubles share = 1.0 / full, keep = 1.0 - share;
    for (size_t r = 0; r < rows; r++) {
        floats narrow, z;
        memcpy(&narrow, raw + r * stride, sizeof(narrow));
        doubles x = __builtin_convertvector(narrow, doubles);
        doubles after;
        if (way == WHOLE) {
            doubles moved = (x - mu) * share;
            mu += moved;
            after = x - mu;
            v = v * keep + moved * after;
        } else {
            masks known = KNOWN(x);
            if (way == WARMING) {
                doubles next = c + 1.0 < full ? c + 1.0 : full;
                c = known ? next : c;
                share = 1.0 / next;
                keep = 1.0 - share;
            }
            // A missing value moves nothing.
            doubles moved = known ? (x - mu) * share : (doubles)0.0;
            mu += moved;
            after = known ? x - mu : (doubles)0.0;
            // v += (before * after - v) / k, in a form that rounding cannot take below zero.
            doubles added = moved * after;
            added = added > 0.0 ? added : (doubles)0.0;
            v = known ? v * keep + added : v;
        }
        MEASURE(z, after, v, clip);
        memcpy(features + r * stride, &z, sizeof(z));
    }
    memcpy(mean, &mu, sizeof(mu));
    memcpy(variance, &v, sizeof(v));
    memcpy(count, &c, sizeof(c));
}

// The same on the shortest way. Whether a value is missing shows in the means, which can then never
// be numbers again: the rows are done once more, and `*whole` tells not to try again.
LEARND_INLINE void JOIN(columns, LANES)(double *mean, double *variance, double *count,
                                        double memory, float clip, const float *raw,
                                        float *features, size_t stride, size_t rows, int *whole) {
    int steady = 1;
    for (size_t i = 0; i < LANES; i++) steady &= count[i] >= memory;
    if (!steady) {
        JOIN(follow, LANES)
        (mean, variance, count, memory, WARMING, clip, raw, features, stride, rows);
        return;
    }
    if (*whole) {
        double tried_mean[LANES], tried_variance[LANES], tried_count[LANES];
        memcpy(tried_mean, mean, sizeof(tried_mean));
        memcpy(tried_variance, variance, sizeof(tried_variance));
        memcpy(tried_count, count, sizeof(tried_count));
        JOIN(follow, LANES)
        (tried_mean, tried_variance, tried_count, memory, WHOLE, clip, raw, features, stride,
         rows);
        int fine = 1;
        for (size_t i = 0; i < LANES; i++) fine &= tried_mean[i] - tried_mean[i] == 0.0;
        if (fine) {
            memcpy(mean, tried_mean, sizeof(tried_mean));
            memcpy(variance, tried_variance, sizeof(tried_variance));
            return;
        }
        *whole = 0;
    }
    JOIN(follow, LANES)
    (mean, variance, count, memory, STEADY, clip, raw, features, stride, rows);
}

LEARND_INLINE void JOIN(applied, LANES)(const double *mean, const double *variance, float clip,
                                        const float *raw, float *features) {
    doubles mu, v;
    floats narrow, z;
    memcpy(&mu, mean, sizeof(mu));
    memcpy(&v, variance, sizeof(v));
    memcpy(&narrow, raw, sizeof(narrow));
    doubles x = __builtin_convertvector(narrow, doubles);
    doubles distance = KNOWN(x) ? x - mu : (doubles)0.0;
    MEASURE(z, distance, v, clip);
    memcpy(features, &z, sizeof(z));
}

#undef MEASURE
#undef KNOWN
#undef floats
#undef doubles
#undef masks
#undef halves
#undef JOIN
#undef JOIN_
#undef LANES
