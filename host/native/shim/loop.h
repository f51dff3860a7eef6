/* The loop's wait. */
#ifndef LOOP_H
#define LOOP_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

/*
 * Waits until a time at most, for the flows, for input at a descriptor of the program's (-1: none) and for the
 * signals that a mask lets in; and deals with what has come of flows. Whether there is input, or its end.
 */
bool loop_wait(int64_t deadline, int descriptor, const sigset_t *mask);

#endif
