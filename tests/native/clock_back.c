/*
 * For LD_PRELOAD: while there is a file whose path is CLOCK_BACK, the wall clock of a program is a year slow,
 * as if somebody had set it back. The monotonic clock stays as it is.
 */
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define YEAR (365 * 24 * 3600)

static bool is_back(void) {
  const char *path = getenv("CLOCK_BACK");
  return path != NULL && access(path, F_OK) == 0;
}

int clock_gettime(clockid_t clock, struct timespec *time) {
  int answer = (int)syscall(SYS_clock_gettime, clock, time);
  bool is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (answer == 0 && is_wall && is_back()) time->tv_sec -= YEAR;
  return answer;
}

int gettimeofday(struct timeval *restrict place, void *restrict zone) {
  struct timespec now;
  (void)zone;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return -1;
  *place = (struct timeval){now.tv_sec, (suseconds_t)(now.tv_nsec / 1000)};
  return 0;
}

time_t time(time_t *place) {
  struct timespec now;
  if (clock_gettime(CLOCK_REALTIME, &now) != 0) return (time_t)-1;
  if (place != NULL) *place = now.tv_sec;
  return now.tv_sec;
}
