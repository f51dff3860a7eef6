#include "clock.h"

#define NANOSECONDS_A_SECOND 1000000000
#define NANOSECONDS_A_MILLISECOND 1000000

static int64_t origin;

static int64_t nanoseconds(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * NANOSECONDS_A_SECOND + now.tv_nsec;
}

void clock_start(void) {
  origin = nanoseconds();
}

int64_t clock_now(void) {
  return (nanoseconds() - origin) / NANOSECONDS_A_MILLISECOND;
}

const struct timespec *clock_until(int64_t time, struct timespec *wait) {
  if (time == INT64_MAX) return NULL;
  int64_t left = time > INT64_MAX / NANOSECONDS_A_MILLISECOND / 2
                     ? INT64_MAX / 2
                     : time * NANOSECONDS_A_MILLISECOND - (nanoseconds() - origin);
  if (left < 0) left = 0;
  wait->tv_sec = (time_t)(left / NANOSECONDS_A_SECOND);
  wait->tv_nsec = (long)(left % NANOSECONDS_A_SECOND);
  return wait;
}

double clock_wall(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (double)now.tv_sec * 1000 + (double)now.tv_nsec / NANOSECONDS_A_MILLISECOND;
}
