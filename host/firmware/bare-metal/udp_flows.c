#include "udp_flows.h"

#include <lwip/icmp.h>
#include <lwip/prot/icmp.h>
#include <lwip/prot/udp.h>
#include <lwip/udp.h>
#include <string.h>

#include "network.h"

struct flow {
  uint32_t number;     /* the core's; 0: free */
  uint32_t listener;   /* of a stranger: the flow that it came in by; otherwise 0 */
  struct udp_pcb *pcb; /* of a stranger, the listening flow's */
  bool is_listening;
  struct sip_failover_address remote;
  enum { NO_NEWS, OPENED, FAILED } news;
  enum sf_flow_failure reason;
};

static struct flow flows[MOST_FLOWS];

/*
 * The datagram that has come: a frame brings one at most, and it is taken before the next frame. Longer ones
 * than this are told with their length, which is more than the core takes.
 */
static struct {
  uint32_t flow; /* 0: none */
  bool is_from_stranger;
  struct sip_failover_address source;
  size_t size;
  uint8_t octets[8 * 1024];
} arrived;

static struct flow *flow_of(uint32_t number) {
  for (size_t i = 0; i < MOST_FLOWS; i++)
    if (flows[i].number == number) return &flows[i];
  return NULL;
}

static struct sip_failover_address address_of(const ip_addr_t *ip, uint16_t port) {
  struct sip_failover_address address = {.family = SF_FAMILY_IPV4, .port = port};
  memcpy(address.octets, ip_2_ip4(ip), sizeof(ip4_addr_t));
  return address;
}

static void to_lwip(const struct sip_failover_address *address, ip_addr_t *ip) {
  memcpy(ip_2_ip4(ip), address->octets, sizeof(ip4_addr_t));
}

static bool same_end(const struct sip_failover_address *one, const struct sip_failover_address *other) {
  return one->family == other->family && one->port == other->port &&
         memcmp(one->octets, other->octets, sizeof one->octets) == 0;
}

static void fail(struct flow *flow, enum sf_flow_failure reason) {
  flow->news = FAILED;
  flow->reason = reason;
}

static struct flow *new_flow(uint32_t number) {
  struct flow *flow = flow_of(0);
  if (flow != NULL) *flow = (struct flow){.number = number};
  return flow;
}

static void free_flow(struct flow *flow) {
  /* Strangers lose the port that they came in by. */
  for (size_t i = 0; flow->is_listening && i < MOST_FLOWS; i++)
    if (flows[i].listener == flow->number) flows[i].pcb = NULL;
  if (flow->pcb != NULL && flow->listener == 0) udp_remove(flow->pcb);
  *flow = (struct flow){0};
}

/* A datagram for a flow, or for the listening port, from whoever has sent it. */
static void take(void *context, struct udp_pcb *pcb, struct pbuf *datagram, const ip_addr_t *ip, u16_t port) {
  struct flow *flow = context;
  (void)pcb;
  arrived.source = address_of(ip, port);
  arrived.flow = flow->number;
  arrived.is_from_stranger = flow->is_listening;
  for (size_t i = 0; flow->is_listening && i < MOST_FLOWS; i++) {
    if (flows[i].listener != flow->number || !same_end(&flows[i].remote, &arrived.source)) continue;
    arrived.flow = flows[i].number;
    arrived.is_from_stranger = false;
  }
  arrived.size = datagram->tot_len;
  pbuf_copy_partial(datagram, arrived.octets, sizeof arrived.octets, 0);
  pbuf_free(datagram);
}

/* The reason for an error of lwIP's. */
static enum sf_flow_failure failure_of(err_t error) {
  switch (error) {
    case ERR_USE:
      return SF_FLOW_FAILURE_ADDRESS_IN_USE;
    case ERR_RTE:
    case ERR_IF:
      return SF_FLOW_FAILURE_UNREACHABLE;
    default:
      return SF_FLOW_FAILURE_NO_RESOURCES;
  }
}

/* Gives a flow a port; false, and it has failed, where that cannot be. */
static bool bind_flow(struct flow *flow, uint16_t port) {
  flow->pcb = udp_new();
  if (flow->pcb == NULL) {
    fail(flow, SF_FLOW_FAILURE_NO_RESOURCES);
    return false;
  }
  ip_set_option(flow->pcb, SOF_REUSEADDR);
  err_t error = udp_bind(flow->pcb, IP_ANY_TYPE, port);
  if (error != ERR_OK) {
    fail(flow, failure_of(error));
    return false;
  }
  udp_recv(flow->pcb, take, flow);
  flow->news = OPENED;
  return true;
}

void udp_flow_open(uint32_t number, const struct sip_failover_address *remote, uint16_t port) {
  struct flow *flow = new_flow(number);
  ip_addr_t ip;
  if (flow == NULL) return;
  flow->remote = *remote;
  if (remote->family != SF_FAMILY_IPV4 || !network_is_up()) {
    fail(flow, SF_FLOW_FAILURE_UNREACHABLE);
    return;
  }
  to_lwip(remote, &ip);
  if (bind_flow(flow, port)) udp_connect(flow->pcb, &ip, remote->port);
}

void udp_flow_refuse(uint32_t number, enum sf_flow_failure reason) {
  struct flow *flow = new_flow(number);
  if (flow != NULL) fail(flow, reason);
}

void udp_flow_listen(uint32_t number, uint16_t port) {
  struct flow *flow = new_flow(number);
  if (flow == NULL) return;
  flow->is_listening = true;
  bind_flow(flow, port);
}

void udp_flow_accept(uint32_t number, uint32_t listener, const struct sip_failover_address *source) {
  const struct flow *port = flow_of(listener);
  struct flow *flow = new_flow(number);
  if (flow == NULL || port == NULL) return;
  flow->listener = listener;
  flow->pcb = port->pcb;
  flow->remote = *source;
}

void udp_flow_send(uint32_t number, const void *octets, size_t size) {
  struct flow *flow = flow_of(number);
  ip_addr_t ip;
  if (flow == NULL || flow->pcb == NULL || flow->news == FAILED) return;
  struct pbuf *datagram = pbuf_alloc(PBUF_TRANSPORT, (u16_t)size, PBUF_RAM);
  /* Without room it is lost, as on the way: it will be repeated. */
  if (datagram == NULL) return;
  pbuf_take(datagram, octets, (u16_t)size);
  to_lwip(&flow->remote, &ip);
  err_t error = udp_sendto(flow->pcb, datagram, &ip, flow->remote.port);
  pbuf_free(datagram);
  /* An answer to a stranger that does not arrive is the stranger's affair. */
  if ((error == ERR_RTE || error == ERR_IF) && flow->listener == 0) fail(flow, failure_of(error));
}

void udp_flow_close(uint32_t number) {
  struct flow *flow = number == 0 ? NULL : flow_of(number);
  if (flow != NULL) free_flow(flow);
}

void udp_flows_close_all(void) {
  for (size_t i = 0; i < MOST_FLOWS; i++)
    if (flows[i].number != 0) free_flow(&flows[i]);
  arrived.flow = 0;
}

void udp_flows_lost(enum sf_flow_failure reason) {
  for (size_t i = 0; i < MOST_FLOWS; i++)
    if (flows[i].number != 0 && !flows[i].is_listening) fail(&flows[i], reason);
}

/*
 * Looks at each packet before lwIP does: an ICMP error is of the flow whose datagram it cites (RFC 792). 0:
 * lwIP goes on with it.
 */
int udp_flows_see(struct pbuf *packet, struct netif *netif) {
  struct {
    struct icmp_echo_hdr icmp; /* its last 4 octets mean nothing in an error */
    struct ip_hdr ip;
    uint16_t source, destination;
  } cited;
  const struct ip_hdr *outer = packet->payload;
  u16_t header = IPH_HL_BYTES(outer);
  (void)netif;
  if (IPH_PROTO(outer) != IP_PROTO_ICMP) return 0;
  if (pbuf_copy_partial(packet, &cited, sizeof cited, header) != sizeof cited) return 0;
  if (ICMPH_TYPE(&cited.icmp) != ICMP_DUR || IPH_PROTO(&cited.ip) != IP_PROTO_UDP) return 0;
  if (IPH_HL_BYTES(&cited.ip) != sizeof cited.ip || ICMPH_CODE(&cited.icmp) == ICMP_DUR_FRAG) return 0;
  ip_addr_t ip;
  ip_addr_copy_from_ip4(ip, cited.ip.dest);
  struct sip_failover_address remote = address_of(&ip, lwip_ntohs(cited.destination));
  for (size_t i = 0; i < MOST_FLOWS; i++) {
    struct flow *flow = &flows[i];
    bool is_its = flow->number != 0 && flow->pcb != NULL && flow->listener == 0 && !flow->is_listening &&
                  flow->pcb->local_port == lwip_ntohs(cited.source) && same_end(&flow->remote, &remote);
    if (!is_its) continue;
    fail(flow, ICMPH_CODE(&cited.icmp) == ICMP_DUR_PORT ? SF_FLOW_FAILURE_REFUSED
                                                        : SF_FLOW_FAILURE_UNREACHABLE);
  }
  return 0;
}

static bool next_change(struct flow_news *news) {
  for (size_t i = 0; i < MOST_FLOWS; i++) {
    struct flow *flow = &flows[i];
    if (flow->number == 0 || flow->news == NO_NEWS) continue;
    *news = (struct flow_news){.flow = flow->number, .reason = flow->reason, .address = network_address()};
    news->kind = flow->news == OPENED ? FLOW_OPENED : FLOW_FAILED;
    if (flow->pcb != NULL) news->address.port = flow->pcb->local_port;
    if (flow->news == FAILED)
      free_flow(flow);
    else
      flow->news = NO_NEWS;
    return true;
  }
  return false;
}

bool udp_flows_next(struct flow_news *news) {
  if (next_change(news)) return true;
  if (arrived.flow == 0) return false;
  *news = (struct flow_news){
      .kind = arrived.is_from_stranger ? FLOW_INCOMING : FLOW_BYTES,
      .flow = arrived.flow,
      .address = arrived.source,
      .octets = arrived.octets,
      .size = arrived.size,
  };
  arrived.flow = 0;
  return true;
}
