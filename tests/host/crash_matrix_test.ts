/** The crash matrix on every kind of adapter: `crash_matrix.ts` says what it is. */

import { assert } from "@std/assert";
import { MailboxCommand } from "../../firmware/manual/interface.ts";
import type { AdapterModelOptions } from "./adapter_model.ts";
import { CALLS, casesOf, type Kind, tryCase, type World } from "./crash_matrix.ts";
import { FakeAdapter } from "./fake_adapter.ts";
import { RealAdapter } from "./real_adapter.ts";
import { HBA } from "./test_host.ts";

/** Another management application has cleared the cache. */
function clearBehindTheBack(world: World): void {
  const request = { command: MailboxCommand.clearCache, request: new Uint8Array(0), responseBytes: 0 };
  const result = world.run(world.host.mailbox(HBA, request));
  assert(result.type === "completed");
}

/** A record of the cache is damaged. */
function damage({ adapter }: World): void {
  if (adapter instanceof FakeAdapter) adapter.damaged = true;
}

const fake = (options: AdapterModelOptions) => new FakeAdapter(options);
const firmware = (options: AdapterModelOptions) => new RealAdapter(options);

const KINDS: readonly Kind[] = [
  { name: "a fake adapter, NVRAM with damaged cache", make: fake, storage: "nvram", spoil: damage },
  { name: "the real firmware, NVRAM", make: firmware, storage: "nvram" },
  { name: "the real firmware, RAM only", make: firmware, storage: "ram" },
  { name: "the real firmware without storage", make: firmware, storage: "none" },
  {
    name: "the real firmware, NVRAM with invalid cache",
    make: firmware,
    storage: "nvram",
    spoil: clearBehindTheBack,
  },
];

for (const call of CALLS) {
  for (const kind of KINDS) {
    Deno.test(`crash matrix: ${call.name} on ${kind.name}`, () => {
      for (const each of casesOf(call, kind)) tryCase(call, kind, each);
    });
  }
}

Deno.test("crash matrix: the number of cases", () => {
  const cases = CALLS.flatMap((call) => KINDS.map((kind) => casesOf(call, kind).length)).reduce((a, b) => a + b);
  console.log(`crash matrix: ${cases} cases`);
  assert(cases > 3000);
});
