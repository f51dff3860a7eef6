/* A product in C: it starts a phone, and says what that wants first. */
#include <stdio.h>
#include <string.h>

#include "sip_failover.h"

static const char configuration[] =
    "#!version:1.0.0.1\n"
    "account.1.enable = 1\n"
    "account.1.user_name = 1000\n"
    "account.1.sip_server.1.address = 192.0.2.1\n"
    "account.1.sip_server.1.port = 5060\n";

static void take(void *context, const uint8_t *record, size_t size) {
  (void)record;
  (void)size;
  ++*(int *)context;
}

int main(void) {
  static const uint8_t seed[SIP_FAILOVER_SEED] = "a seed for tests, and no entropy";
  const struct sip_failover_file file = {"phone.cfg", configuration, sizeof configuration - 1};
  struct sip_failover_configuration settings = {.seed = seed, .files = &file, .file_count = 1};
  char why[100];
  int records = 0;
  struct sip_failover *phone = sip_failover_open(NULL, why, sizeof why);
  if (phone == NULL) {
    puts(why);
    return 1;
  }
  int32_t errors = sip_failover_configure(phone, &settings, take, &records);
  struct sip_failover_action action;
  sip_failover_start(phone, 0);
  printf("%s, input %zu, errors %d, records %d\n", sip_failover_backend(),
         sip_failover_input_size(phone), (int)errors, records);
  while (sip_failover_next_action(phone, 0, &action) > 0)
    if (action.kind == SF_ACTION_LISTEN)
      printf("listen %s %u\n", sip_failover_name(sf_names_transport, (int)action.transport),
             (unsigned)action.port);
  sip_failover_close(phone);
  return 0;
}
