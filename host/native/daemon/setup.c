#include "setup.h"

#include "entropy.h"
#include "files.h"
#include "resolvers.h"
#include "say.h"

/* Resolvers of the system that the core is given. */
#define MOST_RESOLVERS 3

static const struct options *options;
static struct files files;
static bool has_told;

static void tell_of_file(const uint8_t *record, size_t size, const char *name) {
  say_record(record, size, 0, &name, 1);
}

static void tell(void *context, const uint8_t *record, size_t size) {
  (void)context;
  const char *names[MOST_FILES];
  for (size_t i = 0; i < files.count; i++) names[i] = files.file[i].name;
  if (!has_told) say_record(record, size, 0, names, files.count);
}

void setup_read(const struct options *wanted) {
  options = wanted;
  files.take = tell_of_file;
  for (size_t i = 0; i < options->file_count; i++) files_add(&files, options->files[i]);
}

/* Configures a core: how many errors the files have, or below 0. */
static int32_t configure(struct sip_failover *core) {
  uint8_t seed[SIP_FAILOVER_SEED];
  struct sip_failover_address resolvers[MOST_RESOLVERS];
  if (!read_entropy(seed, sizeof seed)) {
    say_error("The system has no random numbers: without them nobody can be told from another.");
    return SIP_FAILOVER_TRAPPED;
  }
  const struct sip_failover_configuration configuration = {
      .seed = seed,
      .files = files.file,
      .file_count = files.count,
      .dns = options->dns,
      .dns_count = options->dns_count,
      .resolvers = resolvers,
      .resolver_count = read_resolvers(resolvers, MOST_RESOLVERS),
  };
  int32_t errors = sip_failover_configure(core, &configuration, tell, NULL);
  has_told = true;
  if (errors == SIP_FAILOVER_TRAPPED)
    say_error("The core traps on its configuration: %s.", sip_failover_trap(core));
  else if (errors < 0)
    say_error("The core does not take its configuration: %s.", sip_failover_name(sf_names_error, errors));
  return errors;
}

struct sip_failover *setup_core(int32_t *errors) {
  char why[SENTENCE_ROOM];
  struct sip_failover *core = sip_failover_open(options->module, why, sizeof why);
  if (core == NULL) {
    say_error("%s", why);
    return NULL;
  }
  *errors = configure(core);
  if (*errors >= 0) {
    *errors += files.errors;
    return core;
  }
  sip_failover_close(core);
  return NULL;
}

void setup_free(void) {
  files_free(&files);
}
