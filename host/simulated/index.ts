/** `sip-failover/simulated`: a network, DNS servers, registrars and phones in simulated time, for tests. */
export { Simulation } from "./simulation.js";
export { SimulatedPhone } from "./phone.js";
export type { SimulatedPhoneOptions, SimulatedRequest, SocketTap } from "./phone.js";
export type { HostAddresses, WireEntry } from "./sockets.js";
export { Network } from "./network.js";
export type { Link, TlsDemand } from "./network.js";
export { Scheduler } from "./scheduler.js";
export { Random } from "./random.js";
export { SimulatedServer } from "./server.js";
export { RealServer } from "../node/servers.js";
export type { ServerOptions } from "../node/servers.js";
export { DnsFraming, SipFraming, endBy } from "./service.js";
export type { Framing, Reply, Segments, Service, TlsOffer } from "./service.js";
export { Registrar } from "./registrar.js";
export type {
  Answer,
  Behaviour,
  Gate,
  ReceivedRequest,
  RegistrarMode,
  RegistrarOptions,
} from "./registrar.js";
export type { Binding } from "./bindings.js";
export { Authenticator, digestResponse } from "./digest.js";
export type { DigestAlgorithm, DigestInput, DigestOptions, Verdict } from "./digest.js";
export { sipFaults } from "./sip-faults.js";
export type { SipFault } from "./sip-faults.js";
export { SipMessage, answerTo, parseSip, parameterised, splitList, writeSip } from "./sip.js";
export type { HeaderField, Parameterised, Parameters } from "./sip.js";
export { Exchange, FAR_SDP } from "./exchange.js";
export type { FarAnswer, FarBehaviour, ToPhone } from "./exchange.js";
export { OutgoingCall } from "./exchange-call.js";
export { answering } from "./exchange-callee.js";
export type { CalleeScript, CalleeStep } from "./exchange-callee.js";
export { ClientRequest } from "./exchange-client.js";
export type { ReceivedAnswer } from "./exchange-client.js";
export { Dialog } from "./exchange-dialog.js";
export type { RequestOptions } from "./exchange-dialog.js";
export { Notifier, Subscription } from "./exchange-notifier.js";
export type { Document, Notification } from "./exchange-notifier.js";
export type { Arrival, FrontServer, RecordRoute } from "./exchange-server.js";
export type { SessionTimer } from "./exchange-session.js";
export { Zone } from "./zone.js";
export type {
  NaptrData,
  Rcode,
  ReceivedQuery,
  SrvData,
  ZoneBehaviour,
  ZoneMode,
  ZoneRecord,
  ZoneType,
} from "./zone.js";
export { dnsFaults } from "./dns-faults.js";
export type { DnsFault } from "./dns-faults.js";
export type { ConfigurationFile } from "../abi/configure.js";
export { ConfigurationError, diagnosticText } from "../abi/configuration-error.js";
export { Core, desktopModule } from "../abi/core.js";
export { decodeRecord } from "../abi/record.js";
export type { ConfigurationRecord, EventRecord, NameOf, RecordOf } from "../abi/record.js";
export type { AccountStatus, CallStatus, SlotStatus, SubscriptionStatus } from "../abi/status.js";
export { endpointText, parseEndpoint } from "../abi/address.js";
export type { Endpoint, Transport } from "../abi/address.js";
