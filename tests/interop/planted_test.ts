/**
 * Controls: what is broken on purpose must fail. A case that is green although the daemon never established, or was
 * never told of the end, would be worth nothing.
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import {
  assertDeleted,
  assertWord,
  type Case,
  interop,
  type Place,
  weAreCalled,
  weCall,
  withPeer,
  wordOn,
} from "./cases.ts";
import { STRONGSWAN } from "./charon.ts";
import type { PeerKind } from "./peer.ts";
import { LIBRESWAN } from "./pluto.ts";
import { run } from "./processes.ts";

const ROOT = new URL("../../", import.meta.url).pathname;

/** A copy of the tree in which one place of one file is broken. */
function plant(file: string, sound: string, broken: string): string {
  const root = `${Deno.makeTempDirSync()}/`;
  for (const part of ["sim", "firmware", "host", "compat", "mod.ts", "deno.json", "deno.lock"]) {
    const { success, text } = run("cp", "-r", `${ROOT}${part}`, root);
    if (!success) throw new Error(text);
  }
  const source = Deno.readTextFileSync(root + file);
  assertEquals(source.split(sound).length, 2, `${file} must have exactly one ${sound}`);
  Deno.writeTextFileSync(root + file, source.replace(sound, broken));
  return root;
}

/** The last message of phase 1 that we send is the only one of it that is encrypted, but for aggressive mode's second. */
const plantLostLastMessage = () =>
  plant(
    "sim/lab/bridge/udp_worker.ts",
    "  send({ socket, payload, host, port }: Send): void {\n",
    `  send({ socket, payload, host, port }: Send): void {
    if (payload[18] !== 5 && ((payload[19] ?? 0) & 1) === 1) {
      Atomics.add(this.#ring.control, Control.handedOver, 1);
      return;
    }
`,
  );

/** Nothing is broken: it is the defects that make the cases fail, and not the copy. */
const plantNothing = () => plant("sim/lab/bridge/farewell.ts", "export function", "export function");

/** What the bridge once did: it closed while its last words were still on the way. */
const plantHastyEnd = () =>
  plant(
    "sim/lab/bridge/farewell.ts",
    "export function endSessions(world: World): void {\n",
    "export function endSessions(world: World): void {\n  if (world.now >= 0) return;\n",
  );

/** Runs what must fail; gives what it failed with. */
async function failureOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return "nothing failed";
}

type Attempt = (place: Place, settings: Case) => Promise<unknown>;

function mustFail(kind: PeerKind, name: string, plantDefect: () => string, attempt: Attempt, settings: Case): void {
  interop([kind], `control: ${name} fails`, () =>
    withPeer(kind, async (place) => {
      const root = plantDefect();
      try {
        assertStringIncludes(await failureOf(attempt({ ...place, root }, settings)), "Expected values");
      } finally {
        Deno.removeSync(root, { recursive: true });
      }
    }));
}

const SUITES = ["aes128-sha1-modp1536", "aes256-sha256-modp2048"];

for (const kind of [STRONGSWAN, LIBRESWAN]) {
  for (const suite of SUITES) {
    const settings = { suite, aggressive: true };
    mustFail(
      kind,
      `as responder, aggressive mode, ${suite}, our last message dropped,`,
      plantLostLastMessage,
      weCall,
      settings,
    );
    mustFail(kind, `as responder, aggressive mode, ${suite}, ended in haste,`, plantHastyEnd, weCall, settings);
  }
  const settings = { suite: SUITES[0] ?? "", aggressive: false };
  mustFail(kind, "as initiator, main mode, our last message dropped,", plantLostLastMessage, weAreCalled, settings);
  mustFail(kind, "as responder, main mode, ended in haste,", plantHastyEnd, weCall, settings);

  interop(
    [kind],
    "control of the controls: with a copy of the tree that is not broken, the case passes",
    () =>
      withPeer(kind, async (place) => {
        const root = plantNothing();
        try {
          await weCall({ ...place, root }, { suite: SUITES[0] ?? "", aggressive: true });
        } finally {
          Deno.removeSync(root, { recursive: true });
        }
      }),
  );

  interop(
    [kind],
    "control: another mode, role, identity or suite than it names, and a delete too many, fail",
    () =>
      withPeer(kind, async (place) => {
        await weCall(place, settings);
        const word = wordOn(settings, "responder");
        const others = [{ mode: "aggressive" }, { role: "initiator" }, { identity: "10.9.0.9" }, { suite: SUITES[1] }];
        for (const other of others) assertThrows(() => assertWord(place.peer, [{ ...word, ...other } as typeof word]));
        assertThrows(() => assertWord(place.peer, []));
        assertStringIncludes(await failureOf(assertDeleted(place.peer, 2)), "Expected values");
      }),
  );
}
