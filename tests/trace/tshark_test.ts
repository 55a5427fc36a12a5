import { assertEquals } from "@std/assert";
import { parseInternetAddress } from "../../sim/network/internet_address.ts";
import { KeyLog } from "../../sim/trace/key_log.ts";
import { type CapturedDatagram, encodePcapng } from "../../sim/trace/pcapng.ts";
import { capturedExchange } from "./captured_exchange.ts";
import { decodeCapture, tsharkMissing } from "./tshark.ts";

/** What tshark says of each packet in the given fields. */
function fieldsOf(captures: readonly CapturedDatagram[], keyLog: string, fields: readonly string[]): string[][] {
  const checked = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
  const shown = ["-T", "fields", "-E", "separator=|", ...fields.flatMap((field) => ["-e", field])];
  return decodeCapture(encodePcapng(captures, 250_000_000), keyLog, ...checked, ...shown)
    .trimEnd().split("\n").map((line) => line.split("|"));
}

Deno.test({
  name: "encodePcapng(): tshark decodes an IKE exchange without a malformed packet, with times and comments",
  ignore: tsharkMissing,
  fn() {
    const { captures } = capturedExchange();
    assertEquals(
      fieldsOf(captures, "", [
        "frame.protocols",
        "frame.time_epoch",
        "frame.comment",
        "ip.checksum.status",
        "udp.checksum.status",
        "_ws.malformed",
        "_ws.expert.message",
        "isakmp.flag_e",
      ]),
      captures.map(({ cycle }, index) => [
        "raw:ip:udp:isakmp",
        `1.${String(6_000 * index).padStart(9, "0")}`,
        `cycle ${cycle}, delivered`,
        "1",
        "1",
        "",
        `cycle ${cycle}, delivered`, // the comment is all that its experts remark
        index < 4 ? "0" : "1",
      ]),
    );
  },
});

Deno.test({
  name: "KeyLog: tshark decrypts messages 5 and 6 of main mode with it, and not without",
  ignore: tsharkMissing,
  fn() {
    const { captures, key } = capturedExchange();
    const identities = (keyLog: string) =>
      fieldsOf(captures, keyLog, ["isakmp.id.data.ipv4_addr", "_ws.malformed"]).slice(4);
    const keyLog = new KeyLog();
    keyLog.add(new Uint8Array(8), new Uint8Array(24));
    assertEquals(identities(keyLog.toText()).map(([identity]) => identity), ["", ""]);
    keyLog.add(key.initiatorCookie, key.encryptionKey);
    assertEquals(identities(keyLog.toText()), [["10.9.0.1", ""], ["10.9.0.2", ""]], "one line of several");
  },
});

Deno.test({
  name: "encodePcapng(): tshark takes IPv6 and its checksums",
  ignore: tsharkMissing,
  fn() {
    const { captures: [first] } = capturedExchange();
    const captures = first === undefined ? [] : [{
      cycle: 0,
      datagram: {
        source: { address: parseInternetAddress("2001:db8::1"), port: 500 },
        destination: { address: parseInternetAddress("2001:db8::2"), port: 500 },
        payload: first.datagram.payload,
      },
      fate: "delivered",
    }];
    assertEquals(fieldsOf(captures, "", ["frame.protocols", "ipv6.src", "udp.checksum.status", "_ws.malformed"]), [
      ["raw:ipv6:udp:isakmp", "2001:db8::1", "1", ""],
    ]);
  },
});
