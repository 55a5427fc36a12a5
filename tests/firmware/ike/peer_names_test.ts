/** Names as identifications: in main mode, and in whatever letters. */

import { assertEquals } from "@std/assert";
import type { Identification } from "../../../firmware/ike/mod.ts";
import { FQDN_ID, text, TwoEngines } from "./two_engines.ts";

const BOTH = ["initiator", "responder"] as const;
const FQDN = 2;
const USER_FQDN = 3;

Deno.test("IkeEngine takes a name as the initiator's identification in main mode", () => {
  for (const identity of [FQDN_ID, { idType: USER_FQDN, data: text("adapter@host.example") }]) {
    const pair = new TwoEngines();
    pair.initiate("main", { identity });
    pair.settle(1000);
    assertEquals(pair.failed, []);
    assertEquals(pair.establishedEnds, BOTH);
  }
});

/** Whether an initiator that expects a name takes a responder that gives another. */
function accepts(idType: number, expected: string, given: string): boolean {
  const identity: Identification = { idType, data: text(given) };
  const pair = new TwoEngines({ responderOptions: { identityFor: () => identity } });
  pair.initiate("main", { expectedPeer: { idType, data: text(expected) } });
  pair.settle(1000);
  return pair.establishedEnds.length === 2;
}

Deno.test("IkeEngine: an initiator takes the responder with the name that it expects, and none with another", () => {
  for (const idType of [FQDN, USER_FQDN]) {
    assertEquals(accepts(idType, "target.example", "target.example"), true);
    assertEquals(accepts(idType, "target.example", "target.example2"), false);
    assertEquals(accepts(idType, "target.example", "t\u00e4rget.example"), false);
  }
});

Deno.test("IkeEngine compares names without regard to case (RFC 4343)", () => {
  for (const idType of [FQDN, USER_FQDN]) {
    assertEquals(accepts(idType, "target.example", "TARGET.Example"), true);
    assertEquals(accepts(idType, "Target.Example", "target.example"), true);
    // Only the letters A to Z have two cases: "@" and "`", "[" and "{" differ by the same bit.
    assertEquals(accepts(idType, "a@b[", "a`b["), false);
    assertEquals(accepts(idType, "a@b[", "a@b{"), false);
  }
});
