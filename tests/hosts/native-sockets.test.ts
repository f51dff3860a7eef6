/**
 * The tests of the Node host's sockets, run with those of the native host: AddressSanitizer and
 * UndefinedBehaviorSanitizer look on, and at the end nothing has leaked.
 */
process.env["SIP_FAILOVER_TEST_SOCKETS"] = "native";
await import("./sockets.test.js");
await import("./listeners.test.js");
await import("./tls.test.js");
await import("./tls-files.test.js");

export {};
