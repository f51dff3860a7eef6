import { Endpoint } from "../../../assembly/bytes/endpoint";

const endpoints = memory.data(offsetof<Endpoint>() * 256, 4);
const address = memory.data(16, 4);

/** udp:192.0.2.`last`:`port`; the record is good until the same `last` is asked for again. */
export function target(last: i32, port: i32): Endpoint {
  const endpoint = changetype<Endpoint>(endpoints + last * offsetof<Endpoint>());
  memory.fill(address, 0, 16);
  store<u8>(address, 192);
  store<u8>(address, 2, 2);
  store<u8>(address, last as u8, 3);
  endpoint.set(0, 4, port, address);
  return endpoint;
}
