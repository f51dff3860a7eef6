/**
 * Messages after RFC 4475, by their names there: each has what makes the one of that name hard to read, for the user 1000 of
 * the scenarios, from A.
 */
import { invalid } from "./torture-invalid.js";
import { valid } from "./torture-valid.js";
import { SDP_TYPE, USER, invite, lines, request, response } from "./torture-writer.js";
import type { Torture } from "./torture-writer.js";

/** 3.2 to 3.4: what is well-formed and means something unusual. */
const meaning: readonly Torture[] = [
  {
    name: "badbranch",
    section: "3.2.1",
    fate: 200,
    text: request("badbranch", "OPTIONS", ["Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"]),
  },
  {
    name: "insuf: no Call-ID, From or To",
    section: "3.3.1",
    fate: "malformed",
    text: lines(
      `INVITE ${USER} SIP/2.0`,
      "CSeq: 193942 INVITE",
      "Via: SIP/2.0/UDP 192.0.2.95;branch=z9hG4bKkdj.insuf",
      SDP_TYPE,
      "l: 0",
    ),
  },
  {
    name: "unkscm: an INVITE for a scheme that nobody knows (RFC 3261, 8.2.2.1)",
    section: "3.3.2",
    fate: 416,
    text: invite("unkscm", [], { uri: "nobodyKnowsThisScheme:totallyopaquecontent" }),
  },
  {
    name: "novelsc",
    section: "3.3.3",
    fate: 416,
    text: invite("novelsc", [], { uri: "soap.beep://192.0.2.103:3002" }),
  },
  {
    name: "unksm2",
    section: "3.3.4",
    fate: 405,
    text: request("unksm2", "REGISTER", [
      "To: isbn:2983792873",
      "From: <http://www.example.com>;tag=3234233",
      "Contact: <name:John_Smith>",
    ]),
  },
  {
    name: "bext01",
    section: "3.3.5",
    fate: 420,
    text: invite("bext01", [
      "Require: nothingSupportsThis, nothingSupportsThisEither",
      "Proxy-Require: noProxiesSupportThis, norDoAnyProxiesSupportThis",
    ]),
  },
  {
    name: "invut: the application judges bodies",
    section: "3.3.6",
    fate: "rings",
    text: request("invut", "INVITE", ["Content-Type: application/unknownformat"], {
      body: '<audio><pcmu port="443"/></audio>',
    }),
  },
  {
    name: "regaut01",
    section: "3.3.7",
    fate: 405,
    text: request("regaut01", "REGISTER", [
      "Authorization: NoOneKnowsThisScheme opaque-data=here",
      "Contact: <sip:j.user@example.com>",
    ]),
  },
  {
    name: "multi01",
    section: "3.3.8",
    fate: "malformed",
    text: invite("multi01", [
      "CSeq: 59 INVITE",
      "Call-ID: multi01.98asdh@192.0.2.2",
      "From: sip:caller@example.net;tag=9",
      "To: sip:user@example.com",
    ]).replace("Max-Forwards", "To: <sip:1000@sip.example.com>\r\nFrom: <sip:a@b>;tag=8\r\nMax-Forwards"),
  },
  {
    name: "mcl01",
    section: "3.3.9",
    fate: "malformed",
    text: request(
      "mcl01",
      "OPTIONS",
      ["Content-Length: 13", "Content-Length: 5", "Content-Type: text/plain"],
      {
        body: "There's no way to know how many octets are supposed to be here.",
      },
    ),
  },
  {
    name: "bcast: an answer with somebody else's Via on top",
    section: "3.3.10",
    fate: "malformed",
    text: response("bcast", "200 OK", ["Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK1saber23"]),
  },
  {
    name: "zeromf: nobody is behind the phone",
    section: "3.3.11",
    fate: 200,
    text: request("zeromf", "OPTIONS", []).replace("Max-Forwards: 70", "Max-Forwards: 0"),
  },
  {
    name: "cparam01",
    section: "3.3.12",
    fate: 405,
    text: request("cparam01", "REGISTER", ["Contact: sip:+19725552222@gw1.example.net;unknownparam"]),
  },
  {
    name: "cparam02",
    section: "3.3.13",
    fate: 405,
    text: request("cparam02", "REGISTER", ["Contact: <sip:+19725552222@gw1.example.net;unknownparam>"]),
  },
  {
    name: "regescrt",
    section: "3.3.14",
    fate: 405,
    text: request("regescrt", "REGISTER", [
      "Contact: <sip:user@example.com?Route=%3Csip:sip.example.com%3E>",
    ]),
  },
  {
    name: "sdp01: the application judges what is accepted",
    section: "3.3.15",
    fate: "rings",
    text: invite("sdp01", ["Accept: text/nobodyKnowsThis"]),
  },
  {
    name: "inv2543: neither tags nor a branch",
    section: "3.4.1",
    fate: "rings",
    text: invite("inv2543", [
      "Via: SIP/2.0/UDP iftgw.example.com",
      "From: <sip:+13035551111@ift.client.example.net;user=phone>",
    ]),
  },
];

export const torture: readonly Torture[] = [...valid, ...invalid, ...meaning];
