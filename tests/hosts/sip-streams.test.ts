import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import type { Socket } from "node:net";
import { afterEach, describe, it } from "node:test";
import { parseEndpoint } from "../../host/abi/address.js";
import { RealServer } from "../../host/node/servers.js";
import { Simulation } from "../../host/simulated/index.js";
import { Registrar } from "../../host/simulated/registrar.js";
import { SipFraming } from "../../host/simulated/service.js";
import { parseSip } from "../../host/simulated/sip.js";
import type { StreamEnd } from "../../host/simulated/streams.js";

const PATIENCE = 200;

const options = (number: number): string =>
  `OPTIONS sip:example.com SIP/2.0\r\nVia: SIP/2.0/TCP 127.0.0.1;rport;branch=z9hG4bK${String(number)}\r\n` +
  `From: <sip:a@example.com>;tag=1\r\nTo: <sip:example.com>\r\nCall-ID: 1\r\nCSeq: ${String(number)} OPTIONS\r\n` +
  "Content-Length: 0\r\n\r\n";

const octets = (text: string): Uint8Array => Buffer.from(text, "latin1");

const taken = (...pieces: readonly string[]): string[] => {
  const framing = new SipFraming();
  return pieces.flatMap((piece) =>
    framing.take(octets(piece)).map((message) => Buffer.from(message).toString()),
  );
};

/** The CSeqs of the answers in a stream. */
const answers = (stream: readonly Uint8Array[]): (number | undefined)[] => {
  const framing = new SipFraming();
  return stream.flatMap((piece) => framing.take(piece)).map((message) => parseSip(message)?.cseq);
};

describe("SIP in a stream", () => {
  it("messages are found however the stream is cut", () => {
    const body = "v=0\r\n\r\nno: message";
    const first = `${options(1).replace("Length: 0", `Length: ${String(body.length)}`)}${body}`;
    const stream = `${first}${options(2)}`;
    for (const size of [1, 2, 3, 7, 100, stream.length]) {
      const pieces = Array.from({ length: Math.ceil(stream.length / size) }, (_, index) =>
        stream.slice(index * size, (index + 1) * size),
      );
      assert.deepEqual(taken(...pieces), [first, options(2)]);
    }
  });

  it("the length may be written short, and there is no body without one", () => {
    const short = options(1).replace("Content-Length: 0", "l : 3");
    assert.deepEqual(taken(`${short}abc`), [`${short}abc`]);
    const without = options(1).replace("Content-Length: 0\r\n", "");
    assert.deepEqual(taken(`${without}${options(2)}`), [without, options(2)]);
  });

  it("pings between messages are told apart, single line ends are nothing", () => {
    assert.deepEqual(taken(`\r\n\r\n${options(1)}\r\n${options(2)}\r\n`, "\r", "\n"), [
      "\r\n\r\n",
      options(1),
      options(2),
      "\r\n\r\n",
    ]);
    assert.deepEqual(taken("\r", "\n", "\r", "\n"), ["\r\n\r\n"]);
  });
});

describe("a registrar on TCP in simulated time", () => {
  const local = { ...parseEndpoint("198.51.100.1:50000"), transport: "tcp" } as const;
  const remote = { ...parseEndpoint("192.0.2.1:5060"), transport: "tcp" } as const;

  interface Heard {
    readonly s: Simulation;
    readonly registrar: Registrar;
    readonly end: StreamEnd;
    readonly stream: Uint8Array[];
    readonly told: string[];
  }

  const connected = (prepare: (registrar: Registrar) => void = () => undefined): Heard => {
    const s = new Simulation();
    const registrar = s.registrar("192.0.2.1");
    prepare(registrar);
    const stream: Uint8Array[] = [];
    const told: string[] = [];
    const end = s.network.connectStream(local, remote, {
      opened: () => told.push("opened"),
      stream: (piece) => stream.push(piece),
      failed: (reason) => told.push(reason),
    });
    s.run(1);
    return { s, registrar, end, stream, told };
  };

  it("answers, and tells where requests came from", () => {
    const { s, registrar, end, stream } = connected();
    end.send(octets(options(1)));
    s.run(1);
    assert.deepEqual(answers(stream), [1]);
    assert.deepEqual(
      registrar.received.map(({ source }) => source),
      ["tcp:198.51.100.1:50000"],
    );
  });

  it("accepts and stays silent; waits while it is stopped; refuses, and closes what there is", () => {
    const { s, registrar, end, stream, told } = connected((one) => {
      one.silent();
    });
    end.send(octets(`${options(1)}\r\n\r\n`));
    s.run(1);
    registrar.stop();
    end.send(octets(options(2)));
    s.run(1);
    assert.deepEqual(stream, []);
    assert.equal(registrar.received.length, 1);
    registrar.up();
    s.run(1);
    assert.deepEqual(answers(stream), [2]);
    registrar.refuse();
    s.run(1);
    assert.deepEqual(told, ["opened", "closed"]);
    const refused = connected((one) => {
      one.refuse();
    });
    assert.deepEqual(refused.told, ["refused"]);
  });

  it("closes its connections and takes new ones", () => {
    const { s, registrar, told } = connected();
    registrar.disconnect();
    s.run(1);
    assert.deepEqual(told, ["opened", "closed"]);
    const again: string[] = [];
    s.network.connectStream({ ...local, port: 50_001 }, remote, {
      opened: () => again.push("opened"),
      stream: () => undefined,
    });
    s.run(1);
    assert.deepEqual(again, ["opened"]);
  });

  it("answers after its delay", () => {
    const { s, end, stream } = connected((one) => {
      one.delay = 40;
    });
    end.send(octets(options(1)));
    s.run(39);
    assert.deepEqual(stream, []);
    s.run(1);
    assert.deepEqual(answers(stream), [1]);
  });

  for (const [segments, count] of [
    ["whole", () => 2],
    ["joined", () => 1],
    ["octets", (length: number) => length],
    [5, () => 4],
  ] as const) {
    it(`segments: ${String(segments)}`, () => {
      const { s, end, stream } = connected((one) => {
        one.segments = segments;
      });
      end.send(octets(options(1)));
      end.send(octets(options(2)));
      s.run(1);
      assert.deepEqual(answers(stream), [1, 2]);
      assert.equal(stream.length, count(Buffer.concat(stream).length));
    });
  }

  it("pings are noted and answered by pongs, unless it has none", () => {
    const { s, registrar, end, stream } = connected();
    end.send(octets("\r\n\r\n"));
    s.run(1);
    registrar.pongs = false;
    end.send(octets("\r\n\r\n"));
    s.run(1);
    assert.equal(Buffer.concat(stream).toString(), "\r\n");
    assert.deepEqual(
      registrar.keepAlives.map(({ source }) => source),
      ["tcp:198.51.100.1:50000", "tcp:198.51.100.1:50000"],
    );
  });
});

describe("a registrar on TCP on real sockets", () => {
  let servers: RealServer[] = [];
  let connections: Socket[] = [];
  afterEach(async () => {
    for (const connection of connections) connection.destroy();
    for (const server of servers) await server.close();
    servers = [];
    connections = [];
  });

  const open = async (registrar: Registrar): Promise<{ server: RealServer; connection: Socket }> => {
    const server = await RealServer.open(registrar, { address: "127.0.0.1", port: 0 });
    servers.push(server);
    const connection = connect(server.port, "127.0.0.1");
    connections.push(connection);
    await once(connection, "connect");
    return { server, connection };
  };

  /** The CSeqs of the answers that come until `count` are there, or none comes any more. */
  const hear = (connection: Socket, count: number): Promise<(number | undefined)[]> =>
    new Promise((resolve) => {
      const stream: Uint8Array[] = [];
      const done = (): void => {
        connection.off("data", hearPiece);
        clearTimeout(timer);
        resolve(answers(stream));
      };
      const hearPiece = (piece: Uint8Array): void => {
        stream.push(piece);
        if (answers(stream).length >= count) done();
      };
      const timer = setTimeout(done, PATIENCE);
      connection.on("data", hearPiece);
    });

  for (const segments of ["whole", "joined", "octets", 5] as const) {
    it(`segments: ${String(segments)}`, async () => {
      const registrar = new Registrar("a", { segments });
      const { connection } = await open(registrar);
      connection.write(`${options(1)}${options(2)}`);
      assert.deepEqual(await hear(connection, 2), [1, 2]);
      assert.deepEqual(
        registrar.received.map(({ source }) => source.replace(/\d+$/, "")),
        ["tcp:127.0.0.1:", "tcp:127.0.0.1:"],
      );
    });
  }

  it("is silent, waits while it is stopped, and answers pings", async () => {
    const registrar = new Registrar("a");
    const { connection } = await open(registrar);
    registrar.silent();
    connection.write(options(1));
    assert.deepEqual(await hear(connection, 1), []);
    registrar.stop();
    connection.write(options(2));
    assert.deepEqual(await hear(connection, 1), []);
    const late = hear(connection, 1);
    registrar.up();
    assert.deepEqual(await late, [2]);
    connection.write("\r\n\r\n");
    const [pong] = (await once(connection, "data")) as [Buffer];
    assert.equal(pong.toString(), "\r\n");
  });

  it("closes its connections, and refuses", async () => {
    const registrar = new Registrar("a");
    const { server, connection } = await open(registrar);
    registrar.disconnect();
    await once(connection, "close");
    const second = connect(server.port, "127.0.0.1");
    connections.push(second);
    await once(second, "connect");
    registrar.refuse();
    await once(second, "close");
    await server.settled();
    const third = connect(server.port, "127.0.0.1");
    const [error] = (await once(third, "error")) as [NodeJS.ErrnoException];
    assert.equal(error.code, "ECONNREFUSED");
  });
});
