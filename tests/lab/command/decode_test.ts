/** `hbasim decode`: what is shown is what was put in, and no key is. */

import { bytesToHex } from "@noble/hashes/utils.js";
import { assert, assertEquals, assertMatch, assertStringIncludes, assertThrows } from "@std/assert";
import fc from "fast-check";
import { describeRegion } from "../../../firmware/nvram/region_text.ts";
import { SET_PRESHARED_KEY_FOR_ID_IN } from "../../../host/wmi/security_config_operations.ts";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { describeCapture } from "../../../sim/lab/command/decode/capture_text.ts";
import { describeMessage } from "../../../firmware/session/message_text.ts";
import { describeImage } from "../../../sim/lab/command/decode/image_text.ts";
import { describeStructure, SECRET_FIELDS, STRUCTURES } from "../../../sim/lab/command/decode/structure_text.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { encodeWorldImage } from "../../../sim/lab/world/world_image.ts";
import { fingerprint } from "../../../sim/trace/fingerprint.ts";
import { encodePcapng } from "../../../sim/trace/pcapng.ts";
import { readShipped } from "../../support/shipped_scenarios.ts";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { decodeCapture, tsharkMissing } from "../../trace/tshark.ts";
import { hbasim, hbasimWithInput } from "./command_line.ts";

const NAME = "key_survives_power_cycle.yaml";
const KEY = "a key for this adapter";
const { world } = runScenarioText(readShipped(NAME), NAME);

Deno.test("an image shows the key store of each part, sector by sector, and no value", () => {
  const image = world.image();
  const part = image.flash["hba0"];
  assert(part !== undefined);
  const lines = describeImage(encodeWorldImage(image));
  const region = describeRegion(part.image, { sectorBytes: 4096 });
  assertEquals(lines, ["flash of hba0:", ...region, `service store: ${image.serviceStore.rows.length} rows`]);
  assert(region.some((line) => line.includes("preshared-key")));
  const shown = lines.join("\n");
  for (const row of image.serviceStore.rows) assert(!shown.includes(bytesToHex(row.value)), "a sealed value is shown");
  assert(!shown.includes(KEY));
});

Deno.test("a part that is erased to 0 is read in complement", () => {
  const image = world.image();
  const part = image.flash["hba0"];
  assert(part !== undefined);
  const complement = { ...part, image: part.image.map((byte) => ~byte) };
  const turned = encodeWorldImage({ ...image, flash: { hba0: complement } });
  assertEquals(describeImage(turned), describeImage(encodeWorldImage(image)));
});

Deno.test(
  { name: "a capture shows each message with the payloads that tshark finds in it", ignore: tsharkMissing },
  () => {
    const capture = encodePcapng(world.network.captures, world.kernel.frequencyHz);
    const lines = describeCapture(capture);
    const messages = lines.filter((line) => /^ {2}(main|aggressive) mode|^ {2}informational/.test(line));
    const fields = ["-T", "fields", "-e", "isakmp.exchangetype", "-e", "isakmp.flag_e", "-e", "isakmp.ispi"];
    const found = decodeCapture(capture, "", ...fields).trimEnd().split("\n").map((line) => line.split("\t"));
    const modes: Record<string, string> = { "2": "main mode", "4": "aggressive mode", "5": "informational" };
    assert(found.length > 10);
    assertEquals(
      messages.map((
        line,
      ) => [/^ {2}([a-z ]+),/.exec(line)?.[1], line.includes("flags encryption"), /cookies (\w+)/.exec(line)?.[1]]),
      found.map(([type = "", encrypted, cookie]) => [modes[type], /1|True/.test(encrypted ?? ""), cookie]),
    );
    // Where nothing is encrypted, the chains.
    const names: Record<string, string> = { "1": "SA", "4": "KE", "10": "NONCE", "13": "VID", "20": "NAT-D" };
    const chain = decodeCapture(capture, "", "-Y", "isakmp.flag_e == 0", "-T", "fields", "-e", "isakmp.typepayload");
    const shown = lines.filter((line) => /^ {4}(SA|KE|NONCE|VID|NAT-D)/.test(line)).map((line) =>
      /[A-Z-]+/.exec(line)?.[0]
    );
    const expected = chain.trimEnd().split(/[\n,]/).map((type) => names[type]).filter((name) => name !== undefined);
    assert(expected.length > 10);
    assertEquals(shown, expected);
    // The reader does look.
    assertThrows(() => decodeCapture(capture.subarray(0, -5), ""));
  },
);

Deno.test("a capture names its ends and what became of each datagram, and counts what is something else", () => {
  const [first] = world.network.captures;
  assert(first !== undefined);
  const other = {
    ...first,
    datagram: {
      ...first.datagram,
      source: { ...first.datagram.source, port: 53 },
      destination: { ...first.datagram.destination, port: 53 },
    },
  };
  const lines = describeCapture(encodePcapng([other, first], world.kernel.frequencyHz));
  assertMatch(lines[0] ?? "", /^packet 2, 192\.0\.2\.10:500 > 192\.0\.2\.20:500, "c\d+\.s\d+, \w+/);
  assertStringIncludes(lines.join("\n"), "transform 1: aes256-sha256-modp2048, 28800 s");
  assertEquals(lines.at(-1), "1 packets that are no UDP of port 500 or 4500, or not whole");
});

Deno.test("a message is shown with and without the marker of port 4500; bytes of any kind throw nothing", () => {
  const [first] = world.network.captures;
  const payload = first?.datagram.payload ?? new Uint8Array();
  const plain = describeMessage(payload);
  assert(plain.isMessage);
  assertEquals(describeMessage(Uint8Array.of(0, 0, 0, 0, ...payload)), plain);
  fc.assert(fc.property(fc.uint8Array(), fc.nat(payload.length - 1), (bytes, at) => {
    describeMessage(bytes);
    const changed = payload.slice();
    changed.set(bytes.subarray(0, payload.length - at), at);
    describeMessage(changed);
  }));
});

Deno.test("a capture of any bytes is refused with a sentence or described", () => {
  const capture = encodePcapng(world.network.captures.slice(0, 3), world.kernel.frequencyHz);
  fc.assert(fc.property(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.nat(capture.length - 9), (bytes, at) => {
    const changed = capture.slice();
    changed.set(bytes, at);
    for (const damaged of [changed, capture.subarray(0, at)]) {
      try {
        describeCapture(damaged);
      } catch (error) {
        assert(error instanceof InputError, String(error));
      }
    }
  }));
});

Deno.test("a structure shows its fields; of a key its length and fingerprint", () => {
  const key = new TextEncoder().encode(KEY);
  const bytes = SET_PRESHARED_KEY_FOR_ID_IN.encode({
    ...{ PortNumber: 0xffffffff, SecurityFlags: 0x27n, IdType: 1, Id: Uint8Array.of(192, 0, 2, 10), Key: key },
  });
  assertEquals(describeStructure("SetPresharedKeyForId_IN", Uint8Array.of(...bytes, 1, 2)), [
    "SetPresharedKeyForId_IN, 56 bytes",
    "  PortNumber: 4294967295 (0xffffffff)",
    "  SecurityFlags: 39 (0x27)",
    "  IdType: 1",
    "  Id: c000020a",
    `  Key: 22 bytes, fingerprint ${fingerprint(key)}`,
    "  2 bytes follow",
  ]);
});

Deno.test("every field of bytes of any length is known as secret or not", () => {
  const fields = [...STRUCTURES.values()].flatMap((structure) =>
    [...structure.layoutTable().matchAll(/\| UCHAR\[\] \| (\w+) \|/g)].map(([, field = ""]) => field)
  );
  const open = ["Id", "Username"];
  assertEquals([...new Set(fields)].toSorted(), [...open, ...SECRET_FIELDS].toSorted());
});

Deno.test("hbasim decode tells files apart, and refuses what is none with what is expected", async () => {
  using folder = temporaryFolder();
  const [image, pcap] = [`${folder.path}/image`, `${folder.path}/pcap`];
  assertEquals(hbasim("run", "--quiet", "--image", image, "--pcap", pcap, `scenarios/${NAME}`).code, 0);
  assertMatch(hbasim("decode", image).stdout, /^flash of hba0:\n16 sectors/);
  assertMatch(hbasim("decode", pcap).stdout, /^packet \d+, /);
  const [first] = world.network.captures;
  const hex = bytesToHex(first?.datagram.payload ?? new Uint8Array());
  assertMatch((await hbasimWithInput(`0x${hex}\n`, "decode", "-")).stdout, /^main mode, /);
  const cases: readonly (readonly [string, readonly string[], RegExp])[] = [
    ["hello", ["-"], /Not a hbasim image file: .*; nor is it pcapng or hexadecimal/],
    ["00 11", ["-"], /"-": no message of IKE version 1: 2 bytes are no header/],
    ["00", ["--structure", "SetPresharedKeyForID_IN", "-"], /did you mean "SetPresharedKeyForId_IN"\?/],
    ["00", ["--structure", "SetPresharedKeyForId_IN", "-"], /SetPresharedKeyForId_IN: 1 bytes, expected at least 28/],
    ["xx", ["--structure", "SetPresharedKeyForId_IN", "-"], /"-" is not in hexadecimal/],
  ];
  for (const [input, args, said] of cases) {
    const { code, stdout, stderr } = await hbasimWithInput(input, "decode", ...args);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, said);
  }
  for (const file of [image, pcap]) {
    Deno.truncateSync(file, 300);
    assert(hbasim("decode", file).stderr.startsWith(`hbasim: "${file}": `), "which file is damaged is told");
  }
});
