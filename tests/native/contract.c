/*
 * Calls the functions of sip_failover.h on top of a core that answers as the first argument says, and writes
 * what they answer: what a real core never does is tried so. Nothing of the core is real here but its memory.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "core.h"
#include "sip_failover.h"

enum { INPUT = 64, INPUT_SIZE = 128, ACTION = 256, MEMORY_SIZE = 512 };

struct core {
  uint8_t memory[MEMORY_SIZE];
  bool has_trapped;
};

static struct core only;
static const char *act;

/* Whether the core is asked to do something. */
static bool is(const char *name) {
  return strcmp(act, name) == 0;
}

struct core *core_open(const char *module, char *why, size_t size) {
  if (is("no-core")) snprintf(why, size, "There is no core in %s.", module);
  return is("no-core") ? NULL : &only;
}

void core_close(struct core *core) {
  core->has_trapped = false;
}

uint8_t *core_memory(struct core *core, uint32_t *size) {
  *size = MEMORY_SIZE;
  return core->memory;
}

const char *core_trap(const struct core *core) {
  return core->has_trapped ? "a trap" : NULL;
}

const char *core_backend(void) {
  return "test";
}

/* An action: its kind, the size that it says, and what follows in hexadecimal: where it lies. */
static int64_t action(struct core *core, int64_t at, int kind, int size, const char *octets) {
  core->memory[at] = (uint8_t)kind;
  core->memory[at + 2] = (uint8_t)size;
  core->memory[at + 3] = (uint8_t)(size >> 8);
  for (size_t i = 0; octets[i] != '\0'; i += 2) {
    unsigned value = 0;
    sscanf(octets + i, "%2x", &value);
    core->memory[at + 4 + (int64_t)i / 2] = (uint8_t)value;
  }
  return at;
}

static int64_t next_action(struct core *core) {
  static const char address[] = "c0000201000000000000000000000000";
  char open[128];
  snprintf(open, sizeof open, "07000000020613c4%s0000", address);
  if (is("outside")) return MEMORY_SIZE - 2;
  if (is("far-outside")) return INT64_C(0xffffffff);
  if (is("too-small")) return action(core, ACTION, SF_ACTION_CLOSE, 3, "");
  if (is("too-large")) return action(core, ACTION, SF_ACTION_SEND, MEMORY_SIZE, "07000000");
  if (is("unknown")) return action(core, ACTION, 99, 32, "07000000");
  if (is("short-close")) return action(core, ACTION, SF_ACTION_CLOSE, 7, "070000");
  if (is("short-listen")) return action(core, ACTION, SF_ACTION_LISTEN, 10, "070000000000");
  if (is("short-open")) return action(core, ACTION, SF_ACTION_OPEN, 30, open);
  if (is("long-name")) return action(core, ACTION, SF_ACTION_OPEN, 34, strcat(open, "0500"));
  if (is("short-tls")) return action(core, ACTION, SF_ACTION_TLS, 8, "01000100");
  if (is("long-tls")) return action(core, ACTION, SF_ACTION_TLS, 12, "0100000000000400");
  if (is("open")) return action(core, ACTION, SF_ACTION_OPEN, 37, strcat(open, "03006e616d"));
  if (is("tls")) return action(core, ACTION, SF_ACTION_TLS, 16, "01000100610000020062631a");
  if (is("last")) return action(core, MEMORY_SIZE - 8, SF_ACTION_CLOSE, 8, "07000000");
  return 0;
}

bool core_call(struct core *core, enum sf_export which, const int64_t *arguments, int64_t *result) {
  (void)arguments;
  if (core->has_trapped) return false;
  core->has_trapped = is("trap-at-once") || (is("trap") && which == SF_EXPORT_START);
  *result = which == SF_EXPORT_CONTRACT_VERSION ? (is("version") ? 99 : SF_CONTRACT_VERSION)
            : which == SF_EXPORT_INPUT          ? (is("input") ? MEMORY_SIZE - 1 : INPUT)
            : which == SF_EXPORT_INPUT_SIZE     ? INPUT_SIZE
            : which == SF_EXPORT_NEXT_ACTION    ? next_action(core)
                                                : 0;
  return !core->has_trapped;
}

/* What every function that can answer an error answers. */
static void ask_all(struct sip_failover *phone) {
  static const uint8_t seed[SIP_FAILOVER_SEED];
  const struct sip_failover_configuration none = {.seed = seed};
  const struct sip_failover_address address = {SF_FAMILY_IPV4, 5060, {192, 0, 2, 1}};
  struct sip_failover_action unused;
  const int64_t answers[] = {
      sip_failover_configure(phone, &none, NULL, NULL),
      sip_failover_configure_begin(phone, seed),
      sip_failover_configure_dns(phone, &address),
      sip_failover_configure_file(phone),
      sip_failover_configure_text(phone, "x", 1),
      sip_failover_configure_end(phone),
      sip_failover_configure_errors(phone),
      sip_failover_start(phone, 0),
      sip_failover_flow_opened(phone, 0, 1, &address),
      sip_failover_flow_failed(phone, 0, 1, SF_FLOW_FAILURE_OTHER),
      sip_failover_flow_bytes(phone, 0, 1, "x", 1),
      sip_failover_flow_incoming(phone, 0, 1, &address),
      sip_failover_set_busy(phone, 0, 0),
      sip_failover_call_place(phone, 0, 1, "sip:a@example.com", NULL),
      sip_failover_call_respond(phone, 0, 1, 200, NULL),
      sip_failover_call_hang_up(phone, 0, 1),
      sip_failover_call_request(phone, 0, 1, SF_METHOD_INFO, NULL),
      sip_failover_request_send(phone, 0, 1, SF_METHOD_MESSAGE, "sip:a@example.com", NULL),
      sip_failover_subscribe(phone, 0, 1, SF_PACKAGE_DIALOG, NULL, 0),
      sip_failover_stop(phone, 0),
      sip_failover_next_action(phone, 0, &unused),
      sip_failover_next_deadline(phone),
  };
  for (size_t i = 0; i < sizeof answers / sizeof *answers; i++)
    printf("%s%" PRId64, i == 0 ? "" : " ", answers[i]);
  putchar('\n');
}

int main(int count, char **words) {
  char why[200] = "", text[INPUT_SIZE + 2];
  struct sip_failover_action next;
  act = count > 1 ? words[1] : "";
  struct sip_failover *phone = sip_failover_open("the module", why, sizeof why);
  if (phone == NULL) {
    puts(why);
    return 0;
  }
  memset(text, 'x', sizeof text);
  text[sizeof text - 1] = '\0';
  if (is("second")) {
    struct sip_failover *second = sip_failover_open(NULL, why, sizeof why);
    printf("%s %s\n", second == NULL ? "none" : "one", why);
  } else if (is("too-long")) {
    const struct sip_failover_content body = {NULL, NULL, text, sizeof text};
    printf("%d %d %d %d\n", (int)sip_failover_call_place(phone, 0, 1, text, NULL),
           (int)sip_failover_call_respond(phone, 0, 1, 200, &body),
           (int)sip_failover_subscribe(phone, 0, 1, SF_PACKAGE_DIALOG, text, 1),
           (int)sip_failover_flow_bytes(phone, 0, 1, text, sizeof text));
  } else if (is("trap")) {
    printf("%d\n", (int)sip_failover_start(phone, 0));
    ask_all(phone);
    printf("%s\n", sip_failover_trap(phone));
    sip_failover_close(phone);
    act = "";
    phone = sip_failover_open(NULL, why, sizeof why);
    printf("%d\n", phone == NULL ? -1 : (int)sip_failover_start(phone, 0));
  } else {
    int answer = (int)sip_failover_next_action(phone, 0, &next);
    printf("%d", answer);
    if (answer > 0)
      printf(" kind %d flow %u transport %d family %d port %d local %d name %.*s files %d %.*s %.*s %.*s",
             (int)next.kind, (unsigned)next.flow, (int)next.transport, next.remote.family, next.remote.port,
             next.port, (int)next.name.size, (const char *)next.name.at, next.verify,
             (int)next.trust_anchors.size, (const char *)next.trust_anchors.at, (int)next.certificate.size,
             (const char *)next.certificate.at, (int)next.key.size, (const char *)next.key.at);
    else
      printf(" %s", answer == 0 ? "" : sip_failover_trap(phone));
    putchar('\n');
    if (answer < 0) ask_all(phone);
  }
  sip_failover_close(phone);
  return 0;
}
