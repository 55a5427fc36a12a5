/** A firmware in C that is kept in the middle of its work goes on elsewhere, byte for byte. */

import { assert, assertEquals } from "@std/assert";
import { MailboxCommand } from "../../../firmware/manual/interface.ts";
import type { Task } from "../../../sim/kernel/task.ts";
import { firmwareProgram } from "../../../sim/lab/foreign/foreign_firmware.ts";
import { StoreImports } from "../../../sim/lab/foreign/store_imports.ts";
import { type ForeignFunction, ForeignInstance, type ForeignSnapshot } from "../../../sim/lab/foreign/suspendable.ts";
import { finish, meansOf, shipped } from "./stores.ts";

const PROGRAM = firmwareProgram(shipped("firmware.hba.wasm"));
/** Completions after which the run ends. */
const COMPLETIONS = 3;
const DOORBELL = 1;
const COMPLETION_ROOM = 2;

/** A firmware whose host sets the group key again and again. */
function begun() {
  const waiting = function* (): Task {
    yield;
  };
  // A generator is no part of a snapshot.
  const means = { ...meansOf(waiting), random: (lengthBytes: number) => new Uint8Array(lengthBytes).fill(9) };
  const refuse = (place: string, given: string): never => {
    throw new Error(`${place}: ${given}`);
  };
  const host = { completions: 0 };
  const part = (address: number, lengthBytes: number) => instance.part(address, lengthBytes, "host");
  const own: Record<string, ForeignFunction> = {
    *wait(what = 0) {
      yield;
      return what & COMPLETION_ROOM || what & DOORBELL;
    },
    ready: () => 0,
    mailbox_take(to = 0) {
      const mailbox = Uint32Array.of(MailboxCommand.setGroupPresharedKey, 0, 0, 12, 0, 0, 0, 0);
      part(to, 32).set(new Uint8Array(mailbox.buffer));
      return 1;
    },
    *dma_read(_low, _high, to = 0) {
      yield;
      part(to, 12).set([8, 0, 0, 0, ...new Uint8Array(8).fill(1 + host.completions)]);
      return 0;
    },
    *post() {
      yield;
      host.completions++;
      return 0;
    },
    boot_status: () => 0,
    link: () => 0,
    ports: () => 1,
  };
  const imports = new StoreImports(means, refuse);
  const instance = new ForeignInstance(PROGRAM, { ...imports.functions, ...own }, waiting);
  imports.memory = instance;
  return { ...means, host, instance };
}

type Begun = ReturnType<typeof begun>;

/** What there is once the host has its completions. */
function ended({ host, instance, flash }: Begun, task: Task<number>, onStep: () => void = () => {}) {
  while (host.completions < COMPLETIONS) {
    assert(task.next().done !== true);
    onStep();
  }
  return { memory: instance.memory.slice(), image: flash.image() };
}

Deno.test("a firmware that was kept in its middle goes on elsewhere, byte for byte", () => {
  const one = begun();
  const forks: { readonly kept: ForeignSnapshot; readonly image: Uint8Array; readonly completions: number }[] = [];
  const end = ended(one, one.instance.call("hba_main", 0x10000), () => {
    const kept = one.instance.snapshot();
    const { completions } = one.host;
    if (kept.waiting !== undefined && completions < COMPLETIONS) {
      forks.push({ kept, image: one.flash.image(), completions });
    }
  });
  assert(forks.length > 40, `${forks.length} moments`);
  assertEquals(new Set(forks.map(({ kept }) => kept.waiting?.importName)).has("post"), true);
  const other = begun();
  for (const { kept, image, completions } of forks) {
    other.flash.restore(image);
    if (/program|erase/.test(kept.waiting?.importName ?? "")) finish(other.flash.writeEnable());
    other.host.completions = completions;
    const rest = other.instance.restore(kept);
    assert(rest !== undefined);
    assertEquals(ended(other, rest), end);
  }
});
