import * as contract from "../../../assembly/contract/constants";
import { METHOD_UNKNOWN, methodName, methodOf } from "../../../assembly/sip/method";
import { atEdge, put, text } from "../bytes/memory";

const names: string[] = [
  "REGISTER",
  "OPTIONS",
  "NOTIFY",
  "INVITE",
  "ACK",
  "CANCEL",
  "BYE",
  "SUBSCRIBE",
  "UPDATE",
  "INFO",
  "PRACK",
  "REFER",
  "MESSAGE",
  "PUBLISH",
];

const numbers: i32[] = [
  contract.METHOD_REGISTER,
  contract.METHOD_OPTIONS,
  contract.METHOD_NOTIFY,
  contract.METHOD_INVITE,
  contract.METHOD_ACK,
  contract.METHOD_CANCEL,
  contract.METHOD_BYE,
  contract.METHOD_SUBSCRIBE,
  contract.METHOD_UPDATE,
  contract.METHOD_INFO,
  contract.METHOD_PRACK,
  contract.METHOD_REFER,
  contract.METHOD_MESSAGE,
  contract.METHOD_PUBLISH,
];

describe("a method", () => {
  it("has the number of the host contract, and a name", () => {
    for (let i = 0; i < names.length; i++) {
      expect(methodOf(atEdge(put(names[i])))).toBe(numbers[i], names[i]);
      expect(text(methodName(numbers[i]))).toBe(names[i]);
    }
  });

  it("is case-sensitive, and whole", () => {
    const others: string[] = [
      "",
      "register",
      "Register",
      "REGISTEr",
      "REGISTE",
      "REGISTERS",
      "REGISTER ",
      "REGISTER OPTIONS",
      "GET",
      "NEWMETHOD",
      "PUBLIS",
      "PUBLISHX",
      "PUBLISH\0",
      "!interesting-Method0123456789_*+`.%indeed'~",
    ];
    for (let i = 0; i < others.length; i++) {
      expect(methodOf(atEdge(put(others[i])))).toBe(METHOD_UNKNOWN, others[i]);
    }
  });
});
