/* The contract as functions of C, on top of whatever holds the core. */
#include "sip_failover.h"

#include <string.h>

#include "core.h"
#include "text.h"

/* Octets of an action's kind and size, and of an address (host/abi/contract.ts). */
#define ACTION_HEADER 4
#define ADDRESS_OCTETS 16

#define DNS_PORT 53

/* As many as the C library's resolver asks. */
#define MOST_RESOLVERS 3

struct sip_failover {
  struct core *core;
  uint8_t *memory;
  uint32_t memory_size;
  uint32_t input;
  uint32_t input_size;
  /* What is wrong with the core beside a trap of its own; NULL: nothing. */
  const char *broken;
};

static struct sip_failover only;

/* Calls an export; its result, or SIP_FAILOVER_TRAPPED. */
static int64_t enter(struct sip_failover *phone, enum sf_export which, const int64_t *arguments) {
  int64_t result;
  if (phone->broken != NULL || !core_call(phone->core, which, arguments, &result))
    return SIP_FAILOVER_TRAPPED;
  return result;
}

#define CALL(phone, which, ...) enter(phone, which, (const int64_t[]){__VA_ARGS__})

static uint8_t *input_of(struct sip_failover *phone) {
  return phone->memory + phone->input;
}

static void put_address(struct sip_failover *phone, const struct sip_failover_address *address) {
  memcpy(input_of(phone), address->octets, ADDRESS_OCTETS);
}

/* Room for a sentence; what does not fit is cut. */
struct room {
  char *at;
  size_t left;
};

static void write_sentence(void *context, const char *text, size_t length) {
  struct room *room = context;
  if (room->left == 0) return;
  size_t taken = length < room->left ? length : room->left - 1;
  memcpy(room->at, text, taken);
  room->at += taken;
  room->left -= taken;
  *room->at = '\0';
}

/*
 * Asks the module what it is; false, and a sentence that begins with `name`, where it is not one that can be
 * spoken to.
 */
static bool check(struct sip_failover *phone, const char *name, struct output output) {
  int64_t version = CALL(phone, SF_EXPORT_CONTRACT_VERSION, 0);
  if (version != SIP_FAILOVER_TRAPPED && version != SF_CONTRACT_VERSION) {
    sf_put(&output, name);
    sf_put(&output, " speaks version ");
    sf_put_number(&output, version);
    sf_put(&output, " of the contract, this host ");
    sf_put_number(&output, SF_CONTRACT_VERSION);
    sf_put(&output, ": build both anew.");
    return false;
  }
  int64_t input = CALL(phone, SF_EXPORT_INPUT, 0);
  int64_t input_size = CALL(phone, SF_EXPORT_INPUT_SIZE, 0);
  if (sip_failover_trap(phone) != NULL) {
    sf_put(&output, name);
    sf_put(&output, " has trapped before it was used: ");
    sf_put(&output, sip_failover_trap(phone));
    sf_put(&output, ".");
    return false;
  }
  phone->memory = core_memory(phone->core, &phone->memory_size);
  if (input_size < SIP_FAILOVER_SEED || input + input_size > phone->memory_size) {
    sf_put(&output, name);
    sf_put(&output, " has its input area outside of its memory: build it anew.");
    return false;
  }
  phone->input = (uint32_t)input;
  phone->input_size = (uint32_t)input_size;
  return true;
}

struct sip_failover *sip_failover_open(const char *module, char *why, size_t size) {
  /* No printf: on a microcontroller it would bring in an allocator. */
  struct room room = {why, size};
  struct output output = {write_sentence, &room};
  if (only.core != NULL) {
    sf_put(&output, "There is one phone in a process, and it is open already.");
    return NULL;
  }
  only = (struct sip_failover){.core = core_open(module, why, size)};
  if (only.core == NULL) return NULL;
  if (check(&only, module == NULL ? "The core" : module, output)) return &only;
  sip_failover_close(&only);
  return NULL;
}

void sip_failover_close(struct sip_failover *phone) {
  if (phone == NULL) return;
  core_close(phone->core);
  phone->core = NULL;
}

const char *sip_failover_trap(const struct sip_failover *phone) {
  return phone->broken != NULL ? phone->broken : core_trap(phone->core);
}

const char *sip_failover_backend(void) {
  return core_backend();
}

size_t sip_failover_input_size(const struct sip_failover *phone) {
  return phone->input_size;
}

int32_t sip_failover_configure_begin(struct sip_failover *phone, const uint8_t *seed) {
  memcpy(input_of(phone), seed, SIP_FAILOVER_SEED);
  return (int32_t)CALL(phone, SF_EXPORT_CONFIGURE_BEGIN, 0);
}

int32_t sip_failover_configure_dns(struct sip_failover *phone, const struct sip_failover_address *server) {
  put_address(phone, server);
  return (int32_t)CALL(phone, SF_EXPORT_CONFIGURE_DNS, server->family,
                       server->port == 0 ? DNS_PORT : server->port);
}

int32_t sip_failover_configure_file(struct sip_failover *phone) {
  return (int32_t)CALL(phone, SF_EXPORT_CONFIGURE_FILE, 0);
}

int32_t sip_failover_configure_text(struct sip_failover *phone, const void *octets, size_t size) {
  if (size > phone->input_size) size = phone->input_size;
  if (size > 0) memcpy(input_of(phone), octets, size);
  return (int32_t)CALL(phone, SF_EXPORT_CONFIGURE_TEXT, (int64_t)size);
}

int32_t sip_failover_configure_end(struct sip_failover *phone) {
  return (int32_t)CALL(phone, SF_EXPORT_CONFIGURE_END, 0);
}

int32_t sip_failover_configure_errors(struct sip_failover *phone) {
  return (int32_t)CALL(phone, SF_EXPORT_CONFIGURE_ERRORS, 0);
}

/* Takes the actions of the configuration, which are records: how many there were, or an error. */
static int32_t drain(struct sip_failover *phone, sip_failover_take take, void *context) {
  struct sip_failover_action action;
  int32_t count = 0, answer;
  while ((answer = sip_failover_next_action(phone, 0, &action)) > 0) {
    if (action.kind != SF_ACTION_EVENT) continue;
    count++;
    if (take != NULL) take(context, action.octets.at, action.octets.size);
  }
  return answer < 0 ? answer : count;
}

static int32_t give_servers(struct sip_failover *phone, const struct sip_failover_address *servers,
                            size_t count) {
  int32_t answer = 0;
  for (size_t i = 0; i < count && answer >= 0; i++) answer = sip_failover_configure_dns(phone, &servers[i]);
  return answer;
}

static int32_t give_file(struct sip_failover *phone, const struct sip_failover_file *file,
                         sip_failover_take take, void *context) {
  int32_t answer;
  while ((answer = sip_failover_configure_file(phone)) == SF_ERROR_ACTIONS_WAITING) {
    answer = drain(phone, take, context);
    if (answer < 0) return answer;
  }
  if (answer < 0) return answer;
  const uint8_t *octets = (const uint8_t *)file->octets;
  for (size_t at = 0; at < file->size;) {
    int32_t consumed = sip_failover_configure_text(phone, octets + at, file->size - at);
    if (consumed < 0) return consumed;
    int32_t told = drain(phone, take, context);
    if (told < 0) return told;
    if (consumed == 0 && told == 0) return SF_ERROR_BAD_ARGUMENT;
    at += (size_t)consumed;
  }
  return 0;
}

int32_t sip_failover_configure(struct sip_failover *phone,
                               const struct sip_failover_configuration *configuration, sip_failover_take take,
                               void *context) {
  size_t resolvers = configuration->dns_count > 0 ? 0 : configuration->resolver_count;
  int32_t answer = sip_failover_configure_begin(phone, configuration->seed);
  if (answer >= 0) answer = give_servers(phone, configuration->dns, configuration->dns_count);
  for (size_t i = 0; i < configuration->file_count && answer >= 0; i++)
    answer = give_file(phone, &configuration->files[i], take, context);
  if (answer >= 0)
    answer = give_servers(phone, configuration->resolvers,
                          resolvers < MOST_RESOLVERS ? resolvers : MOST_RESOLVERS);
  if (answer < 0) return answer;
  do {
    answer = sip_failover_configure_end(phone);
    int32_t told = drain(phone, take, context);
    if (told < 0) return told;
  } while (answer > 0);
  return answer < 0 ? answer : sip_failover_configure_errors(phone);
}

int32_t sip_failover_start(struct sip_failover *phone, int64_t now) {
  return (int32_t)CALL(phone, SF_EXPORT_START, now);
}

int32_t sip_failover_flow_opened(struct sip_failover *phone, int64_t now, uint32_t flow,
                                 const struct sip_failover_address *local) {
  put_address(phone, local);
  return (int32_t)CALL(phone, SF_EXPORT_FLOW_OPENED, now, flow, local->family, local->port);
}

int32_t sip_failover_flow_failed(struct sip_failover *phone, int64_t now, uint32_t flow,
                                 enum sf_flow_failure reason) {
  return (int32_t)CALL(phone, SF_EXPORT_FLOW_FAILED, now, flow, (int64_t)reason);
}

int32_t sip_failover_flow_bytes(struct sip_failover *phone, int64_t now, uint32_t flow, const void *octets,
                                size_t size) {
  size_t kept = size < phone->input_size ? size : phone->input_size;
  if (kept > 0) memcpy(input_of(phone), octets, kept);
  return (int32_t)CALL(phone, SF_EXPORT_FLOW_BYTES, now, flow, (int64_t)size);
}

int64_t sip_failover_flow_incoming(struct sip_failover *phone, int64_t now, uint32_t listener,
                                   const struct sip_failover_address *source) {
  put_address(phone, source);
  return CALL(phone, SF_EXPORT_FLOW_INCOMING, now, listener, source->family, source->port);
}

int32_t sip_failover_set_busy(struct sip_failover *phone, int64_t now, uint32_t calls) {
  return (int32_t)CALL(phone, SF_EXPORT_SET_BUSY, now, calls);
}

/* A text, or a body, of the application. */
struct given {
  const void *octets;
  size_t size;
};

static struct given text(const char *octets) {
  return (struct given){octets, octets == NULL ? 0 : strlen(octets)};
}

/* Puts texts into the input area, one after the other, and their lengths into arguments; false: no room. */
static bool put_texts(struct sip_failover *phone, const struct given *texts, size_t count, int64_t *lengths) {
  size_t at = 0;
  for (size_t i = 0; i < count; i++) {
    if (texts[i].size > phone->input_size - at) return false;
    if (texts[i].size > 0) memcpy(input_of(phone) + at, texts[i].octets, texts[i].size);
    at += texts[i].size;
    lengths[i] = (int64_t)texts[i].size;
  }
  return true;
}

/* Calls an export whose last arguments are the lengths of a URI, where it has one, and of a content. */
static int32_t call_with(struct sip_failover *phone, enum sf_export which, int64_t *arguments, size_t count,
                         const char *uri, const struct sip_failover_content *content) {
  static const struct sip_failover_content nothing;
  if (content == NULL) content = &nothing;
  const struct given texts[] = {
      text(uri), text(content->headers), text(content->type), {content->body, content->body_size}};
  size_t first = uri == NULL ? 1 : 0;
  if (!put_texts(phone, texts + first, 4 - first, arguments + count)) return SF_ERROR_TOO_LONG;
  return (int32_t)enter(phone, which, arguments);
}

int32_t sip_failover_call_place(struct sip_failover *phone, int64_t now, uint32_t account, const char *uri,
                                const struct sip_failover_content *content) {
  int64_t arguments[SF_PARAMETERS_MOST] = {now, account};
  return call_with(phone, SF_EXPORT_CALL_PLACE, arguments, 2, uri == NULL ? "" : uri, content);
}

int32_t sip_failover_call_respond(struct sip_failover *phone, int64_t now, uint32_t call, uint32_t status,
                                  const struct sip_failover_content *content) {
  int64_t arguments[SF_PARAMETERS_MOST] = {now, call, status};
  return call_with(phone, SF_EXPORT_CALL_RESPOND, arguments, 3, NULL, content);
}

int32_t sip_failover_call_hang_up(struct sip_failover *phone, int64_t now, uint32_t number) {
  return (int32_t)CALL(phone, SF_EXPORT_CALL_HANG_UP, now, number);
}

int32_t sip_failover_call_request(struct sip_failover *phone, int64_t now, uint32_t call,
                                  enum sf_method method, const struct sip_failover_content *content) {
  int64_t arguments[SF_PARAMETERS_MOST] = {now, call, (int64_t)method};
  return call_with(phone, SF_EXPORT_CALL_REQUEST, arguments, 3, NULL, content);
}

int32_t sip_failover_request_send(struct sip_failover *phone, int64_t now, uint32_t account,
                                  enum sf_method method, const char *uri,
                                  const struct sip_failover_content *content) {
  int64_t arguments[SF_PARAMETERS_MOST] = {now, account, (int64_t)method};
  return call_with(phone, SF_EXPORT_REQUEST_SEND, arguments, 3, uri == NULL ? "" : uri, content);
}

int32_t sip_failover_subscribe(struct sip_failover *phone, int64_t now, uint32_t account,
                               enum sf_package package, const char *uri, uint32_t expires) {
  struct given address = text(uri);
  int64_t arguments[SF_PARAMETERS_MOST] = {now, account, (int64_t)package, 0, expires};
  if (!put_texts(phone, &address, 1, &arguments[3])) return SF_ERROR_TOO_LONG;
  return (int32_t)enter(phone, SF_EXPORT_SUBSCRIBE, arguments);
}

int32_t sip_failover_stop(struct sip_failover *phone, int64_t now) {
  return (int32_t)CALL(phone, SF_EXPORT_STOP, now);
}

static uint16_t half(const uint8_t *at) {
  return (uint16_t)(at[0] | at[1] << 8);
}

static uint32_t word(const uint8_t *at) {
  return half(at) | (uint32_t)half(at + 2) << 16;
}

/* A text of an action: its length, then its octets. Where it would go beyond the end, `at` becomes NULL. */
static struct sip_failover_octets text_at(const uint8_t **at, const uint8_t *end) {
  struct sip_failover_octets found = {NULL, 0};
  if (*at == NULL || end - *at < 2) {
    *at = NULL;
    return found;
  }
  found = (struct sip_failover_octets){*at + 2, half(*at)};
  *at = end - found.at < (ptrdiff_t)found.size ? NULL : found.at + found.size;
  return found;
}

/* Reads what follows the header of an action, up to `end`; false where it is cut off or of no known kind. */
static bool decode(const uint8_t *at, const uint8_t *end, struct sip_failover_action *action) {
  if (action->kind == SF_ACTION_EVENT) {
    action->octets = (struct sip_failover_octets){at, (size_t)(end - at)};
    return true;
  }
  if (action->kind == SF_ACTION_STOPPED) return true;
  if (end - at < 2) return false;
  if (action->kind == SF_ACTION_TLS) {
    action->verify = at[0] != 0;
    at += 2;
    action->trust_anchors = text_at(&at, end);
    action->certificate = text_at(&at, end);
    action->key = text_at(&at, end);
    return at != NULL;
  }
  if (end - at < 4) return false;
  action->flow = word(at);
  at += 4;
  if (action->kind == SF_ACTION_CLOSE) return true;
  if (action->kind == SF_ACTION_SEND) {
    action->octets = (struct sip_failover_octets){at, (size_t)(end - at)};
    return true;
  }
  if (end - at < 4) return false;
  action->transport = (enum sf_transport)at[0];
  action->port = half(at + 2);
  if (action->kind == SF_ACTION_LISTEN) return true;
  if (action->kind != SF_ACTION_OPEN || end - at < 4 + ADDRESS_OCTETS + 2) return false;
  action->remote.family = at[1];
  action->remote.port = action->port;
  memcpy(action->remote.octets, at + 4, ADDRESS_OCTETS);
  at += 4 + ADDRESS_OCTETS;
  action->port = half(at);
  at += 2;
  action->name = text_at(&at, end);
  return at != NULL;
}

int32_t sip_failover_next_action(struct sip_failover *phone, int64_t now,
                                 struct sip_failover_action *action) {
  int64_t at = CALL(phone, SF_EXPORT_NEXT_ACTION, now);
  if (at <= 0) return (int32_t)at;
  memset(action, 0, sizeof *action);
  const uint8_t *found = phone->memory + at;
  if (at + ACTION_HEADER <= phone->memory_size && half(found + 2) >= ACTION_HEADER &&
      at + half(found + 2) <= phone->memory_size) {
    action->kind = (enum sf_action)half(found);
    if (decode(found + ACTION_HEADER, found + half(found + 2), action)) return 1;
  }
  phone->broken = "an action that cannot be read";
  return SIP_FAILOVER_TRAPPED;
}

int64_t sip_failover_next_deadline(struct sip_failover *phone) {
  return CALL(phone, SF_EXPORT_NEXT_DEADLINE, 0);
}

#ifdef SIP_FAILOVER_TEST_TRAP
void sip_failover_provoke(struct sip_failover *phone) {
  core_provoke(phone->core);
}
#endif
