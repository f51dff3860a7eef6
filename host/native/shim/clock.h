/* Time since the start, by a clock that nobody sets. */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>
#include <time.h>

/* Time is 0 now. */
void clock_start(void);

/* Whole milliseconds since the start. */
int64_t clock_now(void);

/* How long it is until a time, for ppoll: 0 where it has come. NULL where it never comes. */
const struct timespec *clock_until(int64_t time, struct timespec *wait);

/* The wall clock in milliseconds since 1970, with their fractions. */
double clock_wall(void);

#endif
