// SPDX-License-Identifier: Apache-2.0
//
// The mix of a pool that predicts classes; Sources/Pure/Experts/Mixing/ClassMix.swift has the
// formulas. Experts lie side by side in lanes, so each step below is done for sixteen at once.

#include "experts_mix.h"

#include "lanes.h"
#include "mix_rules.h"
#include "probability.h"

#pragma STDC FP_CONTRACT OFF

#define LEAST_OPINION 1e-3f
#define LOG_LEAST_OPINION -6.90775528f

// What is worked out for one row, class after class.
typedef struct {
    float *centred;
    float *calibrated;
    float *logs;
    float *slope;
    float *first;
    float *second;
    float *third;
} row_room;

LEARND_INLINE row_room room_of(const learnd_mix *mix, size_t classes) {
    row_room room;
    const size_t area = classes * mix->slots;
    room.centred = mix->room;
    room.calibrated = room.centred + area;
    room.logs = room.calibrated + area;
    room.slope = room.logs + area;
    room.first = room.slope + mix->slots;
    room.second = room.first + classes;
    room.third = room.second + classes;
    return room;
}

// Log opinions less their mean over the classes.
LEARND_INLINE void centre(const learnd_mix *mix, const float *opinions, size_t experts,
                          size_t rows, size_t classes, size_t row, size_t g,
                          const row_room *room) {
    lanes16 sum;
    lanes_fill(&sum, 0);
    for (size_t c = 0; c < classes; c++) {
        lanes16 p;
        lanes_fill(&p, 1);
        for (size_t lane = 0; lane < 16 && g + lane < experts; lane++) {
            p[lane] = opinions[((g + lane) * rows + row) * classes + c];
        }
        lanes_at_least(&p, LEAST_OPINION);
        lanes_logarithm(&p);
        sum += p;
        memcpy(room->centred + c * mix->slots + g, &p, sizeof(p));
    }
    const float share = 1.0f / (float)classes;
    for (size_t c = 0; c < classes; c++) {
        float *at = room->centred + c * mix->slots + g;
        LOAD(lanes16, f, at);
        f -= sum * share;
        memcpy(at, &f, sizeof(f));
    }
}

// Each expert's probabilities at its temperature, and their logarithms less their mean.
LEARND_INLINE void calibrate(const learnd_mix *mix, size_t classes, size_t g,
                             const row_room *room) {
    const size_t slots = mix->slots;
    LOAD(lanes16, temperature, mix->parts + LEARND_MIX_TEMPERATURE * slots + g);
    LOAD(lanes16, active, mix->parts + LEARND_MIX_ACTIVE * slots + g);
    lanes16 top, sum, logs;
    lanes_fill(&top, -1e30f);
    lanes_fill(&sum, 0);
    lanes_fill(&logs, 0);
    for (size_t c = 0; c < classes; c++) {
        LOAD(lanes16, f, room->centred + c * slots + g);
        f *= temperature;
        lanes_larger(&top, &f);
    }
    for (size_t c = 0; c < classes; c++) {
        LOAD(lanes16, f, room->centred + c * slots + g);
        f = f * temperature - top;
        memcpy(room->logs + c * slots + g, &f, sizeof(f));
        lanes_exponential(&f);
        sum += f;
        memcpy(room->calibrated + c * slots + g, &f, sizeof(f));
    }
    lanes16 scale = 1.0f / sum;
    lanes_logarithm(&sum);
    for (size_t c = 0; c < classes; c++) {
        LOAD(lanes16, p, room->calibrated + c * slots + g);
        p *= scale;
        memcpy(room->calibrated + c * slots + g, &p, sizeof(p));
        LOAD(lanes16, l, room->logs + c * slots + g);
        l -= sum;
        lanes_at_least(&l, LOG_LEAST_OPINION);
        logs += l;
        memcpy(room->logs + c * slots + g, &l, sizeof(l));
    }
    const float share = 1.0f / (float)classes;
    for (size_t c = 0; c < classes; c++) {
        LOAD(lanes16, l, room->logs + c * slots + g);
        l = (l - logs * share) * active;
        memcpy(room->logs + c * slots + g, &l, sizeof(l));
    }
}

// What each rule says, and the mix of the three.
LEARND_INLINE void mix_row(const learnd_mix *mix, size_t classes, const row_room *room,
                           float *prediction) {
    const size_t slots = mix->slots;
    for (size_t c = 0; c < classes; c++) {
        lanes16 first, second, third;
        lanes_fill(&first, 0);
        lanes_fill(&second, 0);
        lanes_fill(&third, 0);
        for (size_t g = 0; g < slots; g += 16) {
            LOAD(lanes16, p, room->calibrated + c * slots + g);
            LOAD(lanes16, l, room->logs + c * slots + g);
            LOAD(lanes16, share, mix->parts + LEARND_MIX_SHARE * slots + g);
            LOAD(lanes16, hedge, mix->parts + LEARND_MIX_HEDGE * slots + g);
            LOAD(lanes16, stack, mix->parts + LEARND_MIX_STACK * slots + g);
            first += p * share;
            second += p * hedge;
            third += l * stack;
        }
        room->first[c] = lanes_sum(&first);
        room->second[c] = lanes_sum(&second);
        room->third[c] = learnd_clamp(lanes_sum(&third), 1e4f);
    }
    softmax(room->third, classes);
    const float *rule = mix->wholes + LEARND_MIX_RULE;
    float sum = 0;
    for (size_t c = 0; c < classes; c++) {
        prediction[c] = rule[0] * room->first[c] + rule[1] * room->second[c];
        prediction[c] += rule[2] * room->third[c];
        sum += prediction[c];
    }
    const float scale = 1.0f / sum;
    for (size_t c = 0; c < classes; c++) prediction[c] *= scale;
}

// Temperatures go down the slope of the log loss.
LEARND_INLINE void learn_temperature(const learnd_mix *mix, size_t classes, size_t label, size_t g,
                                     const lanes16 *active, const row_room *room) {
    const size_t slots = mix->slots;
    float *temperatures = mix->parts + LEARND_MIX_TEMPERATURE * slots + g;
    float *powers = mix->parts + LEARND_MIX_POWER * slots + g;
    LOAD(lanes16, temperature, temperatures);
    LOAD(lanes16, power, powers);
    LOAD(lanes16, count, mix->parts + LEARND_MIX_COUNT * slots + g);
    lanes16 slope, square;
    lanes_fill(&slope, 0);
    lanes_fill(&square, 0);
    for (size_t c = 0; c < classes; c++) {
        LOAD(lanes16, p, room->calibrated + c * slots + g);
        LOAD(lanes16, f, room->centred + c * slots + g);
        slope += p * f;
        square += f * f;
    }
    LOAD(lanes16, own, room->centred + label * slots + g);
    slope -= own;
    lanes16 rows = count + 1.0f;
    lanes_at_most(&rows, 500);
    power += *active * (square - power) / rows;
    temperature -= *active * 0.05f * slope / (power + 0.1f * square + 1e-3f);
    lanes_at_least(&temperature, 0.02f);
    lanes_at_most(&temperature, 3);
    memcpy(temperatures, &temperature, sizeof(temperature));
    memcpy(powers, &power, sizeof(power));
}

// How well each expert does by itself, over about the last thousand rows, and over all.
LEARND_INLINE void measure(const learnd_mix *mix, size_t classes, size_t label, size_t g,
                           const lanes16 *active, const row_room *room) {
    const size_t slots = mix->slots;
    float *losses = mix->parts + LEARND_MIX_LOSS * slots + g;
    float *misses = mix->parts + LEARND_MIX_MISS * slots + g;
    float *counts = mix->parts + LEARND_MIX_COUNT * slots + g;
    float *overalls = mix->parts + LEARND_MIX_OVERALL * slots + g;
    LOAD(lanes16, overall, overalls);
    LOAD(lanes16, loss, losses);
    LOAD(lanes16, miss, misses);
    LOAD(lanes16, count, counts);
    LOAD(lanes16, own, room->calibrated + label * slots + g);
    lanes16 top;
    lanes_fill(&top, 0);
    for (size_t c = 0; c < classes; c++) {
        LOAD(lanes16, p, room->calibrated + c * slots + g);
        lanes_larger(&top, &p);
    }
    lanes16 missed, zero;
    lanes_fill(&missed, 1);
    lanes_fill(&zero, 0);
    const words16 hits = own >= top;
    lanes_choose(&missed, &hits, &zero);
    lanes_at_least(&own, LEAST_OPINION);
    lanes_logarithm(&own);
    count += *active;
    lanes16 rows = count;
    lanes_at_most(&rows, 1000);
    lanes_at_least(&rows, 1);
    lanes16 all = count;
    lanes_at_least(&all, 1);
    overall += *active * (missed - overall) / all;
    memcpy(overalls, &overall, sizeof(overall));
    loss += *active * (-own - loss) / rows;
    miss += *active * (missed - miss) / rows;
    lanes_at_most(&count, 1e6f);
    memcpy(losses, &loss, sizeof(loss));
    memcpy(misses, &miss, sizeof(miss));
    memcpy(counts, &count, sizeof(count));
}

// The third rule: a step of the online Newton method on the log loss of the stacked logarithms.
LEARND_INLINE void learn_stack(const learnd_mix *mix, size_t classes, size_t label,
                               const row_room *room) {
    const size_t slots = mix->slots;
    for (size_t g = 0; g < slots; g += 16) {
        LOAD(lanes16, own, room->logs + label * slots + g);
        lanes16 slope = -own;
        for (size_t c = 0; c < classes; c++) {
            LOAD(lanes16, l, room->logs + c * slots + g);
            slope += l * room->third[c];
        }
        memcpy(room->slope + g, &slope, sizeof(slope));
    }
    const float wrong = 1.0f - room->third[label];
    const float right = room->third[label] > 0.05f ? room->third[label] : 0.05f;
    mix_newton(mix, room->slope, 1, right / (wrong > 0.05f ? wrong : 0.05f), 1);
}

LEARND_CLONES void learnd_mix_classes(const learnd_mix *mix, const float *opinions, size_t experts,
                                      size_t rows, size_t classes, const int32_t *labels,
                                      const uint8_t *learns, float *predictions) {
    const row_room room = room_of(mix, classes);
    const size_t slots = mix->slots;
    for (size_t row = 0; row < rows; row++) {
        for (size_t g = 0; g < slots; g += 16) {
            centre(mix, opinions, experts, rows, classes, row, g, &room);
            calibrate(mix, classes, g, &room);
        }
        mix_row(mix, classes, &room, predictions + row * classes);
        if (!learns[row] || labels[row] < 0 || (size_t)labels[row] >= classes) continue;
        const size_t label = (size_t)labels[row];
        // What each expert gave the label, for the rules that weigh experts by it.
        const float *given = room.calibrated + label * slots;
        float rules[LEARND_MIX_RULES] = {room.first[label], room.second[label],
                                         room.third[label]};
        for (int rule = 0; rule < LEARND_MIX_RULES; rule++) {
            rules[rule] = rules[rule] > LEAST_LIKELIHOOD ? rules[rule] : LEAST_LIKELIHOOD;
        }
        for (size_t g = 0; g < slots; g += 16) {
            LOAD(lanes16, active, mix->parts + LEARND_MIX_ACTIVE * slots + g);
            learn_temperature(mix, classes, label, g, &active, &room);
            measure(mix, classes, label, g, &active, &room);
        }
        learn_stack(mix, classes, label, &room);
        float *likelihood = room.slope;
        for (size_t g = 0; g < slots; g += 16) {
            LOAD(lanes16, p, given + g);
            lanes_at_least(&p, LEAST_LIKELIHOOD);
            memcpy(likelihood + g, &p, sizeof(p));
        }
        mix_weigh(mix, likelihood);
        mix_rules(mix, rules);
    }
}
