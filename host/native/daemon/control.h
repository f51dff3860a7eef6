/* Commands of a controlling program, --control. */
#ifndef CONTROL_H
#define CONTROL_H

/* Takes commands from standard input from now on. */
void control_open(void);

/* What to poll for input; -1: nothing. */
int control_descriptor(void);

/* There is input, or its end. */
void control_ready(void);

#endif
