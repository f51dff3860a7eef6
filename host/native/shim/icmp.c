#include "icmp.h"

#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

#include <linux/errqueue.h>

void icmp_listen(int descriptor, int is_ipv6) {
  int on = 1;
  if (is_ipv6)
    setsockopt(descriptor, IPPROTO_IPV6, IPV6_RECVERR, &on, sizeof on);
  else
    setsockopt(descriptor, IPPROTO_IP, IP_RECVERR, &on, sizeof on);
}

/* What one note means. */
static int meaning(const struct sock_extended_err *note) {
  if (note->ee_origin == SO_EE_ORIGIN_ICMP && note->ee_type == ICMP_DEST_UNREACH &&
      note->ee_code != ICMP_FRAG_NEEDED)
    return (int)note->ee_errno;
  if (note->ee_origin == SO_EE_ORIGIN_ICMP6 && note->ee_type == ICMP6_DST_UNREACH) return (int)note->ee_errno;
  return ICMP_PASSING;
}

int icmp_take(int descriptor) {
  int found = ICMP_NOTHING;
  for (;;) {
    union {
      struct cmsghdr header;
      char room[512];
    } control;
    /*
     * Of the datagram that it is about nothing is wanted; but without room for any, qemu-user does nothing.
     */
    uint8_t unwanted;
    struct iovec room = {&unwanted, sizeof unwanted};
    struct msghdr message = {
        .msg_iov = &room, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    if (recvmsg(descriptor, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return found;
    for (struct cmsghdr *part = CMSG_FIRSTHDR(&message); part != NULL; part = CMSG_NXTHDR(&message, part)) {
      if (!(part->cmsg_level == IPPROTO_IP && part->cmsg_type == IP_RECVERR) &&
          !(part->cmsg_level == IPPROTO_IPV6 && part->cmsg_type == IPV6_RECVERR))
        continue;
      struct sock_extended_err note;
      memcpy(&note, CMSG_DATA(part), sizeof note);
      int meant = meaning(&note);
      if (meant > found) found = meant;
    }
  }
}
