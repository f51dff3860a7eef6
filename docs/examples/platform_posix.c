/* platform.h with POSIX sockets and Linux's entropy. */
#include "platform.h"

#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#define FLOWS 16
#define HOUR 3600000

/* A free place has the flow 0 and no socket. */
static uint32_t flows[FLOWS];
static struct pollfd sockets[FLOWS];

int64_t platform_now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

bool platform_read(const char *path, struct sip_failover_file *file) {
  static char text[16384];
  FILE *opened = fopen(path, "rb");
  if (opened == NULL) return false;
  *file = (struct sip_failover_file){.octets = text, .size = fread(text, 1, sizeof text, opened)};
  bool is_read = !ferror(opened) && feof(opened);
  fclose(opened);
  return is_read;
}

void platform_write(void *stream, const char *text, size_t length) {
  fwrite(text, 1, length, stream);
}

void platform_seed(uint8_t seed[SIP_FAILOVER_SEED]) {
  if (getrandom(seed, SIP_FAILOVER_SEED, 0) != SIP_FAILOVER_SEED) abort();
}

static int place_of(uint32_t flow) {
  for (int place = 0; place < FLOWS; place++)
    if (flows[place] == flow) return place;
  return -1;
}

static struct sockaddr_in end_of(const struct sip_failover_address *address) {
  struct sockaddr_in end = {.sin_family = AF_INET, .sin_port = htons(address->port)};
  memcpy(&end.sin_addr, address->octets, sizeof end.sin_addr);
  return end;
}

bool platform_open(uint32_t flow, uint16_t port, const struct sip_failover_address *remote,
                   struct sip_failover_address *local) {
  int place = place_of(0);
  int fd = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in own = {.sin_family = AF_INET, .sin_port = htons(port)};
  struct sockaddr_in peer = remote == NULL ? own : end_of(remote);
  socklen_t size = sizeof own;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  if (place < 0 || bind(fd, (struct sockaddr *)&own, sizeof own) != 0 ||
      (remote != NULL &&
       (remote->family != SF_FAMILY_IPV4 || connect(fd, (struct sockaddr *)&peer, sizeof peer) != 0)) ||
      getsockname(fd, (struct sockaddr *)&own, &size) != 0) {
    close(fd);
    return false;
  }
  flows[place] = flow;
  /* What reaches the listening port comes from strangers: here they are not heard. */
  sockets[place] = (struct pollfd){.fd = fd, .events = remote == NULL ? 0 : POLLIN};
  *local = (struct sip_failover_address){.family = SF_FAMILY_IPV4, .port = ntohs(own.sin_port)};
  memcpy(local->octets, &own.sin_addr, sizeof own.sin_addr);
  return true;
}

void platform_send(uint32_t flow, const void *octets, size_t size) {
  int place = place_of(flow);
  /* An error is of what was sent before; this one goes out the second time, and brings its own. */
  if (place >= 0 && send(sockets[place].fd, octets, size, 0) < 0) send(sockets[place].fd, octets, size, 0);
}

void platform_close(uint32_t flow) {
  int place = place_of(flow);
  if (flow == 0 || place < 0) return;
  close(sockets[place].fd);
  sockets[place] = (struct pollfd){.fd = -1};
  flows[place] = 0;
}

void platform_close_all(void) {
  for (int place = 0; place < FLOWS; place++) platform_close(flows[place]);
}

bool platform_wait(int64_t deadline, struct platform_arrival *arrival) {
  static uint8_t octets[65536];
  int64_t left = deadline - platform_now();
  for (int place = 0; place < FLOWS; place++)
    if (flows[place] == 0) sockets[place].fd = -1;
  if (poll(sockets, FLOWS, left < 0 ? 0 : left < HOUR ? (int)left : HOUR) <= 0) return false;
  for (int place = 0; place < FLOWS; place++) {
    if (flows[place] == 0 || sockets[place].revents == 0) continue;
    ssize_t size = recv(sockets[place].fd, octets, sizeof octets, MSG_DONTWAIT);
    *arrival = (struct platform_arrival){flows[place], size < 0, octets, size < 0 ? 0 : (size_t)size};
    if (size < 0) platform_close(flows[place]);
    return true;
  }
  return false;
}
