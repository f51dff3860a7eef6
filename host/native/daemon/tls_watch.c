#include "tls_watch.h"

#include <stdio.h>
#include <string.h>

#include "address.h"
#include "address_text.h"
#include "say.h"

/* Troubles that are remembered; the oldest makes room. */
#define MOST_TROUBLES 16

static struct trouble {
  struct sip_failover_address server;
  char sentence[SENTENCE_ROOM]; /* empty: none */
} told[MOST_TROUBLES];
static size_t oldest;

/* What was last said of the files of TLS; empty: they can be used. */
static char trouble[SENTENCE_ROOM];

void tls_watch_files(const struct tls_files *files, const char *why) {
  if (why != NULL) {
    if (strncmp(trouble, why, sizeof trouble - 1) != 0)
      say_warning("%s Until that is mended, no server can be reached by TLS.", why);
    snprintf(trouble, sizeof trouble, "%s", why);
    return;
  }
  if (trouble[0] != '\0') say_warning("The files of TLS can be used now.");
  trouble[0] = '\0';
  if (!files->verify)
    say_warning("Certificates are NOT verified (sip.tls_verify = 0): whoever is on the way can pose as the "
                "server, and read and change everything.");
}

void tls_watch_failed(const struct sip_failover_address *server, const struct tls *tls) {
  char end[ADDRESS_ROOM], sentence[SENTENCE_ROOM];
  const char *name = tls_name(tls);
  address_text(server, end);
  bool is_address = strncmp(end + (end[0] == '[' ? 1 : 0), name, strlen(name)) == 0;
  snprintf(sentence, sizeof sentence, "The TLS server %s%s%s cannot be used: %s.", is_address ? "" : name,
           is_address ? "" : " at ", end, tls_trouble(tls));
  for (size_t i = 0; i < MOST_TROUBLES; i++)
    if (strcmp(told[i].sentence, sentence) == 0) return;
  struct trouble *place = &told[oldest++ % MOST_TROUBLES];
  place->server = *server;
  memcpy(place->sentence, sentence, sizeof sentence);
  say_warning("%s", sentence);
}

void tls_watch_works(const struct sip_failover_address *server) {
  for (size_t i = 0; i < MOST_TROUBLES; i++)
    if (same_address(&told[i].server, server)) told[i].sentence[0] = '\0';
}
