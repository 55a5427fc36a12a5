/** The cases that every daemon has to say yes to, and how its word is taken. */

import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import type { IkePresetName } from "../../firmware/ike/mod.ts";
import { type Ends, IPV4, IPV6, Namespaces, namespacesMissing } from "./namespaces.ts";
import { type BridgeEnd, OurBridge, replay } from "./our_bridge.ts";
import type { Connection, Peer, PeerKind, Word } from "./peer.ts";
import { until } from "./processes.ts";

export const KEY = "a key for both of them";
export const NAME = "host.example";

/** A case: a connection of the daemon, and what differs at our end. */
export interface Case {
  readonly suite: string;
  readonly aggressive: boolean;
  readonly ends?: Ends;
  /** As whom we appear; our address in main mode and a name in aggressive mode by default. */
  readonly ourId?: string;
  readonly forceEncapsulation?: boolean;
  /** Whether the daemon cuts what it sends into fragments. */
  readonly fragments?: boolean;
  /** Whether we take them; as the daemon sends them by default. */
  readonly weTakeFragments?: boolean;
  /** As whom the daemon appears; its address by default. */
  readonly theirId?: string;
  /** The daemon's key, if it is another. */
  readonly theirKey?: string;
  /** The daemon that our end is like. */
  readonly preset?: IkePresetName;
}

/** Where a case runs. */
export interface Place extends BridgePlace {
  readonly peer: Peer;
}

/** Where a bridge runs. */
export interface BridgePlace {
  readonly namespaces: Namespaces;
  /** For files. */
  readonly directory: string;
  /** The tree whose program runs; this one by default. */
  readonly root?: string;
}

export function connectionOf(
  { suite, aggressive, ends = IPV4, ourId, theirId, forceEncapsulation, fragments, theirKey }: Case,
): Connection {
  return {
    ...(theirId === undefined ? {} : { theirId }),
    ends,
    aggressive,
    suite,
    ourId: ourId ?? (aggressive ? NAME : ends.ours),
    key: theirKey ?? KEY,
    ...(forceEncapsulation === undefined ? {} : { forceEncapsulation }),
    ...(fragments === undefined ? {} : { fragments }),
  };
}

/** What our end says of phase 1. */
function policyOf({ suite, preset, fragments = false, weTakeFragments = fragments }: Case): string {
  const own = preset === undefined ? `fragmentation: ${weTakeFragments}` : `like: ${preset}`;
  return `suites: [${suite}], ${own}`;
}

/** Our waits where we are not answered: as short as what the daemon has to say in them allows. */
const WAITS = {
  /** It says nothing more. */
  silence: "[500ms, 500ms]",
  /** pluto repeats message 4 one, two and four seconds after its first, and twice is needed to tell another key. */
  otherKey: "[1500ms, 1500ms, 2s]",
  /** The bridge tells of its waiting after two seconds. */
  waiting: "[1s, 1500ms]",
};

/**
 * We call: an adapter logs in at the daemon.
 *
 * @param waits How long we wait for what does not come.
 */
export function callingScenario(settings: Case, expect = "SUCCESS", network = "", waits = "doubling"): string {
  const { ends, ourId, aggressive } = connectionOf(settings);
  const mode = aggressive ? "aggressive" : "main";
  const expected = expect === "SUCCESS" ? `{ mode: ${mode} }` : expect;
  return `
name: an adapter logs in at a daemon
adapters: { hba0: { storage: ram, ports: ["${ends.ours}"], policy: { ${
    policyOf(settings)
  }, retransmission: ${waits} } } }
targets: { daemon: { address: "${ends.theirs}", outside: true } }
${network}
steps:
  - setKey: { adapter: hba0, id: "${ourId}", key: ${KEY}, flags: [ike, ${mode}] }
  - { login: { adapter: hba0, target: daemon }, expect: ${expected} }
`;
}

/** We are called: a target answers the daemon until Ctrl-C. */
export function answeringScenario(settings: Case, keys = `{ any: ${KEY} }`): string {
  const { ends } = connectionOf(settings);
  const adapter = ends === IPV6 ? "fd09::3" : "10.9.0.3";
  return `
name: a daemon calls a target
adapters: { hba0: { storage: ram, ports: ["${adapter}"] } }
targets: { disk: { address: "${ends.ours}", policy: { ${policyOf(settings)} }, keys: ${keys} } }
steps:
  - wait: 60s
`;
}

export function startBridge(
  { namespaces, directory, root }: BridgePlace,
  { ends = IPV4 }: Case,
  scenario: string,
  ...options: string[]
): Promise<OurBridge> {
  const start = { namespaces, directory, ends, scenario, options };
  return OurBridge.start(root === undefined ? start : { ...start, root });
}

/** All words of the daemon, each as it must be: nothing is believed of ours. */
export function assertWord(peer: Peer, expected: readonly Word[]): void {
  assertEquals(peer.established(), expected, peer.log());
}

/** The daemon says that it deleted so many because we asked, and that none is left. */
export async function assertDeleted(peer: Peer, count: number): Promise<void> {
  await until(() => peer.deleted() >= count && peer.alive().length === 0, 3000);
  assertEquals([peer.deleted(), peer.alive()], [count, []], peer.log());
}

export function wordOn(settings: Case, role: Word["role"]): Word {
  const { ourId, suite, ends } = connectionOf(settings);
  const mode = settings.aggressive ? "aggressive" : "main";
  return { mode, role, suite, identity: role === "initiator" ? ends.ours : ourId };
}

/** We log in at the daemon and out again. */
export async function weCall(place: Place, settings: Case): Promise<BridgeEnd> {
  const { peer } = place;
  await peer.start(connectionOf(settings));
  const end = await (await startBridge(place, settings, callingScenario(settings))).end();
  assertEquals(end.code, 0, `${end.text}${peer.log()}`);
  assertWord(peer, [wordOn(settings, "responder")]);
  await assertDeleted(peer, 1);
  return end;
}

/** The daemon calls our target; Ctrl-C ends it. */
export async function weAreCalled(
  place: Place,
  settings: Case,
  { ourPort = 500, keys }: { readonly ourPort?: number; readonly keys?: string } = {},
): Promise<BridgeEnd> {
  const { peer } = place;
  const ends = settings.ends ?? IPV4;
  await peer.start({ ...connectionOf(settings), ourId: ends.ours });
  const bridge = await startBridge(place, settings, answeringScenario(settings, keys));
  try {
    await peer.initiate();
    assertWord(peer, [wordOn({ ...settings, ourId: ends.ours }, "initiator")]);
    assertEquals(peer.alive(), [ourPort], peer.log());
  } finally {
    bridge.interrupt();
  }
  const end = await bridge.end();
  assertEquals(end.code, 130, end.text);
  await assertDeleted(peer, 1);
  return end;
}

/** Namespaces and a daemon for as long as the test lasts. */
export async function withPeer(kind: PeerKind, use: (place: Place) => Promise<void>): Promise<void> {
  const namespaces = new Namespaces();
  const directory = Deno.makeTempDirSync();
  const peer = kind.create(namespaces, directory);
  try {
    await use({ namespaces, directory, peer });
  } finally {
    await peer.stop();
    namespaces.remove();
    Deno.removeSync(directory, { recursive: true });
  }
}

/** Registers a test that needs all of these daemons; says why it is skipped if one is missing. */
export function interop(
  kinds: readonly Pick<PeerKind, "name" | "missing">[],
  name: string,
  fn: () => Promise<void>,
): void {
  const reason = namespacesMissing() ?? kinds.map((kind) => kind.missing()).find((each) => each !== undefined);
  const title = `${kinds.map((kind) => kind.name).join(" and ")}: ${name}`;
  if (reason !== undefined) console.log(`skipped: ${title}, because ${reason}`);
  Deno.test({ name: title, ignore: reason !== undefined, sanitizeResources: false, sanitizeOps: false, fn });
}

/** In what daemons differ. */
export interface Ways {
  /** The suites it is tried with in both roles and modes. */
  readonly suites: readonly string[];
  /** Those that it is tried with once in each role and each mode. */
  readonly moreSuites: readonly string[];
  /** How a login ends whose name it does not know. */
  readonly unknownName: string;
}

/** The cases of a daemon in both roles and modes. */
export function registerCases(kind: PeerKind, { suites, moreSuites, unknownName }: Ways): void {
  const both = [false, true] as const;
  for (const suite of suites) {
    for (const aggressive of both) {
      registerAsResponder(kind, { suite, aggressive });
      registerAsInitiator(kind, { suite, aggressive });
    }
  }
  for (const suite of moreSuites) {
    registerAsResponder(kind, { suite, aggressive: false });
    registerAsInitiator(kind, { suite, aggressive: true });
  }
  const [suite = ""] = suites;
  for (const aggressive of both) registerTranslated(kind, { suite, aggressive });
  registerNames(kind, suite);
  registerIpv6(kind, { suite, aggressive: false, ends: IPV6 });
  registerRefusals(kind, suite, unknownName);
  registerRepetition(kind, suite);
}

function registerAsResponder(kind: PeerKind, settings: Case): void {
  const what = `${settings.aggressive ? "aggressive" : "main"} mode, ${settings.suite}`;
  interop([kind], `as responder, ${what}; the recording plays again without it`, () =>
    withPeer(kind, async (place) => {
      const end = await weCall(place, settings);
      assertEquals(await replay(end), end.stdout);
    }));
}

function registerAsInitiator(kind: PeerKind, settings: Case): void {
  const what = `${settings.aggressive ? "aggressive" : "main"} mode, ${settings.suite}`;
  interop([kind], `as initiator, ${what}; the recording plays again without it`, () =>
    withPeer(kind, async (place) => {
      const end = await weAreCalled(place, settings);
      assertEquals(await replay(end), end.stdout);
    }));
}

function registerTranslated(kind: PeerKind, { suite, aggressive }: Case): void {
  const settings = { suite, aggressive, forceEncapsulation: true };
  const what = `${aggressive ? "aggressive" : "main"} mode, made to believe in an address translator`;
  interop([kind], `as responder, ${what}: phase 1 moves to port 4500`, () =>
    withPeer(kind, async (place) => {
      await place.peer.start(connectionOf(settings));
      const bridge = await startBridge(place, settings, `${callingScenario(settings)}  - wait: 60s\n`);
      const isAlive = await until(() => place.peer.alive().length > 0);
      const ports = place.peer.alive();
      bridge.interrupt();
      const { text } = await bridge.end();
      assert(isAlive, `${text}${place.peer.log()}`);
      assertEquals(ports, [4500], place.peer.log());
      assertWord(place.peer, [wordOn(settings, "responder")]);
      await assertDeleted(place.peer, 1);
    }));
  interop([kind], `as initiator, ${what}: phase 1 moves to port 4500`, () =>
    withPeer(kind, async (place) => {
      await weAreCalled(place, settings, { ourPort: 4500 });
    }));
}

/** RFC 2409 §5.4 has the key found by the address; it forbids no name. */
function registerNames(kind: PeerKind, suite: string): void {
  const settings = { suite, aggressive: false, ourId: NAME };
  interop([kind], "as responder, main mode, a name of ours", () =>
    withPeer(kind, async (place) => {
      await weCall(place, settings);
    }));
  interop(
    [kind],
    "as initiator, main mode, a name of its own that our target knows",
    () =>
      withPeer(kind, async (place) => {
        await weAreCalled(place, { suite, aggressive: false, theirId: "daemon.example" }, {
          keys: `{ ${IPV4.theirs}: ${KEY}, DAEMON.example: ${KEY} }`,
        });
      }),
  );
  interop(
    [kind],
    "as initiator, main mode, a name of its own that our target does not know, is refused",
    () =>
      withPeer(kind, async (place) => {
        const { peer } = place;
        await peer.start({ ...connectionOf(settings), ourId: IPV4.ours, theirId: "daemon.example" });
        const bridge = await startBridge(
          place,
          settings,
          answeringScenario(settings, `{ ${IPV4.theirs}: ${KEY} }`),
        );
        await peer.initiate();
        assertWord(peer, []);
        bridge.interrupt();
        await bridge.end();
      }),
  );
}

function registerIpv6(kind: PeerKind, settings: Case): void {
  interop([kind], "as responder, over IPv6", () =>
    withPeer(kind, async (place) => {
      await weCall(place, settings);
    }));
  interop([kind], "as initiator, over IPv6", () =>
    withPeer(kind, async (place) => {
      await weAreCalled(place, settings);
    }));
}

function registerRefusals(kind: PeerKind, suite: string, unknownName: string): void {
  for (const aggressive of [false, true]) {
    const mode = aggressive ? "aggressive" : "main";
    interop(
      [kind],
      `another key in ${mode} mode fails authentication, and it says that it never established`,
      () =>
        withPeer(kind, async (place) => {
          const settings = { suite, aggressive, theirKey: "quite another key" };
          await place.peer.start(connectionOf(settings));
          const scenario = callingScenario(settings, "ISDSC_AUTHENTICATION_FAILURE", "", WAITS.otherKey);
          const end = await (await startBridge(place, settings, scenario)).end();
          assertEquals(end.code, 0, `${end.text}${place.peer.log()}`);
          assertWord(place.peer, []);
          assertEquals(place.peer.alive(), []);
        }),
    );
  }
  interop(
    [kind],
    `a name that it does not expect ends in ${unknownName}, and it says that it never established`,
    () =>
      withPeer(kind, async (place) => {
        const settings = { suite, aggressive: true };
        await place.peer.start({ ...connectionOf(settings), ourId: "somebody.else" });
        const scenario = callingScenario(settings, unknownName, "", WAITS.silence);
        const end = await (await startBridge(place, settings, scenario)).end();
        assertWord(place.peer, []);
        assertEquals(end.code, 0, `${end.text}${place.peer.log()}`);
      }),
  );
  interop([kind], "nothing in common is a failure of policy", () =>
    withPeer(kind, async (place) => {
      const settings = { suite: "3des-md5-modp3072", aggressive: false };
      await place.peer.start(connectionOf({ suite, aggressive: false }));
      const scenario = callingScenario(settings, "ISDSC_FAILED_TO_CONFIGURE_IPSEC", "", WAITS.waiting);
      const end = await (await startBridge(place, settings, scenario)).end();
      assertMatch(end.text, /bridge: \d+ s, \d+ datagrams sent, \d+ received, waiting/);
      assertEquals(end.code, 0, `${end.text}${place.peer.log()}`);
      assertWord(place.peer, []);
    }));
}

function registerRepetition(kind: PeerKind, suite: string): void {
  interop(
    [kind],
    "a second and a third run log in at the daemon that lives on, with cookies of their own",
    () =>
      withPeer(kind, async (place) => {
        const settings = { suite, aggressive: false };
        await place.peer.start(connectionOf(settings));
        for (let run = 1; run <= 3; run++) {
          const end = await (await startBridge(place, settings, callingScenario(settings))).end();
          assertEquals(end.code, 0, `run ${run}: ${end.text}${place.peer.log()}`);
          assertWord(place.peer, Array.from({ length: run }, () => wordOn(settings, "responder")));
          await assertDeleted(place.peer, run);
        }
      }),
  );
  interop([kind], "a seed that is given is warned of", () =>
    withPeer(kind, async (place) => {
      const settings = { suite, aggressive: false };
      await place.peer.start(connectionOf(settings));
      const end = await (await startBridge(place, settings, callingScenario(settings), "--seed", "1")).end();
      assertStringIncludes(end.text, "warning: with --seed");
      assertWord(place.peer, [wordOn(settings, "responder")]);
    }));
}
