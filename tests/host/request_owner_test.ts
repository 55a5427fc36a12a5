/**
 * Requests and the processes that have sent them: one that waits ends with its
 * caller, one that the miniport holds does not, and the next run of the service
 * begins only when that is over, or after the five minutes that the system
 * gives a cancelled request.
 */

import { assert, assertEquals } from "@std/assert";
import { MailboxCommand } from "../../firmware/manual/interface.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID, SecurityMethod } from "../../host/wmi/security_config_operations.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const SECOND = 250_000_000;
const CLEAR_CACHE = {
  guid: SECURITY_CONFIG_OPERATIONS_GUID,
  methodId: SecurityMethod.clearCache,
  input: new Uint8Array(0),
};

function clears(world: TestHost): number {
  return world.adapter.commands.filter((code) => code === MailboxCommand.clearCache).length;
}

function notes(world: TestHost, pattern: RegExp): number {
  return [...world.recorder.events()].filter(({ fields }) => pattern.test(String(fields["text"] ?? ""))).length;
}

Deno.test("A busy request is not submitted again when the tool that sent it has died", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  const before = clears(world);
  world.adapter.busyAnswers = 1;
  const tool = world.kernel.spawn("tool", world.host.wmi.executeMethod(HBA, CLEAR_CACHE, 4));
  world.pass(SECOND / 10);
  assertEquals([clears(world) - before, tool.over], [1, false], "it waits for its next attempt");
  world.kernel.killProcess(tool as Parameters<typeof world.kernel.killProcess>[0]);
  world.pass(10 * SECOND);
  assertEquals(clears(world) - before, 1);
  assertEquals(notes(world, /IRP_MN_EXECUTE_METHOD of hba 0 ended: NTSTATUS 0xc0000120/), 1);
});

Deno.test("A request that the miniport holds when its caller dies goes on", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  assertEquals(world.run(world.setKey(testKey(1))), 0);
  world.adapter.commandCycles = SECOND;
  const tool = world.kernel.spawn("tool", world.host.wmi.executeMethod(HBA, CLEAR_CACHE, 4));
  world.pass(SECOND / 10);
  world.kernel.killProcess(tool as Parameters<typeof world.kernel.killProcess>[0]);
  world.pass(3 * SECOND);
  assertEquals(world.adapter.nonvolatile.keys.size, 0);
});

/** Seconds from the start of the service to its running, when the run before has left a request with an adapter that hangs. */
function secondsToRun(requestSeconds: number): { readonly seconds: number; readonly detached: number } {
  const timeouts = { requestCycles: requestSeconds * SECOND, mailboxCycles: 1000 * SECOND };
  const world = new TestHost({ adapters: [{ storage: "nvram" }], timeouts }).boot();
  world.adapter.hanging = true;
  const call = world.kernel.spawn("call", world.setKey(testKey(1)));
  world.pass(SECOND / 10);
  world.host.killService();
  world.kernel.runUntil(call);
  const begun = world.kernel.now;
  world.run(world.host.startService());
  assertEquals(world.host.service.state, "running");
  return { seconds: (world.kernel.now - begun) / SECOND, detached: notes(world, /run before detached/) };
}

Deno.test("The next run of the service begins when the last request of the run before is over", () => {
  const { seconds, detached } = secondsToRun(30);
  assert(seconds > 29 && seconds < 31, `${seconds} s`);
  assertEquals(detached, 0);
});

Deno.test("A request that its driver does not complete within five minutes is detached, and the trace says so", () => {
  const { seconds, detached } = secondsToRun(400);
  assert(seconds > 299 && seconds < 301, `${seconds} s`);
  assertEquals(detached, 1);
});

Deno.test("A service that is killed while it waits for the run before leaves the next one waiting, too", () => {
  const world = new TestHost({ adapters: [{ storage: "nvram" }] }).boot();
  world.adapter.hanging = true;
  world.kernel.spawn("call", world.setKey(testKey(1)));
  world.pass(SECOND / 10);
  world.host.killService();
  world.kernel.spawn("start", world.host.startService());
  world.pass(SECOND);
  world.host.killService();
  const begun = world.kernel.now;
  world.run(world.host.startService());
  assert(world.kernel.now - begun > 27 * SECOND, `${(world.kernel.now - begun) / SECOND} s`);
});
