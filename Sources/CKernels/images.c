// SPDX-License-Identifier: Apache-2.0
//
// Windows that slide over images: unfolding into columns for products of matrices, and the largest
// number of each window. What lies outside of the image is 0 for a convolution, and does not exist
// for a pool.

#include "network.h"

#include <string.h>

#include "clones.h"

// The first place of the window at which offset `k` lies inside, and the one after the last.
LEARND_INLINE void inside(const learnd_image_window *w, size_t k, size_t size, size_t out,
                          size_t *first, size_t *after) {
    *first = k >= w->padding ? 0 : (w->padding - k + w->stride - 1) / w->stride;
    // place * stride + k - padding < size
    const size_t end = size + w->padding;
    *after = end <= k ? 0 : (end - k - 1) / w->stride + 1;
    if (*after > out) *after = out;
    if (*first > *after) *first = *after;
}

LEARND_CLONES void learnd_unfold(const learnd_image_window *w, const float *restrict image,
                                 float *restrict columns) {
    const size_t places = w->out_height * w->out_width;
    float *row = columns;
    for (size_t c = 0; c < w->channels; c++) {
        const float *plane = image + c * w->height * w->width;
        for (size_t ky = 0; ky < w->kernel; ky++) {
            for (size_t kx = 0; kx < w->kernel; kx++, row += places) {
                size_t top, bottom, left, right;
                inside(w, ky, w->height, w->out_height, &top, &bottom);
                inside(w, kx, w->width, w->out_width, &left, &right);
                memset(row, 0, top * w->out_width * sizeof(float));
                for (size_t y = top; y < bottom; y++) {
                    const float *line = plane + (y * w->stride + ky - w->padding) * w->width;
                    float *to = row + y * w->out_width;
                    for (size_t x = 0; x < left; x++) to[x] = 0;
                    if (w->stride == 1) {
                        const float *from = line + left + kx - w->padding;
                        memcpy(to + left, from, (right - left) * sizeof(float));
                    } else {
                        for (size_t x = left; x < right; x++)
                            to[x] = line[x * w->stride + kx - w->padding];
                    }
                    for (size_t x = right; x < w->out_width; x++) to[x] = 0;
                }
                memset(row + bottom * w->out_width, 0,
                       (w->out_height - bottom) * w->out_width * sizeof(float));
            }
        }
    }
}

LEARND_CLONES void learnd_fold(const learnd_image_window *w, const float *restrict columns,
                               float *restrict image) {
    const size_t places = w->out_height * w->out_width;
    const float *row = columns;
    for (size_t c = 0; c < w->channels; c++) {
        float *plane = image + c * w->height * w->width;
        for (size_t ky = 0; ky < w->kernel; ky++) {
            for (size_t kx = 0; kx < w->kernel; kx++, row += places) {
                size_t top, bottom, left, right;
                inside(w, ky, w->height, w->out_height, &top, &bottom);
                inside(w, kx, w->width, w->out_width, &left, &right);
                for (size_t y = top; y < bottom; y++) {
                    float *line = plane + (y * w->stride + ky - w->padding) * w->width;
                    const float *from = row + y * w->out_width;
                    for (size_t x = left; x < right; x++)
                        line[x * w->stride + kx - w->padding] += from[x];
                }
            }
        }
    }
}

// The first of equals wins, and always somebody does, whatever the numbers.
void learnd_pool(const learnd_image_window *w, const float *image, float *y, float *winners) {
    for (size_t c = 0; c < w->channels; c++) {
        const float *plane = image + c * w->height * w->width;
        for (size_t oy = 0; oy < w->out_height; oy++) {
            for (size_t ox = 0; ox < w->out_width; ox++) {
                size_t best = oy * w->stride * w->width + ox * w->stride;
                for (size_t ky = 0; ky < w->kernel; ky++) {
                    const size_t line = (oy * w->stride + ky) * w->width + ox * w->stride;
                    for (size_t kx = 0; kx < w->kernel; kx++)
                        if (plane[line + kx] > plane[best]) best = line + kx;
                }
                *y++ = plane[best];
                *winners++ = (float)best;
            }
        }
    }
}

void learnd_pool_back(const learnd_image_window *w, const float *dy, const float *winners,
                      float *image) {
    const size_t places = w->out_height * w->out_width;
    for (size_t c = 0; c < w->channels; c++) {
        float *plane = image + c * w->height * w->width;
        for (size_t i = 0; i < places; i++) plane[(size_t)*winners++] += *dy++;
    }
}
