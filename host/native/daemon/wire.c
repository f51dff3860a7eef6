/*
 * A line for each thing that happens at the sockets, which are those of Sockets and SocketEvents in
 * host/abi/engine.ts: {"wire":KIND,"at":T,"flow":N,…}, T being the wall clock in milliseconds. Octets are in
 * hexadecimal; of TLS, before they are encrypted.
 *
 *   open remote, port (ours, 0: any) listen transport, port opened local failed reason sent octets received
 *   octets closed accepted listener, source incoming source, octets answered remote, octets (flow being the
 *   listening one)
 */
#include "wire.h"

#include "clock.h"
#include "say.h"

static bool is_open;

void wire_open(void) {
  is_open = true;
}

static void begin(const char *kind, uint32_t flow) {
  say("{\"wire\":\"%s\",\"at\":%.3f,\"flow\":%u", kind, clock_wall(), (unsigned)flow);
}

static void put_end(const char *key, enum sf_transport transport, const struct sip_failover_address *end) {
  say(",\"%s\":\"", key);
  sip_failover_target(transport, end, say_piece, NULL);
  say("\"");
}

static void put_octets(const uint8_t *octets, size_t size) {
  say(",\"octets\":\"");
  for (size_t i = 0; i < size; i++) say("%02x", octets[i]);
  say("\"}\n");
}

void wire_action(const struct sip_failover_action *action) {
  if (!is_open) return;
  const struct flow *flow = flow_of(action->flow);
  bool is_stranger = flow != NULL && flow->listener != 0;
  switch (action->kind) {
    case SF_ACTION_OPEN:
      begin("open", action->flow);
      put_end("remote", action->transport, &action->remote);
      say(",\"port\":%u}\n", (unsigned)action->port);
      break;
    case SF_ACTION_LISTEN:
      begin("listen", action->flow);
      say(",\"transport\":\"%s\",\"port\":%u}\n",
          sip_failover_name(sf_names_transport, (int)action->transport), (unsigned)action->port);
      break;
    case SF_ACTION_SEND:
      begin(is_stranger ? "answered" : "sent", is_stranger ? flow->listener : action->flow);
      if (is_stranger) put_end("remote", flow->transport, &flow->remote);
      put_octets(action->octets.at, action->octets.size);
      break;
    case SF_ACTION_CLOSE:
      if (is_stranger) break;
      begin("closed", action->flow);
      say("}\n");
      break;
    default:
      break;
  }
}

void wire_news(const struct flow *flow) {
  if (!is_open) return;
  begin(flow->news == OPENED ? "opened" : "failed", flow->number);
  if (flow->news == OPENED)
    put_end("local", flow->transport, &flow->local);
  else
    say(",\"reason\":\"%s\"", sip_failover_name(sf_names_flowFailure, (int)flow->reason));
  say("}\n");
}

void wire_received(uint32_t flow, const uint8_t *octets, size_t size) {
  if (!is_open) return;
  begin("received", flow);
  put_octets(octets, size);
}

void wire_incoming(uint32_t listener, const struct sip_failover_address *source, const uint8_t *octets,
                   size_t size) {
  if (!is_open) return;
  begin("incoming", listener);
  put_end("source", SF_TRANSPORT_UDP, source);
  put_octets(octets, size);
}

void wire_accepted(uint32_t flow, uint32_t listener, enum sf_transport transport,
                   const struct sip_failover_address *source) {
  if (!is_open) return;
  begin("accepted", flow);
  say(",\"listener\":%u", (unsigned)listener);
  put_end("source", transport, source);
  say("}\n");
}
