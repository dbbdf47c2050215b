// SPDX-License-Identifier: Apache-2.0
//
// What the kernels of the experts of a pool are given: the rows at hand in the forms that experts
// want, and the labelled rows before them. Sources/Kernels/ExpertRows.swift and ExpertHistory.swift
// say what each column means.

#ifndef LEARND_EXPERTS_H
#define LEARND_EXPERTS_H

#include <stddef.h>
#include <stdint.h>

typedef struct {
    size_t rows;
    size_t width;
    // 1 where a number is predicted.
    size_t outputs;
    const float *raw;
    const float *scaled;
    const float *slow;
    const float *change;
    const float *scaled_change;
    const int32_t *last;
    const int32_t *labels;
    const float *targets;
    const float *centres;
    const float *spreads;
    const float *weights;
    const uint8_t *learns;
    // How many rows of the history there were before each row.
    const int32_t *before;
} learnd_expert_rows;

typedef struct {
    size_t width;
    size_t rows;
    const float *raw;
    const float *scaled;
    const float *change;
    const int32_t *last;
    const int32_t *labels;
    // As they came, not as measured by anything.
    const float *targets;
    const float *weights;
} learnd_expert_history;

// expert_forms.c

// What the forms of rows are made by: one number for each column, all in double precision.
typedef struct {
    double *count;
    double *mean;
    double *variance;
    double *slow_mean;
    double *slow_variance;
    double *level;
    double *change_mean;
    double *change_variance;
} learnd_form_statistics;

// Where the forms go; `raw` is filled where a value is missing, and `change` is taken as it is in
// rows that came before.
typedef struct {
    float *raw;
    float *scaled;
    float *slow;
    float *change;
    float *scaled_change;
} learnd_forms;

// `follows` has 1 for each row that the statistics take, `recalled` 1 for each that came before.
void learnd_make_forms(const learnd_form_statistics *statistics, size_t width, double memory,
                       double fading, float clip, const learnd_forms *forms,
                       const uint8_t *follows, const uint8_t *recalled, size_t rows);

#endif
