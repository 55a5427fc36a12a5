import { assert, assertEquals, assertThrows } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import { Kernel } from "../../sim/kernel/kernel.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { parseInternetAddress } from "../../sim/network/internet_address.ts";
import { Network, PERFECT_LINK } from "../../sim/network/network.ts";
import { type CapturedDatagram, encodePcapng, PcapngError } from "../../sim/trace/pcapng.ts";
import { Recorder } from "../../sim/trace/recorder.ts";

const HZ = 250_000_000;

function datagram(from: string, to: string, payload: Uint8Array, cycle = 0): CapturedDatagram {
  return {
    cycle,
    datagram: {
      source: { address: parseInternetAddress(from), port: 500 },
      destination: { address: parseInternetAddress(to), port: 4500 },
      payload,
    },
    fate: "lost",
  };
}

/** The packets of a file, read by its block structure alone. */
function packetsOf(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const packets: { nanoseconds: bigint; packet: Uint8Array; options: Uint8Array }[] = [];
  for (let offset = 0; offset < file.length;) {
    const length = view.getUint32(offset + 4, true);
    assertEquals([length % 4, view.getUint32(offset + length - 4, true)], [0, length], "both lengths, aligned");
    if (view.getUint32(offset, true) === 6) {
      const captured = view.getUint32(offset + 20, true);
      assertEquals(view.getUint32(offset + 24, true), captured, "nothing is cut off");
      const options = offset + 28 + Math.ceil(captured / 4) * 4;
      packets.push({
        nanoseconds: BigInt(view.getUint32(offset + 12, true)) << 32n | BigInt(view.getUint32(offset + 16, true)),
        packet: file.slice(offset + 28, offset + 28 + captured),
        options: file.slice(options, offset + length - 4),
      });
    }
    offset += length;
  }
  return packets;
}

/** The one's complement sum that a receiver takes; 0xffff if the checksum in it is right (RFC 1071). */
function receiverSum(...parts: Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    part.forEach((byte, index) => sum += index % 2 === 0 ? byte << 8 : byte);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return sum;
}

Deno.test("encodePcapng() begins with a section and a raw IP interface of nanosecond resolution", () => {
  assertEquals(
    bytesToHex(encodePcapng([], HZ)),
    // type, length, magic, version 1.0, section length -1; option 4 "hbasim"; end of options; length
    "0a0d0d0a" + "2c000000" + "4d3c2b1a" + "01000000" + "ffffffffffffffff" + "0400060068626173696d0000" + "00000000" +
      "2c000000" +
      // type, length, link type 101, snap length 0; option 2 "network"; option 9: 9; end of options; length
      "01000000" + "2c000000" + "65000000" + "00000000" + "020007006e6574776f726b00" + "0900010009000000" + "00000000" +
      "2c000000",
  );
});

Deno.test("encodePcapng() writes IPv4 with right checksums, whatever the length", () => {
  for (let length = 0; length < 70; length++) {
    const payload = Uint8Array.from({ length }, (_, index) => 255 - 3 * index);
    const [packet = new Uint8Array()] = packetsOf(encodePcapng([datagram("192.0.2.1", "192.0.2.2", payload)], HZ))
      .map(({ packet }) => packet);
    assertEquals(packet.length, 28 + length);
    assertEquals(receiverSum(packet.subarray(0, 20)), 0xffff, "IP header");
    assertEquals(
      receiverSum(packet.subarray(12, 20), Uint8Array.of(0, 17, 0, 8 + length), packet.subarray(20)),
      0xffff,
    );
    assertEquals(
      bytesToHex(packet.subarray(12, 26)),
      "c0000201" + "c0000202" + "01f4" + "1194" + bytesToHex(Uint8Array.of(0, 8 + length)),
    );
    assertEquals(packet.subarray(28), payload);
  }
});

Deno.test("encodePcapng() says in the comment that a datagram was held back", () => {
  const comments = [false, true].map((isDelayed) => {
    const captured = { ...datagram("192.0.2.1", "192.0.2.2", Uint8Array.of(1)), fate: "delivered", isDelayed };
    return new TextDecoder().decode(packetsOf(encodePcapng([captured], HZ))[0]?.options);
  });
  assertEquals(comments.map((comment) => comment.includes("delivered, delayed")), [false, true]);
});

Deno.test("encodePcapng() writes IPv6 with right checksums", () => {
  const [packet = new Uint8Array()] = packetsOf(
    encodePcapng([datagram("2001:db8::1", "2001:db8::2", Uint8Array.of(1, 2, 3))], HZ),
  ).map(({ packet }) => packet);
  assertEquals(bytesToHex(packet.subarray(0, 8)), "60000000" + "000b" + "11" + "40");
  assertEquals(
    receiverSum(packet.subarray(8, 40), Uint8Array.of(0, 0, 0, 11, 0, 0, 0, 17), packet.subarray(40)),
    0xffff,
  );
});

Deno.test("encodePcapng() writes a UDP checksum of 0 as 0xffff, for 0 would say that there is none", () => {
  // The payload is chosen so that the sum of everything else folds to 0xffff.
  const plain = datagram("0.0.0.0", "0.0.0.0", Uint8Array.of(0, 0));
  const [first] = packetsOf(encodePcapng([plain], HZ));
  const checksum = first?.packet.slice(26, 28) ?? new Uint8Array(2);
  const [second] = packetsOf(encodePcapng([datagram("0.0.0.0", "0.0.0.0", checksum)], HZ));
  assertEquals(bytesToHex(second?.packet.subarray(26, 28) ?? checksum), "ffff");
});

Deno.test("encodePcapng() gives times in exact nanoseconds, and the cycle and the fate in a comment", () => {
  const cycles = [0, 1, 1_500, 2 ** 40 + 1];
  const packets = packetsOf(
    encodePcapng(
      cycles.map((cycle) => datagram("10.0.0.1", "10.0.0.2", Uint8Array.of(1), cycle)),
      HZ,
    ),
  );
  assertEquals(packets.map(({ nanoseconds }) => nanoseconds), cycles.map((cycle) => BigInt(cycle) * 4n));
  const comment = new TextDecoder().decode(packets[2]?.options.subarray(4, 20));
  assertEquals(comment, "cycle 1500, lost");
});

Deno.test("encodePcapng() refuses what fits no packet, and says what was given", () => {
  const cases: [CapturedDatagram, string, string][] = [
    [datagram("10.0.0.1", "::1", new Uint8Array(1)), "destination", "of 16 bytes"],
    [datagram("10.0.0.1", "10.0.0.2", new Uint8Array(65_508)), "payload", "of 65508 bytes"],
    [datagram("::1", "::2", new Uint8Array(65_528)), "payload", "of 65528 bytes"],
  ];
  const short = datagram("10.0.0.1", "10.0.0.2", new Uint8Array(1));
  cases.push([
    { ...short, datagram: { ...short.datagram, source: { address: new Uint8Array(6), port: 1 } } },
    "source address",
    "of 6 bytes",
  ], [
    { ...short, datagram: { ...short.datagram, source: { address: new Uint8Array(4), port: 65_536 } } },
    "source port",
    "65536",
  ]);
  for (const [capture, field, given] of cases) {
    const error = assertThrows(() => encodePcapng([capture], HZ), PcapngError);
    assertEquals([error.field, error.given], [field, given]);
  }
  assertEquals(packetsOf(encodePcapng([datagram("10.0.0.1", "10.0.0.2", new Uint8Array(65_507))], HZ)).length, 1);
  assertEquals(packetsOf(encodePcapng([datagram("::1", "::2", new Uint8Array(65_527))], HZ)).length, 1);
});

Deno.test("encodePcapng() takes the captures of a Network as they are", () => {
  const kernel = new Kernel();
  const network = new Network(kernel, new Recorder(kernel), new RandomStreams(1).stream("network"), {
    ...PERFECT_LINK,
    lossPerMille: 500,
  });
  for (let number = 0; number < 10; number++) {
    kernel.schedule(number, () => network.send(datagram("10.0.0.1", "10.0.0.2", Uint8Array.of(number)).datagram));
  }
  kernel.run();
  const packets = packetsOf(encodePcapng(network.captures, kernel.frequencyHz));
  assertEquals(packets.map(({ packet }) => packet[28]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const comments = packets.map(({ options }) => new TextDecoder().decode(options));
  assert(comments.some((comment) => comment.includes("lost")));
  assert(comments.some((comment) => comment.includes("nobody there")));
});
