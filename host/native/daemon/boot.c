#include "boot.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "read_file.h"

static const char header[] = "#!version:1.0.0.1";
static const char include[] = "include:config";
static const char suffix[] = ".boot";

static char *after_blanks(char *at) {
  while (isspace((unsigned char)*at)) at++;
  return at;
}

/* Ends a text behind its last character that is no blank. */
static char *trimmed(char *text) {
  size_t length = strlen(text);
  while (length > 0 && isspace((unsigned char)text[length - 1])) text[--length] = '\0';
  return after_blanks(text);
}

bool is_boot_file(const char *path) {
  size_t length = strlen(path), tail = sizeof suffix - 1;
  return length >= tail && strcasecmp(path + length - tail, suffix) == 0;
}

/*
 * What an include:config line names, <path>, "path" or the path alone: its beginning within the line, and its
 * length; NULL: it is no such line.
 */
static char *included(char *line, size_t *length) {
  char *at = after_blanks(line);
  if (strncmp(at, include, sizeof include - 1) != 0) return NULL;
  at = after_blanks(at + sizeof include - 1);
  char open = *at;
  if (open == '<' || open == '"') at++;
  *length = strcspn(at, open == '<' ? "<>" : open == '"' ? "\"" : " \t\v\f\r<>\"");
  char *end = at + *length;
  if (open == '<' || open == '"') {
    if (*end != (open == '<' ? '>' : '"')) return NULL;
    end++;
  } else if (*length == 0) {
    return NULL;
  }
  return *after_blanks(end) == '\0' ? at : NULL;
}

/* Whether a path is an address, such as http://…. */
static bool is_address(const char *path) {
  size_t length = strspn(path, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+.-");
  return isalpha((unsigned char)path[0]) && strncmp(path + length, "://", 3) == 0;
}

/* Whether a line may stand in a boot file: nothing, a comment, or key = value. */
static bool is_harmless(char *line) {
  char *at = after_blanks(line);
  if (*at == '\0' || *at == '#') return true;
  size_t key = strcspn(at, "= \t\v\f\r");
  return key > 0 && *after_blanks(at + key) == '=';
}

static void include_file(struct files *files, const char *boot_file, const char *path, struct place place) {
  char file[PATH_MAX], detail[DETAIL_ROOM];
  const char *why = NULL, *slash = strrchr(boot_file, '/');
  if (*path == '\0')
    why = "it names no file";
  else if (is_address(path))
    why = "only files can be included";
  else if (is_boot_file(path))
    why = "it is a boot file itself";
  else if (!files_have_room(files, place))
    return;
  if (why == NULL) {
    const char *rest = strncmp(path, "./", 2) == 0 ? path + 2 : path;
    int folder = *path == '/' || slash == NULL ? 0 : (int)(slash + 1 - boot_file);
    snprintf(file, sizeof file, "%.*s%s", folder, boot_file, rest);
    why = files_read(files, file);
  }
  if (why == NULL) return;
  snprintf(detail, sizeof detail, "%s\n%s", *path == '\0' ? "<>" : path, why);
  files_error(files, SF_DIAGNOSTIC_BAD_INCLUDE, place, detail);
}

/* Takes a line; whether it includes a file. */
static bool take_line(struct files *files, const char *boot_file, size_t number, char *line) {
  size_t length;
  char *path = included(line, &length);
  struct place place = {boot_file, number, (size_t)(after_blanks(line) - line) + 1};
  if (path == NULL) {
    if (!is_harmless(line)) files_error(files, SF_DIAGNOSTIC_BAD_BOOT_LINE, place, "");
    return false;
  }
  path[length] = '\0';
  path = trimmed(path);
  if (*path != '\0') place.column = (size_t)(path - line) + 1;
  include_file(files, boot_file, path, place);
  return true;
}

void read_boot_file(struct files *files, const char *path) {
  struct place beginning = {path, 1, 1};
  const char *why;
  size_t size;
  int listed = 0;
  char *text = read_file(path, &size, &why);
  if (text == NULL) {
    files_error(files, SF_DIAGNOSTIC_UNREADABLE_FILE, beginning, why);
    return;
  }
  char *next = text;
  for (size_t number = 1; next != NULL; number++) {
    char *line = next, *end = strchr(line, '\n');
    next = end == NULL ? NULL : end + 1;
    if (end != NULL) *end = '\0';
    if (end != NULL && end > line && end[-1] == '\r') end[-1] = '\0';
    if (number == 1 && strcmp(line, header) != 0)
      files_error(files, SF_DIAGNOSTIC_MISSING_HEADER, beginning, "");
    if (take_line(files, path, number, line)) listed++;
  }
  if (listed == 0) files_error(files, SF_DIAGNOSTIC_EMPTY_BOOT_FILE, beginning, "");
  free(text);
}
