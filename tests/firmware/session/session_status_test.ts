/** How phase 1 went, as the host is told: a status for each reason, and the reason in words in the trace. */

import { assert, assertEquals } from "@std/assert";
import { DEFAULT_POLICY, parseSuite } from "../../../firmware/ike/mod.ts";
import { Bench, TARGET, text } from "../adapter_bench.ts";

const KEY = "a key";
const MAIN = 0x07n;

interface Row {
  readonly reason: string;
  readonly status: string;
  /** What stands in the trace. */
  readonly words: RegExp;
  /** The key at the target; none answers as nobody does. */
  readonly targetKey?: string;
  readonly targetSuite?: string;
  readonly adapterKey?: string;
  readonly flags?: bigint;
  /** Nobody is at the target's address. */
  readonly isAlone?: boolean;
}

const ROWS: readonly Row[] = [
  { reason: "nothing is wrong", status: "main", words: /established|active/, targetKey: KEY, adapterKey: KEY },
  {
    reason: "no key is set",
    status: "ISDSC_TARGET_PRESHAREDKEY_UNAVAILABLE",
    words: /no key for this identifier and no group key/,
    targetKey: KEY,
  },
  {
    reason: "another key at the target",
    status: "ISDSC_AUTHENTICATION_FAILURE",
    words: /decrypt|hash|PAYLOAD-MALFORMED|INVALID/i,
    targetKey: "another key",
    adapterKey: KEY,
  },
  {
    reason: "no proposal in common",
    status: "ISDSC_FAILED_TO_CONFIGURE_IPSEC",
    words: /NO-PROPOSAL-CHOSEN/,
    targetKey: KEY,
    adapterKey: KEY,
    targetSuite: "3des-md5-modp768",
  },
  {
    reason: "no answer",
    status: "ISDSC_CONNECTION_FAILED",
    words: /did not answer/,
    adapterKey: KEY,
    isAlone: true,
  },
  {
    reason: "flags that ask for neither mode",
    status: "ISDSC_INVALID_PARAMETER",
    words: /flags allow neither main nor aggressive mode/,
    targetKey: KEY,
    adapterKey: KEY,
    flags: 0x03n,
  },
];

for (const row of ROWS) {
  Deno.test(`Adapter's login when ${row.reason}: ${row.status}, and the trace says why`, () => {
    const suite = row.targetSuite;
    const bench = new Bench(
      {},
      row.targetKey === undefined ? [] : [{ id: "any", key: text(row.targetKey) }],
      suite === undefined ? undefined : { ...DEFAULT_POLICY, suites: [parseSuite(suite)] },
    );
    if (row.isAlone === true) bench.network.detach(TARGET);
    bench.boot();
    if (row.adapterKey !== undefined) bench.setKey(row.adapterKey);
    assertEquals(bench.login(row.flags ?? MAIN), row.status);
    const trace = [...bench.recorder.events()].map(({ fields }) => Object.values(fields).join(" ")).join("\n");
    assert(row.words.test(trace), `nothing like ${row.words} in the trace:\n${trace.slice(-2000)}`);
    assert(!trace.includes(KEY));
  });
}

Deno.test("Adapter's openSession takes only identifiers and keys that it would also store", () => {
  const bench = new Bench({}, [{ id: "any", key: text(KEY) }]);
  bench.boot();
  for (const idType of [4, 9, 11, 200]) {
    assertEquals(
      bench.login(0x0bn, { key: KEY, idType, id: text("somebody") }),
      "ISDSC_IKE_ID_PAYLOAD_TYPE_NOT_SUPPORTED",
    );
  }
  assertEquals(bench.login(0x0bn, { key: KEY, idType: 1, id: text("x") }), "ISDSC_IKE_ID_PAYLOAD_INCORRECT_SIZE");
  assertEquals(bench.login(MAIN, { key: "k".repeat(257) }), "ISDSC_INVALID_PARAMETER");
  assertEquals(bench.login(0x0bn, { key: KEY, idType: 2, id: text("host.example") }), "aggressive");
});
