/** Where key bytes must not be: traces, stores, DMA memory, system buffers, errors. */
import { assert, assertEquals } from "@std/assert";
import { exportKeyStore } from "../../host/initiator_service/key_store.ts";
import { describeStatus } from "../../host/status.ts";
import { hex, type TestStorage } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const KEYS = [testKey(1), testKey(2), testKey(3), testKey(4)] as const;

/** Any six bytes in a row of any key, as bytes; and the whole key in the ways in which texts show bytes. */
function findKey(memory: Uint8Array): string | undefined {
  const content = hex(memory);
  for (const key of KEYS) {
    for (let start = 0; start + 6 <= key.length; start++) {
      const at = content.indexOf(hex(key.subarray(start, start + 6)));
      if (at >= 0 && at % 2 === 0) return `bytes ${start} to ${start + 6} of a key at ${at / 2}`;
    }
  }
  return undefined;
}

function findKeyInText(text: string): string | undefined {
  const lower = text.toLowerCase();
  for (const key of KEYS) {
    const forms = [
      hex(key),
      hex(key.subarray(0, 8)),
      key.join(","),
      key.subarray(0, 6).join(", "),
      btoa(String.fromCharCode(...key)),
    ];
    const found = forms.find((form) => lower.includes(form.toLowerCase()));
    if (found !== undefined) return found;
  }
  return undefined;
}

function exercise(world: TestHost): void {
  world.run(world.setKey(KEYS[0]));
  world.run(world.setKey(KEYS[1], { persist: false }));
  world.run(world.setKey(KEYS[1], { idType: 9 }));
  world.run(world.setKey(KEYS[1], { port: 77 }));
  world.run(world.host.api.setIScsiGroupPresharedKey(KEYS[2], true));
  world.run(world.login({ key: KEYS[3] }));
  world.run(world.login());
  world.adapter.busyAnswers = 2;
  world.run(world.setKey(KEYS[0]));
  world.host.resetAdapter(HBA);
  world.run(world.kernel.sleep(1));
  world.run(world.host.untilReady());
  // A login that is given up by the port driver, and a set whose adapter hangs.
  world.adapter.loginHangs = true;
  world.run(world.login({ key: KEYS[3] }));
  world.adapter.hanging = true;
  world.run(world.setKey(KEYS[1]));
  world.adapter.hanging = false;
  world.adapter.loginHangs = false;
}

for (const storage of ["nvram", "ram", "none"] as const satisfies readonly TestStorage[]) {
  Deno.test(`no key bytes outside keys' places after all kinds of calls, storage "${storage}"`, () => {
    const world = new TestHost({ adapters: [{ storage }] }).boot();
    const dma = new Set<Uint8Array>();
    world.adapter.onCommand = () => {
      for (const { bytes } of world.dmaMemory.buffers()) dma.add(bytes);
    };
    exercise(world);
    world.pass(250_000_000 * 300);
    world.run(world.host.untilReady());
    assert(dma.size > 5, "DMA memory was used");
    for (const bytes of dma) assertEquals(findKey(bytes), undefined, "in DMA memory");
    for (const memory of world.host.wmi.buffers.memory()) {
      assertEquals(findKey(memory), undefined, "in a system buffer");
    }
    for (const row of exportKeyStore(world.store).rows) {
      assertEquals(findKey(row.value), undefined, `in the store's row ${row.kind}`);
      assertEquals(findKey(row.name), undefined, `in the name of the store's row ${row.kind}`);
    }
    const { texts, values } = world.recorder.columns();
    assert(texts.length > 20);
    for (const text of texts) assertEquals(findKeyInText(text), undefined, `in the trace: ${text}`);
    assertEquals(findKey(Uint8Array.from(values, (value) => value & 0xff)), undefined, "in the trace's numbers");
  });
}

Deno.test("no key bytes in DMA memory and system buffers after the host lost power in the middle of a call", () => {
  for (const after of [6_000, 8_000, 10_000, 12_000, 1_270_000, 1_280_000, 1_285_000, 1_300_000]) {
    const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
    world.run(world.setKey(KEYS[1]));
    const process = world.kernel.spawn("call", world.setKey(KEYS[0]));
    world.kernel.runUntil(process, world.kernel.now + after);
    const memory = [...world.dmaMemory.buffers().map(({ bytes }) => bytes), ...world.host.wmi.buffers.memory()];
    world.powerOff();
    for (const bytes of memory) assertEquals(findKey(bytes), undefined, `after ${after} cycles`);
  }
});

Deno.test("key bytes are where they should be while a call is under way, so that the search can find them", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const seen = { dma: false, system: false };
  world.adapter.onCommand = () => {
    seen.dma ||= world.dmaMemory.buffers().some(({ bytes }) => findKey(bytes) !== undefined);
    seen.system ||= world.host.wmi.buffers.memory().some((bytes) => findKey(bytes) !== undefined);
  };
  world.run(world.setKey(KEYS[0]));
  assertEquals(seen, { dma: true, system: true });
});

Deno.test("describeStatus() names ISDSC and Win32 codes and invents none", () => {
  assertEquals(describeStatus(0xefff_002c), "ISDSC_HBA_SECURITY_CACHE_FULL");
  assertEquals(describeStatus(0), "SUCCESS");
  assertEquals(describeStatus(121), "Win32 error 121 (timeout)");
  assertEquals(describeStatus(0xdead_beef), "0xdeadbeef");
});
