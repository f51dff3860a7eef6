/*
 * Event records as JSON, as host/abi/record.ts reads and JSON.stringify writes them: the same text, octet by
 * octet.
 */
#include "sip_failover.h"

#include <string.h>

#include "text.h"

#define TARGET_OCTETS 20

/* Reads a record from its front; `at` becomes NULL where it is cut off. */
struct cursor {
  const uint8_t *at, *end;
};

static const uint8_t *take(struct cursor *cursor, size_t size) {
  const uint8_t *taken = cursor->at;
  if (taken == NULL) return NULL;
  cursor->at = (size_t)(cursor->end - taken) < size ? NULL : taken + size;
  return cursor->at == NULL ? NULL : taken;
}

static uint32_t take_number(struct cursor *cursor, size_t size) {
  const uint8_t *taken = take(cursor, size);
  uint32_t number = 0;
  for (size_t i = size; taken != NULL && i > 0; i--) number = number << 8 | taken[i - 1];
  return number;
}

static struct sip_failover_octets take_text(struct cursor *cursor) {
  size_t size = take_number(cursor, 2);
  const uint8_t *taken = take(cursor, size);
  return (struct sip_failover_octets){taken, taken == NULL ? 0 : size};
}

/* Passes over a field. */
static void skip(struct cursor *cursor, const struct sf_field *field) {
  switch (field->kind) {
    case SF_FIELD_U32:
      take(cursor, 4);
      break;
    case SF_FIELD_ENUMERATION:
      take(cursor, 1);
      break;
    case SF_FIELD_TARGET:
      take(cursor, TARGET_OCTETS);
      break;
    case SF_FIELD_TARGETS:
      take(cursor, take_number(cursor, 1) * TARGET_OCTETS);
      break;
    default:
      take_text(cursor);
  }
}

/*
 * A text of a record without a byte order mark at its front, which decoders of UTF-8 take for no part of it.
 */
static struct sip_failover_octets without_mark(struct sip_failover_octets text) {
  if (text.size < 3 || memcmp(text.at, "\xef\xbb\xbf", 3) != 0) return text;
  return (struct sip_failover_octets){text.at + 3, text.size - 3};
}

/* A target: transport u8, family u8, port u16, address; family 0 is none, an empty text. */
static void put_target(struct output *output, struct cursor *cursor) {
  const uint8_t *target = take(cursor, TARGET_OCTETS);
  struct sip_failover_address address = {target[1], (uint16_t)(target[2] | target[3] << 8), {0}};
  memcpy(address.octets, target + 4, sizeof address.octets);
  sf_put(output, "\"");
  if (address.family != 0) sf_put_end(output, (enum sf_transport)target[0], &address);
  sf_put(output, "\"");
}

static void put_targets(struct output *output, struct cursor *cursor) {
  uint32_t count = take_number(cursor, 1);
  sf_put(output, "[");
  for (uint32_t i = 0; i < count; i++) {
    if (i > 0) sf_put(output, ",");
    put_target(output, cursor);
  }
  sf_put(output, "]");
}

static void put_enumeration(struct output *output, const struct sf_name *names, int value) {
  const char *name = sip_failover_name(names, value);
  sf_put(output, "\"");
  if (name != NULL)
    sf_put(output, name);
  else
    sf_put_number(output, value);
  sf_put(output, "\"");
}

static void put_field(struct output *output, struct cursor *cursor, const struct sf_field *field) {
  sf_put(output, ",\"");
  sf_put(output, field->name);
  sf_put(output, "\":");
  switch (field->kind) {
    case SF_FIELD_U32:
      sf_put_number(output, take_number(cursor, 4));
      break;
    case SF_FIELD_ENUMERATION:
      put_enumeration(output, field->names, (int)take_number(cursor, 1));
      break;
    case SF_FIELD_TARGET:
      put_target(output, cursor);
      break;
    case SF_FIELD_TARGETS:
      put_targets(output, cursor);
      break;
    default:
      sf_put_text(output, without_mark(take_text(cursor)));
  }
}

/* What a sentence of a diagnostic is filled in with: the key, and up to two lines of the detail. */
struct parts {
  struct sip_failover_octets key, value, detail;
};

static struct parts parts_of(struct sip_failover_octets key, struct sip_failover_octets detail) {
  struct parts parts = {without_mark(key), without_mark(detail), without_mark(detail)};
  const uint8_t *line_end =
      parts.value.size == 0 ? NULL : (const uint8_t *)memchr(parts.value.at, '\n', parts.value.size);
  if (line_end == NULL) return parts;
  parts.value.size = (size_t)(line_end - parts.value.at);
  parts.detail.at = line_end + 1;
  parts.detail.size -= parts.value.size + 1;
  line_end =
      parts.detail.size == 0 ? NULL : (const uint8_t *)memchr(parts.detail.at, '\n', parts.detail.size);
  if (line_end != NULL) parts.detail.size = (size_t)(line_end - parts.detail.at);
  return parts;
}

/* A sentence with {key}, {value} and {detail} filled in. */
static void put_sentence(struct output *output, const char *sentence, const struct parts *parts) {
  static const char *const names[] = {"{key}", "{value}", "{detail}"};
  const struct sip_failover_octets texts[] = {parts->key, parts->value, parts->detail};
  sf_put(output, "\"");
  while (*sentence != '\0') {
    size_t length = 0;
    for (size_t i = 0; i < 3 && length == 0; i++) {
      if (strncmp(sentence, names[i], strlen(names[i])) != 0) continue;
      length = strlen(names[i]);
      sf_put_inner(output, texts[i].at, texts[i].size);
    }
    if (length == 0) {
      length = 1 + strcspn(sentence + 1, "{");
      sf_put_inner(output, (const uint8_t *)sentence, length);
    }
    sentence += length;
  }
  sf_put(output, "\"");
}

/*
 * Writes the fields of a diagnostic: the file by its name, and after the others message and hint. An unknown
 * code is its own sentence.
 */
static void put_diagnostic(struct output *output, struct cursor cursor, const char *const *files,
                           size_t file_count) {
  int code = 0;
  struct sip_failover_octets key = {NULL, 0}, detail = {NULL, 0};
  for (const struct sf_field *field = sf_fields_config; field->kind != SF_FIELD_END; field++) {
    struct cursor here = cursor;
    if (strcmp(field->name, "code") == 0) code = (int)take_number(&here, 1);
    if (strcmp(field->name, "key") == 0) key = take_text(&here);
    if (strcmp(field->name, "detail") == 0) detail = take_text(&here);
    here = cursor;
    if (strcmp(field->name, "file") == 0) {
      uint32_t file = take_number(&cursor, 4);
      const char *name = file < file_count ? files[file] : "";
      sf_put(output, ",\"file\":");
      sf_put_text(output, (struct sip_failover_octets){(const uint8_t *)name, strlen(name)});
    } else {
      put_field(output, &cursor, field);
    }
  }
  const struct sf_sentence *sentence = sf_diagnostics;
  while (sentence->message != NULL && sentence->code != code) sentence++;
  struct parts parts = parts_of(key, detail);
  sf_put(output, ",\"message\":");
  if (sentence->message == NULL)
    put_enumeration(output, sf_names_diagnostic, code);
  else
    put_sentence(output, sentence->message, &parts);
  sf_put(output, ",\"hint\":");
  put_sentence(output, sentence->message == NULL ? "" : sentence->hint, &parts);
}

bool sip_failover_record(const uint8_t *record, size_t size, int64_t t, const char *const *files,
                         size_t file_count, sip_failover_write write, void *context) {
  struct output output = {write, context};
  if (size < 2) return false;
  const struct sf_event *event = sf_events;
  while (event->name != NULL && event->id != record[0]) event++;
  if (event->name == NULL) return false;
  struct cursor cursor = {record + 2, record + size};
  for (const struct sf_field *field = event->fields; field->kind != SF_FIELD_END; field++)
    skip(&cursor, field);
  if (cursor.at == NULL) return false;
  cursor.at = record + 2;
  sf_put(&output, "{\"t\":");
  sf_put_number(&output, t);
  sf_put(&output, ",\"account\":");
  sf_put_number(&output, record[1]);
  sf_put(&output, ",\"event\":\"");
  sf_put(&output, event->name);
  sf_put(&output, "\"");
  if (event->id == SF_EVENT_CONFIG)
    put_diagnostic(&output, cursor, files, file_count);
  else
    for (const struct sf_field *field = event->fields; field->kind != SF_FIELD_END; field++)
      put_field(&output, &cursor, field);
  sf_put(&output, "}");
  return true;
}

const char *sip_failover_name(const struct sf_name *names, int value) {
  while (names->name != NULL && names->value != value) names++;
  return names->name;
}
