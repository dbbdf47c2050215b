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
#define words JOIN(words, LANES)

typedef float floats __attribute__((ext_vector_type(LANES)));
typedef double doubles __attribute__((ext_vector_type(LANES)));
typedef int64_t masks __attribute__((ext_vector_type(LANES)));
typedef uint64_t words __attribute__((ext_vector_type(LANES)));

// z = clip(distance / sqrt(variance)), and 0 where the variance is nothing.
//
// 1 / sqrt(v): a first guess from the halved exponent (off by 3.5 % at most), then three steps of
// Newton, each of which doubles the number of right digits: off by less than 1e-10, far below what
// single precision keeps. It takes a third of the time of a root and a division.
#define MEASURE(z, distance, variance, clip)                        \
    do {                                                            \
        masks wide_ = (variance) > SMALLEST_VARIANCE;               \
        doubles v_ = wide_ ? (variance) : (doubles)1.0;             \
        doubles most_ = (doubles)(clip), least_ = -most_;           \
        doubles y_;                                                 \
        words bits_;                                                \
        memcpy(&bits_, &v_, sizeof(bits_));                         \
        bits_ = (words)UINT64_C(0x5FE6EB50C7B537A9) - (bits_ >> 1); \
        memcpy(&y_, &bits_, sizeof(y_));                            \
        doubles half_ = 0.5 * v_;                                   \
        y_ = y_ * (1.5 - (half_ * y_) * y_);                        \
        y_ = y_ * (1.5 - (half_ * y_) * y_);                        \
        y_ = y_ * (1.5 - (half_ * y_) * y_);                        \
        (z) = (distance) * y_;                                      \
        (z) = (z) < most_ ? (z) : most_;                            \
        (z) = (z) > least_ ? (z) : least_;                          \
        (z) = wide_ ? (z) : (doubles)0.0;                           \
    } while (0)

// Whether a value is a number; infinities and NaN give NaN when taken from themselves.
#define KNOWN(x) (((x) - (x)) == (doubles)0.0)

LEARND_INLINE void JOIN(follow, LANES)(double *mean, double *variance, double *count,
                                       double memory, int steady, double clip, const float *raw,
                                       float *features, size_t stride, size_t rows) {
    doubles mu, v, c;
    memcpy(&mu, mean, sizeof(mu));
    memcpy(&v, variance, sizeof(v));
    memcpy(&c, count, sizeof(c));
    const doubles full = (doubles)memory;
    doubles share = 1.0 / full, keep = 1.0 - share;
    for (size_t r = 0; r < rows; r++) {
        floats narrow;
        memcpy(&narrow, raw + r * stride, sizeof(narrow));
        doubles x = __builtin_convertvector(narrow, doubles);
        masks known = KNOWN(x);
        if (!steady) {
            doubles next = c + 1.0 < full ? c + 1.0 : full;
            c = known ? next : c;
            share = 1.0 / next;
            keep = 1.0 - share;
        }
        // A missing value moves nothing.
        doubles before = known ? x - mu : (doubles)0.0;
        mu += before * share;
        doubles after = known ? x - mu : (doubles)0.0;
        // v += (before * after - v) / k, in a form that rounding cannot take below zero.
        doubles moved = before * after;
        moved = moved > 0.0 ? moved : (doubles)0.0;
        doubles spread = v * keep + moved * share;
        v = known ? spread : v;
        doubles z;
        MEASURE(z, after, v, clip);
        floats result = __builtin_convertvector(z, floats);
        memcpy(features + r * stride, &result, sizeof(result));
    }
    memcpy(mean, &mu, sizeof(mu));
    memcpy(variance, &v, sizeof(v));
    memcpy(count, &c, sizeof(c));
}

// The same, with the shorter way when every count has reached the memory.
LEARND_INLINE void JOIN(columns, LANES)(double *mean, double *variance, double *count,
                                        double memory, double clip, const float *raw,
                                        float *features, size_t stride, size_t rows) {
    int steady = 1;
    for (size_t i = 0; i < LANES; i++) steady &= count[i] >= memory;
    if (steady) {
        JOIN(follow, LANES)(mean, variance, count, memory, 1, clip, raw, features, stride, rows);
    } else {
        JOIN(follow, LANES)(mean, variance, count, memory, 0, clip, raw, features, stride, rows);
    }
}

LEARND_INLINE void JOIN(applied, LANES)(const double *mean, const double *variance, double clip,
                                        const float *raw, float *features) {
    doubles mu, v, z;
    floats narrow;
    memcpy(&mu, mean, sizeof(mu));
    memcpy(&v, variance, sizeof(v));
    memcpy(&narrow, raw, sizeof(narrow));
    doubles x = __builtin_convertvector(narrow, doubles);
    doubles distance = KNOWN(x) ? x - mu : (doubles)0.0;
    MEASURE(z, distance, v, clip);
    floats result = __builtin_convertvector(z, floats);
    memcpy(features, &result, sizeof(result));
}

#undef MEASURE
#undef KNOWN
#undef floats
#undef doubles
#undef masks
#undef words
#undef JOIN
#undef JOIN_
#undef LANES
