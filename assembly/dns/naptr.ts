import { isLiteralIgnoreCase } from "../bytes/literal";
import { Span, spanLength } from "../bytes/span";
import { TRANSPORT_TCP, TRANSPORT_TLS, TRANSPORT_UDP } from "../contract/constants";

/*
 * What a NAPTR record is for (RFC 3263, 4.1; RFC 3403, 4.1). SIP has no use for regular expressions.
 */

/** Another application's, or one that SIP cannot follow. */
export const NAPTR_USELESS: u8 = 0;
/** Its replacement is the name of SRV records: flag `s`. */
export const NAPTR_TO_SRV: u8 = 1;
/** Its replacement is the name of NAPTR records: no flag. */
export const NAPTR_TO_NAPTR: u8 = 2;

const NOT_SIP: i32 = -1;

/** The transport of one of SIP's services, below 0 for any other. */
export function transportOfService(service: Span): i32 {
  if (isLiteralIgnoreCase(service, "sip+d2u")) return TRANSPORT_UDP;
  if (isLiteralIgnoreCase(service, "sip+d2t")) return TRANSPORT_TCP;
  if (isLiteralIgnoreCase(service, "sips+d2t")) return TRANSPORT_TLS;
  return NOT_SIP;
}

export function useOfNaptr(flags: Span, service: Span): u8 {
  const ours = transportOfService(service) != NOT_SIP;
  if (spanLength(flags) == 0) return ours || spanLength(service) == 0 ? NAPTR_TO_NAPTR : NAPTR_USELESS;
  return ours && isLiteralIgnoreCase(flags, "s") ? NAPTR_TO_SRV : NAPTR_USELESS;
}
