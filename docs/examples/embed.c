/* A phone that registers by UDP: embed FILE SECONDS. It writes records. platform.h is what a product has. */
#include <stdio.h>
#include <stdlib.h>

#include "platform.h"

/* Does what the phone wants done: 1, 0 when it has stopped, or SIP_FAILOVER_TRAPPED. */
static int do_actions(struct sip_failover *phone) {
  struct sip_failover_action action;
  struct sip_failover_address local;
  int answer;
  while ((answer = sip_failover_next_action(phone, platform_now(), &action)) > 0) {
    const struct sip_failover_address *remote = action.kind == SF_ACTION_OPEN ? &action.remote : NULL;
    if (action.kind == SF_ACTION_STOPPED) return 0;
    if (action.kind == SF_ACTION_SEND) platform_send(action.flow, action.octets.at, action.octets.size);
    if (action.kind == SF_ACTION_CLOSE) platform_close(action.flow);
    if (action.kind == SF_ACTION_EVENT &&
        sip_failover_record(action.octets.at, action.octets.size, platform_now(), NULL, 0, platform_write,
                            stdout))
      putchar('\n');
    if (action.kind != SF_ACTION_OPEN && action.kind != SF_ACTION_LISTEN) continue;
    if (action.transport == SF_TRANSPORT_UDP && platform_open(action.flow, action.port, remote, &local))
      sip_failover_flow_opened(phone, platform_now(), action.flow, &local);
    else
      sip_failover_flow_failed(phone, platform_now(), action.flow, SF_FLOW_FAILURE_OTHER);
  }
  return answer < 0 ? answer : 1;
}

static struct sip_failover *start(const struct sip_failover_file *file) {
  uint8_t seed[SIP_FAILOVER_SEED];
  struct sip_failover_configuration settings = {.seed = seed, .files = file, .file_count = 1};
  struct sip_failover *phone = sip_failover_open(NULL, NULL, 0);
  platform_seed(seed);
  if (phone == NULL || sip_failover_configure(phone, &settings, NULL, NULL) != 0) exit(1);
  sip_failover_start(phone, platform_now());
  return phone;
}

int main(int count, char **words) {
  struct sip_failover_file file;
  if (count != 3 || !platform_read(words[1], &file)) return 2;
  int64_t end = platform_now() + atoi(words[2]) * 1000;
  struct sip_failover *phone = start(&file);
  for (int answer; (answer = do_actions(phone)) != 0;) {
    struct platform_arrival arrival;
    if (answer < 0) { /* a trap: anew, with the same configuration */
      fprintf(stderr, "The core has trapped: %s.\n", sip_failover_trap(phone));
      platform_close_all();
      sip_failover_close(phone);
      phone = start(&file);
      continue;
    }
    if (platform_now() >= end) {
      sip_failover_stop(phone, platform_now());
      end = SIP_FAILOVER_NEVER;
    }
    int64_t deadline = sip_failover_next_deadline(phone);
    if (!platform_wait(deadline < end ? deadline : end, &arrival)) continue;
    if (arrival.is_refused)
      sip_failover_flow_failed(phone, platform_now(), arrival.flow, SF_FLOW_FAILURE_REFUSED);
    else
      sip_failover_flow_bytes(phone, platform_now(), arrival.flow, arrival.octets, arrival.size);
  }
  return 0;
}
