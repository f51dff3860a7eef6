/* Writes texts in pieces: JSON as JSON.stringify does it, ends of flows as host/abi/address.ts has them. */
#include "text.h"

#include <string.h>

/* Digits of the largest number with its sign, and room to spare. */
#define NUMBER_ROOM 24

void sf_put(struct output *output, const char *text) {
  output->write(output->context, text, strlen(text));
}

void sf_put_number(struct output *output, int64_t number) {
  char digits[NUMBER_ROOM];
  size_t at = sizeof digits;
  uint64_t rest = number < 0 ? 0 - (uint64_t)number : (uint64_t)number;
  do digits[--at] = (char)('0' + rest % 10);
  while ((rest /= 10) > 0);
  if (number < 0) digits[--at] = '-';
  output->write(output->context, digits + at, sizeof digits - at);
}

static void put_hexadecimal(struct output *output, unsigned number, unsigned least) {
  static const char digits[] = "0123456789abcdef";
  for (int shift = 12; shift >= 0; shift -= 4)
    if (number >> shift > 0 || (unsigned)shift < least * 4)
      output->write(output->context, &digits[number >> shift & 15], 1);
}

/*
 * How many octets of `text` belong together: a character of UTF-8, or the longest piece that could begin one,
 * which is then no character (Unicode 15.0, table 3-7, and section 3.9, "substitution of maximal subparts").
 */
static size_t piece(const uint8_t *text, size_t size, bool *is_character) {
  uint8_t first = text[0], low = 0x80, high = 0xbf;
  size_t length = first < 0x80   ? 1
                  : first < 0xc2 ? 0
                  : first < 0xe0 ? 2
                  : first < 0xf0 ? 3
                  : first < 0xf5 ? 4
                                 : 0;
  *is_character = length == 1;
  if (length < 2) return 1;
  if (first == 0xe0) low = 0xa0;
  if (first == 0xed) high = 0x9f;
  if (first == 0xf0) low = 0x90;
  if (first == 0xf4) high = 0x8f;
  size_t found = 1;
  while (found < length && found < size && text[found] >= low && text[found] <= high) {
    found++;
    low = 0x80;
    high = 0xbf;
  }
  *is_character = found == length;
  return found;
}

/*
 * The escape of a character in JSON that has one; NULL: it stands for itself, or is another control
 * character.
 */
static const char *escape_of(uint8_t character) {
  switch (character) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\b':
      return "\\b";
    case '\f':
      return "\\f";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return NULL;
  }
}

/* Writes what stands between the quotes of a text in JSON. What is not UTF-8 becomes U+FFFD. */
void sf_put_inner(struct output *output, const uint8_t *text, size_t size) {
  for (size_t at = 0; at < size;) {
    bool is_character;
    size_t length = piece(text + at, size - at, &is_character);
    const char *escape = escape_of(text[at]);
    if (!is_character) {
      sf_put(output, "\xef\xbf\xbd");
    } else if (escape != NULL) {
      sf_put(output, escape);
    } else if (text[at] < ' ') {
      sf_put(output, "\\u");
      put_hexadecimal(output, text[at], 4);
    } else {
      output->write(output->context, (const char *)text + at, length);
    }
    at += length;
  }
}

void sf_put_text(struct output *output, struct sip_failover_octets text) {
  sf_put(output, "\"");
  sf_put_inner(output, text.at, text.size);
  sf_put(output, "\"");
}

/* An IPv6 address as RFC 5952 has it. */
static void put_ipv6(struct output *output, const uint8_t *octets) {
  static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
  int start = 8, length = 1;
  for (int i = 0; i < 8; i++) {
    int end = i;
    while (end < 8 && octets[end * 2] == 0 && octets[end * 2 + 1] == 0) end++;
    if (end - i <= length) continue;
    start = i;
    length = end - i;
  }
  bool is_mapped = memcmp(octets, mapped, sizeof mapped) == 0;
  for (int i = 0; i < (is_mapped ? 6 : 8); i++) {
    if (i == start) sf_put(output, "::");
    if (i >= start && i < start + length) continue;
    if (i > 0 && i != start + length) sf_put(output, ":");
    put_hexadecimal(output, (unsigned)octets[i * 2] << 8 | octets[i * 2 + 1], 1);
  }
  if (!is_mapped) return;
  for (int i = 12; i < 16; i++) {
    sf_put(output, i == 12 ? ":" : ".");
    sf_put_number(output, octets[i]);
  }
}

/* An address and a port. */
static void put_host_port(struct output *output, const struct sip_failover_address *address) {
  bool is_ipv6 = address->family == SF_FAMILY_IPV6;
  if (is_ipv6) {
    sf_put(output, "[");
    put_ipv6(output, address->octets);
  }
  for (int i = 0; !is_ipv6 && i < 4; i++) {
    if (i > 0) sf_put(output, ".");
    sf_put_number(output, address->octets[i]);
  }
  sf_put(output, is_ipv6 ? "]:" : ":");
  sf_put_number(output, address->port);
}

void sf_put_end(struct output *output, enum sf_transport transport,
                const struct sip_failover_address *address) {
  const char *name = sip_failover_name(sf_names_transport, (int)transport);
  sf_put(output, name == NULL ? "udp" : name);
  sf_put(output, ":");
  put_host_port(output, address);
}

void sip_failover_json(const char *text, size_t size, sip_failover_write write, void *context) {
  struct output output = {write, context};
  sf_put_text(&output, (struct sip_failover_octets){(const uint8_t *)text, size});
}

void sip_failover_target(enum sf_transport transport, const struct sip_failover_address *address,
                         sip_failover_write write, void *context) {
  struct output output = {write, context};
  sf_put_end(&output, transport, address);
}
