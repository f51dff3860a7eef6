/* Wrapped around what a product calls (-Wl,--wrap): the first octets that arrive make the core trap. */
#include "sip_failover.h"

int32_t __real_sip_failover_flow_bytes(struct sip_failover *phone, int64_t now, uint32_t flow,
                                       const void *octets, size_t size);
int32_t __wrap_sip_failover_flow_bytes(struct sip_failover *phone, int64_t now, uint32_t flow,
                                       const void *octets, size_t size);

int32_t __wrap_sip_failover_flow_bytes(struct sip_failover *phone, int64_t now, uint32_t flow,
                                       const void *octets, size_t size) {
  static bool done;
  if (!done) sip_failover_provoke(phone);
  done = true;
  return __real_sip_failover_flow_bytes(phone, now, flow, octets, size);
}
