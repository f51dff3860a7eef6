/* What the sections of a recording take. player.c plays its steps. */
#ifndef TIMING_H
#define TIMING_H

#include <stddef.h>

#include "recording.h"

/* Gives a step to the core. */
void take(const struct step *step);

/* Plays the recording so many times, and writes what its sections took, as an object of JSON. */
void take_time(size_t runs);

/*
 * Plays the recording up to the first piece of a section, and that piece over and over, in so many rounds of
 * REPETITIONS; what one takes, by rounds, is written as an object of JSON. Before each repetition the memory
 * is put back to what it was before the piece; what that takes is measured beside it and subtracted.
 */
void repeat_section(const struct stage *stage, const char *name, size_t rounds);

/* Plays the recording, the steps of a section by `take_counted`, for a tool that counts what it does. */
void count_section(const char *name);

#endif
