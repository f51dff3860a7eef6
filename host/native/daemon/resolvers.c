#include "resolvers.h"

#include <stdio.h>

#include "address_text.h"

static const char path[] = "/etc/resolv.conf";

size_t read_resolvers(struct sip_failover_address *servers, size_t room) {
  FILE *file = fopen(path, "re");
  char text[256], word[ADDRESS_ROOM];
  size_t count = 0;
  if (file == NULL) return 0;
  while (count < room && fgets(text, sizeof text, file) != NULL)
    if (sscanf(text, " nameserver %63s", word) == 1 && parse_address(word, &servers[count])) count++;
  fclose(file);
  return count;
}
