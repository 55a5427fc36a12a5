import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  formatInternetAddress,
  InternetAddressError,
  parseInternetAddress,
} from "../../sim/network/internet_address.ts";

Deno.test("formatInternetAddress() writes IPv6 as RFC 5952 demands", () => {
  const cases: [given: string, canonical: string, section: string][] = [
    ["2001:0db8:0000:0000:0001:0000:0000:0001", "2001:db8::1:0:0:1", "§4.2.3: the first of two equal runs"],
    ["2001:db8:0:0:0:0:2:1", "2001:db8::2:1", "§4.2.1: shorten as much as possible"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", "§4.2.2: no :: for one group"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1", "§4.2.3: the longest run"],
    ["2001:DB8:A:B:C:D:E:F", "2001:db8:a:b:c:d:e:f", "§4.3: lower case"],
    ["0:0:0:0:0:0:0:0", "::", "the unspecified address"],
    ["::1", "::1", "the loopback address"],
    ["fe80:0:0:0:0:0:0:0", "fe80::", "zeros at the end"],
    ["0:0:0:0:0:ffff:192.0.2.128", "::ffff:192.0.2.128", "§5: IPv4-mapped"],
    ["::ffff:c000:280", "::ffff:192.0.2.128", "§5: IPv4-mapped"],
    ["64:ff9b::192.0.2.33", "64:ff9b::c000:221", "a decimal tail that is not IPv4-mapped"],
    ["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0", ":: for one group is read, not written"],
  ];
  for (const [given, canonical, section] of cases) {
    assertEquals(formatInternetAddress(parseInternetAddress(given)), canonical, section);
  }
});

Deno.test("parseInternetAddress() reads back whatever formatInternetAddress() writes", () => {
  const group = fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff }));
  const version6 = fc.array(group, { minLength: 8, maxLength: 8 })
    .map((groups) => Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff])));
  const version4 = fc.uint8Array({ minLength: 4, maxLength: 4 });
  fc.assert(fc.property(fc.oneof(version4, version6), (address) => {
    assertEquals(parseInternetAddress(formatInternetAddress(address)), address);
  }));
});

Deno.test("formatInternetAddress() writes what the platform's URL parser takes for canonical", () => {
  const group = fc.oneof({ weight: 2, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(0xffff) });
  fc.assert(fc.property(fc.array(group, { minLength: 8, maxLength: 8 }), (groups) => {
    const text = formatInternetAddress(Uint8Array.from(groups.flatMap((value) => [value >> 8, value & 0xff])));
    // WHATWG URL writes no decimal tails.
    if (!text.includes(".")) assertEquals(new URL(`http://[${text}]/`).hostname, `[${text}]`);
  }));
});

Deno.test("parseInternetAddress() refuses what is no address, and says what was given", () => {
  const texts = [
    "",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.010",
    "192.0.2.1.",
    " 192.0.2.1",
    "192.0.2.1\n",
    "0x7f.0.0.1",
    "example.com",
    ":",
    ":::",
    "1::2::3",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7",
    "12345::",
    "g::",
    "fe80::1%eth0",
    "[::1]",
    "::192.0.2",
    "::192.0.2.1:1",
    "192.0.2.1::",
    "1:2:3:4:5:6:7:192.0.2.1",
  ];
  for (const text of texts) {
    const error = assertThrows(() => parseInternetAddress(text), InternetAddressError, JSON.stringify(text));
    assertEquals(error.given, text);
  }
});

Deno.test("formatInternetAddress() refuses any number of bytes but 4 and 16", () => {
  for (const length of [0, 3, 5, 15, 17]) {
    assertThrows(() => formatInternetAddress(new Uint8Array(length)), InternetAddressError, `${length} bytes`);
  }
});
