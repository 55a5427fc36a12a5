import { assertEquals, assertThrows } from "@std/assert";
import {
  formatInternetAddress,
  InternetAddressError,
  parseInternetAddress,
} from "../../sim/network/internet_address.ts";

Deno.test("parseInternetAddress() and formatInternetAddress() agree; IPv6 in the form of RFC 5952", () => {
  const canonical = ["192.0.2.10", "0.0.0.0", "::", "::1", "2001:db8::1", "2001:db8:0:1:1:1:1:1", "2001:0:0:1::1"];
  for (const text of canonical) assertEquals(formatInternetAddress(parseInternetAddress(text)), text);
  assertEquals(formatInternetAddress(parseInternetAddress("2001:0DB8:0:0:0:0:0:1")), "2001:db8::1");
});

Deno.test("parseInternetAddress() refuses everything else", () => {
  for (const text of ["", "192.0.2", "192.0.2.256", "192.0.2.010", "1:2", ":::", "1::2::3", "g::1", "host.example"]) {
    assertThrows(() => parseInternetAddress(text), InternetAddressError, "expected IPv4");
  }
});
