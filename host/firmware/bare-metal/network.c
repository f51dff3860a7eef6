#include "network.h"

#include <lwip/dhcp.h>
#include <lwip/dns.h>
#include <lwip/etharp.h>
#include <lwip/init.h>
#include <lwip/timeouts.h>
#include <stdlib.h>
#include <string.h>

#include "board.h"
#include "lan9118.h"
#include "udp_flows.h"

/* How often the cable is looked at. Milliseconds. */
#define LINK_INTERVAL 500

/* Octets of an Ethernet frame's content. */
#define MTU 1500

static struct netif interface;
static int64_t link_due;
static struct sip_failover_address last_address;

uint32_t sys_now(void) {
  return (uint32_t)clock_now();
}

static err_t transmit(struct netif *netif, struct pbuf *frame) {
  (void)netif;
  if (!lan9118_send_begin(frame->tot_len)) return ERR_BUF;
  for (const struct pbuf *part = frame; part != NULL; part = part->next) lan9118_send(part->payload, part->len);
  lan9118_send_end();
  return ERR_OK;
}

static err_t start(struct netif *netif) {
  if (!lan9118_open(netif->hwaddr)) return ERR_IF;
  netif->hwaddr_len = ETH_HWADDR_LEN;
  netif->name[0] = 'e';
  netif->name[1] = 'n';
  netif->mtu = MTU;
  netif->flags = NETIF_FLAG_BROADCAST | NETIF_FLAG_ETHARP | NETIF_FLAG_ETHERNET;
  netif->output = etharp_output;
  netif->linkoutput = transmit;
  return ERR_OK;
}

/* Flows from an address that we have no more are of no use. */
static void address_changed(struct netif *netif) {
  (void)netif;
  struct sip_failover_address now = network_address();
  if (memcmp(&now, &last_address, sizeof now) == 0) return;
  last_address = now;
  udp_flows_lost(SF_FLOW_FAILURE_ADDRESS_NOT_AVAILABLE);
}

/* Reads ADDRESS/PREFIX and the gateway. */
static bool parse(const struct network_options *options, ip4_addr_t *address, ip4_addr_t *mask,
                  ip4_addr_t *gateway) {
  char text[IP4ADDR_STRLEN_MAX];
  char *end;
  const char *slash = strchr(options->address, '/');
  size_t length = slash == NULL ? sizeof text : (size_t)(slash - options->address);
  if (length >= sizeof text) return false;
  memcpy(text, options->address, length);
  text[length] = '\0';
  unsigned long prefix = strtoul(slash + 1, &end, 10);
  if (end == slash + 1 || *end != '\0' || prefix < 1 || prefix > 32) return false;
  ip4_addr_set_u32(mask, lwip_htonl(UINT32_MAX << (32 - prefix)));
  ip4_addr_set_any(gateway);
  return ip4addr_aton(text, address) && (options->gateway == NULL || ip4addr_aton(options->gateway, gateway));
}

bool network_open(const struct network_options *options) {
  ip4_addr_t address = {0}, mask = {0}, gateway = {0};
  if (options->address != NULL && !parse(options, &address, &mask, &gateway)) return false;
  lwip_init();
  if (netif_add(&interface, &address, &mask, &gateway, NULL, start, netif_input) == NULL) return false;
  last_address = network_address();
  netif_set_status_callback(&interface, address_changed);
  netif_set_default(&interface);
  netif_set_up(&interface);
  return options->address != NULL || dhcp_start(&interface) == ERR_OK;
}

static void look_at_link(void) {
  if (clock_now() < link_due) return;
  link_due = clock_now() + LINK_INTERVAL;
  bool has_link = lan9118_has_link();
  if (has_link == (bool)netif_is_link_up(&interface)) return;
  if (has_link)
    netif_set_link_up(&interface);
  else
    netif_set_link_down(&interface);
}

bool network_poll(void) {
  static uint8_t frame[LAN9118_LONGEST_FRAME];
  look_at_link();
  sys_check_timeouts();
  size_t length = lan9118_receive(frame);
  if (length == 0) return false;
  struct pbuf *packet = pbuf_alloc(PBUF_RAW, (u16_t)length, PBUF_POOL);
  /* Without room it is lost, as on the way. */
  if (packet == NULL) return true;
  pbuf_take(packet, frame, (u16_t)length);
  if (interface.input(packet, &interface) != ERR_OK) pbuf_free(packet);
  return true;
}

bool network_is_up(void) {
  return netif_is_link_up(&interface) && !ip4_addr_isany(netif_ip4_addr(&interface));
}

struct sip_failover_address network_address(void) {
  struct sip_failover_address address = {.family = SF_FAMILY_IPV4};
  memcpy(address.octets, netif_ip4_addr(&interface), sizeof(ip4_addr_t));
  return address;
}

size_t network_resolvers(struct sip_failover_address *resolvers, size_t most) {
  size_t count = 0;
  for (u8_t i = 0; i < DNS_MAX_SERVERS && count < most; i++) {
    const ip_addr_t *server = dns_getserver(i);
    if (ip_addr_isany(server)) continue;
    resolvers[count] = (struct sip_failover_address){.family = SF_FAMILY_IPV4};
    memcpy(resolvers[count++].octets, ip_2_ip4(server), sizeof(ip4_addr_t));
  }
  return count;
}
