/* gleaner: picks the data points that matter to a trained model, on the device that records them.
 *
 * Version @VERSION@. This file is generated from the Rust sources in ffi/src.
 *
 * What is common to all functions
 *
 * - Names: gleaner_<object>_<verb>_<scalar>, _f32 for float and _f64 for double. Arguments: the object, the
 *   inputs, the outputs; after each buffer its length, in elements.
 * - A function that can fail returns gleaner_status: 0, or one of GLEANER_ERROR_... On an error no output is
 *   written and every object is bit for bit as before, except that gleaner_selector_offer_... and
 *   gleaner_pivotal_offer_... count what they refuse, that a solution, a vector or ratios beyond the scalar's
 *   range are found only while they are written, and that work memory has no meaning between calls. "Errors"
 *   names the causes beside NULL, ALIGNMENT and SIZE, which every pointer is checked for; (NULL, 0) is an empty
 *   buffer.
 * - Memory is the caller's: structs and arrays, static if you like. Nothing is allocated, nothing is to be
 *   freed, no global is kept, nothing blocks, and stack use does not grow with the model.
 * - A struct keeps pointers to the buffers given to its init function; these must stay where they are. A
 *   memcpy of a struct and its buffers, with the copy's pointers set to the copied buffers, is a full copy;
 *   gleaner_selector_copy_... makes one, or one for reading only.
 * - One context at a time may change an object. Functions that take it as const may run side by side, each
 *   with work memory of its own; a model may be shared by all. Where several tasks use an object, guard it and
 *   the kept slots by one lock; the free slot is its filler's. Nothing on a reading's way is above O(N^2), so
 *   the lock is held for a bounded time. An interrupt handler may call anything on an object that it alone
 *   uses, and nothing on one that it shares: it cannot wait for a lock. rtos.c shows all of this.
 * - Buffers of one call must not overlap.
 * - Every real input must be finite. The same input gives the same bits on every target.
 *
 * A sensor loop that keeps 200 readings of a stream, with weights (twelve.c is the whole program):
 *
 *     static struct reading slots[201];
 *     static float memory[MODEL_SELECTOR_LEN];
 *     static struct gleaner_item_f32 items[GLEANER_ITEMS_LEN(200)];
 *     static struct gleaner_selector_f32 selector;
 *     struct gleaner_verdict_f32 verdict = {0};
 *
 *     gleaner_selector_init_f32(&selector, &model, NULL, memory, MODEL_SELECTOR_LEN, items, 201);
 *     while (read_sensor(&slots[verdict.free_slot])) {
 *       gleaner_selector_offer_f32(&selector, slots[verdict.free_slot].x, 5, NULL, 0, &verdict);
 *     }
 *     for (size_t i = 0; gleaner_selector_kept_f32(&selector, i, &kept) == GLEANER_OK; i++) {
 *       upload(&slots[kept.slot], kept.weight);
 *     }
 */
#ifndef GLEANER_H
#define GLEANER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define GLEANER_VERSION "@VERSION@"
#define GLEANER_VERSION_MAJOR @MAJOR@
#define GLEANER_VERSION_MINOR @MINOR@
#define GLEANER_VERSION_PATCH @PATCH@
