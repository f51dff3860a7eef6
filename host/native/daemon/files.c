#include "files.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "boot.h"
#include "read_file.h"

/* Rights of anybody but the owner to read. */
#define OTHERS_MAY_READ (S_IRGRP | S_IROTH)

static size_t put_text(uint8_t *at, const char *text) {
  size_t length = strnlen(text, DETAIL_ROOM);
  at[0] = (uint8_t)length;
  at[1] = (uint8_t)(length >> 8);
  memcpy(at + 2, text, length);
  return length + 2;
}

static size_t put_number(uint8_t *at, size_t value) {
  for (int i = 0; i < 4; i++) at[i] = (uint8_t)(value >> i * 8);
  return 4;
}

/* Tells a diagnostic in the form of those of the core, the event config. */
static void tell(struct files *files, enum sf_level level, enum sf_diagnostic code, struct place place,
                 const char *key, const char *detail) {
  uint8_t record[2 * DETAIL_ROOM + 64] = {SF_EVENT_CONFIG, 0, (uint8_t)level, (uint8_t)code};
  size_t size = 4;
  size += put_text(record + size, key);
  size += put_text(record + size, detail);
  size += put_number(record + size, 0);
  size += put_number(record + size, place.line);
  size += put_number(record + size, place.column);
  files->take(record, size, place.file);
}

void files_error(struct files *files, enum sf_diagnostic code, struct place place, const char *detail) {
  files->errors++;
  tell(files, SF_LEVEL_ERROR, code, place, "", detail);
}

bool files_have_room(struct files *files, struct place place) {
  char most[16];
  if (files->count < MOST_FILES) return true;
  snprintf(most, sizeof most, "%d", MOST_FILES);
  files_error(files, SF_DIAGNOSTIC_TOO_MANY_FILES, place, most);
  return false;
}

static const char *after_blanks(const char *at) {
  return at + strspn(at, " \t");
}

/* Whether a line gives an account a password: where its key begins, and how long that is. */
static const char *password_key(const char *line, int *length) {
  const char *key = after_blanks(line);
  if (strncmp(key, "account.", 8) != 0 || !isdigit((unsigned char)key[8])) return NULL;
  const char *at = key + 8 + strspn(key + 8, "0123456789");
  if (strncmp(at, ".password", 9) != 0) return NULL;
  *length = (int)(at + 9 - key);
  at = after_blanks(at + 9);
  if (*at != '=') return NULL;
  at = after_blanks(at + 1);
  bool is_none = *at == '\0' || isspace((unsigned char)*at) || strncmp(at, "%NULL%", 6) == 0 ||
                 strncmp(at, "%EMPTY%", 7) == 0;
  return is_none ? NULL : key;
}

/* Warns of a password that others may read. */
static void warn_of_readers(struct files *files, const char *path, const char *text) {
  struct stat about;
  char key[64];
  if (stat(path, &about) != 0 || (about.st_mode & OTHERS_MAY_READ) == 0) return;
  struct place place = {path, 1, 1};
  for (const char *line = text; line != NULL; place.line++) {
    int length;
    const char *found = password_key(line, &length);
    if (found != NULL) {
      place.column = (size_t)(found - line) + 1;
      snprintf(key, sizeof key, "%.*s", length, found);
      tell(files, SF_LEVEL_WARNING, SF_DIAGNOSTIC_READABLE_PASSWORD, place, key, "");
      return;
    }
    line = strchr(line, '\n');
    if (line != NULL) line++;
  }
}

const char *files_read(struct files *files, const char *path) {
  const char *why = "there is no memory left";
  size_t size = 0;
  char *name = strdup(path);
  char *octets = name == NULL ? NULL : read_file(path, &size, &why);
  if (octets == NULL) {
    free(name);
    return why;
  }
  files->file[files->count++] = (struct sip_failover_file){name, octets, size};
  warn_of_readers(files, name, octets);
  return NULL;
}

void files_add(struct files *files, const char *path) {
  struct place place = {path, 1, 1};
  const char *why = NULL;
  if (is_boot_file(path))
    read_boot_file(files, path);
  else if (files_have_room(files, place))
    why = files_read(files, path);
  if (why != NULL) files_error(files, SF_DIAGNOSTIC_UNREADABLE_FILE, place, why);
}

void files_free(struct files *files) {
  for (size_t i = 0; i < files->count; i++) {
    free((char *)(uintptr_t)files->file[i].name);
    free((void *)(uintptr_t)files->file[i].octets);
  }
  files->count = 0;
}
