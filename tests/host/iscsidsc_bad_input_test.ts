/**
 * Every function of the API with every kind of bad argument: the status, who
 * says so, and that nothing has changed in the adapter or in the service's
 * store.
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { Win32Error } from "../../host/status.ts";
import { BAD_CALLS, type BadCall, LIBRARY_STATUS } from "./iscsidsc_bad_inputs.ts";
import { badFields, SIGNATURES } from "./iscsidsc_fields.ts";
import { TestHost, testKey } from "./test_host.ts";

/** A host whose adapter has a key and an open session, and what of it must stay. */
function boot() {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  assertEquals(world.run(world.setKey(testKey(7))), 0);
  assertEquals(world.run(world.login()).status, 0);
  const state = () => ({
    store: exportKeyStore(world.store),
    nonvolatile: structuredClone(world.adapter.nonvolatile),
    volatile: structuredClone(world.adapter.volatile),
    logins: world.adapter.logins.length,
  });
  return { world, state };
}

for (const [name, rows] of Object.entries(BAD_CALLS)) {
  Deno.test(`${name} refuses ${rows.length} kinds of bad arguments, and nothing comes of them`, () => {
    const { world, state } = boot();
    const before = state();
    for (const row of rows) {
      assertEquals(refusal(world, row), row.status ?? LIBRARY_STATUS, row.what);
      assertEquals(state(), before, row.what);
    }
  });
}

Deno.test("what the library refuses never reaches the service", () => {
  const { world } = boot();
  world.host.killService();
  for (const row of Object.values(BAD_CALLS).flat().filter(({ status }) => status === undefined)) {
    assertEquals(refusal(world, row), Win32Error.invalidParameter, row.what);
  }
});

Deno.test("no answer to a bad argument takes simulated minutes", () => {
  const { world } = boot();
  const begun = world.kernel.now;
  for (const row of Object.values(BAD_CALLS).flat()) refusal(world, row);
  assert(world.kernel.now - begun < 10 * world.kernel.frequencyHz, "more than ten simulated seconds");
});

function refusal(world: TestHost, { call }: BadCall): number {
  const answer = world.run(call(world.host.api));
  return typeof answer === "number" ? answer : answer.status;
}

for (const [name, signature] of Object.entries(SIGNATURES)) {
  const cases = [...badFields(signature)];

  Deno.test(`${name} answers 87 to each of ${cases.length} fields that are none, and throws at nothing`, () => {
    const { world } = boot();
    // A call that is good gets to the service, so that the field is what is wrong with the others.
    const good = refusal(world, { what: "good", call: (api) => signature.call(api, ...signature.good) });
    assertNotEquals(good, Win32Error.invalidParameter, "the good call");
    world.host.killService();
    for (const { place, given } of cases) {
      const status = refusal(world, { what: place, call: (api) => signature.call(api, ...given) });
      assertEquals(status, Win32Error.invalidParameter, place);
    }
  });
}
