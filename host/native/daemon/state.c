#include "state.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "clock.h"
#include "say.h"

/* How long after a failure the file is written again, in milliseconds. */
#define RETRY 2000

static const char *folder;
static char trap[SENTENCE_ROOM];
static unsigned restarts;
static bool is_registered, has_failed;
static int64_t retry_at = SIP_FAILOVER_NEVER;

/* Writes a new file and puts it in the old one's place, so that no half of one is ever read. */
static bool write_status(void) {
  char path[PATH_MAX], fresh[PATH_MAX];
  int length = snprintf(path, sizeof path, "%s/status", folder);
  if (length < 0 || length >= (int)sizeof path - 4) {
    errno = ENAMETOOLONG;
    return false;
  }
  snprintf(fresh, sizeof fresh, "%.*s.new", length, path);
  FILE *file = fopen(fresh, "we");
  if (file == NULL) return false;
  fprintf(file, "{\"version\":\"%s\",\"core\":\"%s\",\"restarts\":%u,\"trap\":\"%s\",\"registered\":%s}\n",
          SIP_FAILOVER_VERSION, sip_failover_backend(), restarts, trap, is_registered ? "true" : "false");
  bool is_written = ferror(file) == 0;
  return fclose(file) == 0 && is_written && rename(fresh, path) == 0;
}

static void update(void) {
  if (folder == NULL) return;
  bool fails = !write_status();
  if (fails && !has_failed)
    say_warning("The state folder %s cannot be written (%s): the phone works, but nobody is told how.",
                folder, strerror(errno));
  if (!fails && has_failed) say_warning("The state folder %s can be written again.", folder);
  has_failed = fails;
  retry_at = fails ? clock_now() + RETRY : SIP_FAILOVER_NEVER;
}

int64_t state_deadline(void) {
  return retry_at;
}

void state_turn(void) {
  if (clock_now() >= retry_at) update();
}

void state_open(const char *path) {
  folder = path;
  update();
}

void state_registered(void) {
  if (is_registered) return;
  is_registered = true;
  update();
}

void state_trapped(const char *reason) {
  restarts++;
  snprintf(trap, sizeof trap, "%s", reason);
  update();
}
