/** Our engine against strongSwan, in both roles and modes, over real sockets. Run with `deno task interop`. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { openIssue } from "../support/open_issue.ts";
import { Charon, type Connection, missing, OURS, THEIRS } from "./charon.ts";

const reason = missing();
if (reason !== undefined) console.log(`skipped: the tests with strongSwan and ike-scan, because ${reason}`);

const ROOT = new URL("../../", import.meta.url).pathname;
const SUITES = ["3des-sha1-modp1024", "aes128-sha1-modp1536", "aes256-sha256-modp2048", "aes256-sha512-modp4096"];
const KEY = "a key for both";
const NAME = "host.example";
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

interface Setting {
  readonly suite: string;
  readonly aggressive: boolean;
  readonly key?: string;
  readonly expect?: string;
  readonly lossPerMille?: number;
}

/** We call: an adapter logs in at the daemon. */
function callingScenario({ suite, aggressive, key = KEY, expect = "SUCCESS", lossPerMille = 0 }: Setting): string {
  const id = aggressive ? NAME : OURS;
  const mode = expect === "SUCCESS" ? `, expectMode: ${aggressive ? "aggressive" : "main"}` : "";
  return `
name: an adapter logs in at charon
adapters: [{ name: hba0, storage: ram, ports: [${OURS}], suites: [${suite}] }]
targets: [{ name: charon, address: ${THEIRS}, outside: true }]
network: { lossPerMille: ${lossPerMille} }
steps:
  - setKey: { adapter: hba0, id: ${id}, key: ${key}, flags: [ike, ${aggressive ? "aggressive" : "main"}] }
  - login: { adapter: hba0, target: charon, expect: ${expect}${mode} }
`;
}

/** We are called: a target answers the daemon. */
function answeringScenario({ suite, aggressive, key = KEY }: Setting, seconds: number, atLeast: number): string {
  return `
name: charon calls a target
adapters: [{ name: hba0, storage: ram, ports: [10.9.0.3] }]
targets: [{ name: disk, address: ${OURS}, suites: [${suite}], keys: [{ id: ${THEIRS}, key: ${key} }] }]
steps:
  - wait: ${seconds}s
  - established: { target: disk, atLeast: ${atLeast} }
# ${aggressive ? "aggressive" : "main"}
`;
}

async function withCharon(connection: Connection, use: (charon: Charon) => Promise<void>): Promise<void> {
  const charon = new Charon();
  try {
    await charon.start(connection);
    await use(charon);
    console.log(charon.log().slice(-6).map((line) => `    charon: ${line}`).join("\n"));
  } finally {
    await charon.remove();
  }
}

function bridge(charon: Charon, scenario: string): Promise<Deno.CommandOutput> {
  const file = `${charon.directory}/scenario.yaml`;
  Deno.writeTextFileSync(file, scenario);
  const record = ["--record", `${charon.directory}/recording`];
  const ends = ["--listen", `${OURS}:500`, "--peer", `${THEIRS}:500`];
  return charon.near(
    Deno.execPath(),
    "run",
    "--no-check",
    "-A",
    `${ROOT}sim/lab/command/hbasim.ts`,
    "bridge",
    "--quiet",
    ...ends,
    ...record,
    file,
  );
}

const connection = (suite: string, aggressive: boolean, other: Partial<Connection> = {}): Connection => ({
  aggressive,
  proposals: suite,
  ourId: aggressive ? NAME : OURS,
  key: KEY,
  ...other,
});

function interop(name: string, fn: () => Promise<void>): void {
  Deno.test({ name: `strongSwan: ${name}`, ignore: reason !== undefined, sanitizeResources: false, fn });
}

function verdict(output: Deno.CommandOutput): string {
  return text(output.stdout) + text(output.stderr);
}

for (const suite of SUITES) {
  for (const aggressive of [false, true]) {
    const mode = aggressive ? "aggressive" : "main";
    interop(
      `as responder, ${mode} mode, ${suite}; the recording plays again without it`,
      () =>
        withCharon(connection(suite, aggressive), async (charon) => {
          const first = await bridge(charon, callingScenario({ suite, aggressive }));
          assertEquals(first.code, 0, verdict(first));
          const replay = ["--replay", `${charon.directory}/recording`, `${charon.directory}/scenario.yaml`];
          const args = ["run", "--no-check", "-A", `${ROOT}sim/lab/command/hbasim.ts`, "run", "--quiet", ...replay];
          const second = await new Deno.Command(Deno.execPath(), { args, env: { NO_COLOR: "1" } }).output();
          assertEquals(text(second.stdout), text(first.stdout));
        }),
    );
    interop(
      `as initiator, ${mode} mode, ${suite}`,
      () =>
        withCharon(connection(suite, aggressive, { ourId: OURS }), async (charon) => {
          const answering = bridge(charon, answeringScenario({ suite, aggressive }, 4, 1));
          await new Promise((resolve) => setTimeout(resolve, 1200));
          const initiated = await charon.initiate();
          const answered = await answering;
          assertEquals(answered.code, 0, verdict(answered) + verdict(initiated) + charon.log().join("\n"));
        }),
    );
  }
}

const SUITE = "aes128-sha1-modp1024";

interop(
  "another key fails authentication",
  () =>
    withCharon(connection(SUITE, false, { key: "another key" }), async (charon) => {
      const output = await bridge(
        charon,
        callingScenario({ suite: SUITE, aggressive: false, expect: "ISDSC_AUTHENTICATION_FAILURE" }),
      );
      assertEquals(output.code, 0, verdict(output));
    }),
);

interop(
  "an identifier that it does not expect fails authentication",
  () =>
    withCharon(connection(SUITE, true, { ourId: "somebody.else" }), async (charon) => {
      const output = await bridge(
        charon,
        callingScenario({ suite: SUITE, aggressive: true, expect: "ISDSC_AUTHENTICATION_FAILURE" }),
      );
      assertEquals(output.code, 0, verdict(output));
    }),
);

interop(
  "nothing in common is a failure of policy",
  () =>
    withCharon(connection("aes256-sha256-modp2048", false), async (charon) => {
      const scenario = callingScenario({ suite: SUITE, aggressive: false, expect: "ISDSC_FAILED_TO_CONFIGURE_IPSEC" });
      const output = await bridge(charon, scenario);
      assertEquals(output.code, 0, verdict(output));
    }),
);

interop(
  "a fifth of the datagrams lost, both ways, and phase 1 comes about",
  () =>
    withCharon(connection(SUITE, false), async (charon) => {
      const output = await bridge(charon, callingScenario({ suite: SUITE, aggressive: false, lossPerMille: 200 }));
      assertEquals(output.code, 0, verdict(output));
    }),
);

interop(
  "killed after message 2 and started again, the next login succeeds",
  () =>
    withCharon(connection(SUITE, false), async (charon) => {
      // Our messages take a second, so there is time to kill the daemon between its message 2 and our message 3.
      const scenario = callingScenario({ suite: SUITE, aggressive: false, expect: "ISDSC_CONNECTION_FAILED" })
        .replace("lossPerMille: 0", "latency: 1s") + "  - login: { adapter: hba0, target: charon, expectMode: main }\n";
      const running = bridge(charon, scenario);
      const log = () => charon.fullLog();
      for (let wait = 0; wait < 1000 && !log().includes("sending packet"); wait++) {
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      assertStringIncludes(log(), "generating ID_PROT response 0 [ SA");
      await charon.stop();
      await charon.start(connection(SUITE, false));
      const output = await running;
      assertEquals(output.code, 0, verdict(output));
    }),
);

interop(
  "ike-scan sees our responder in main and aggressive mode, and psk-crack finds a weak key",
  () =>
    withCharon(connection(SUITE, false), async (charon) => {
      const scenario = answeringScenario({ suite: SUITE, aggressive: true, key: "abc123" }, 8, 0)
        .replace(`id: ${THEIRS}`, `id: ${NAME}`).replace("keys: [", `keys: [{ id: ${THEIRS}, key: abc123 }, `);
      const answering = bridge(charon, scenario);
      await charon.stop();
      await new Promise((resolve) => setTimeout(resolve, 1500));
      const main = text(
        (await charon.far("ike-scan", "-M", "--sport=500", "--trans=(1=7,14=128,2=2,3=1,4=2)", OURS)).stdout,
      );
      assertStringIncludes(main, "Main Mode Handshake returned");
      const parameters = `${charon.directory}/psk`;
      const aggressive = text(
        (await charon.far(
          ...["ike-scan", "-A", "-M", "--sport=500", `--id=${NAME}`, "--idtype=2", "--dhgroup=2"],
          ...["--trans=(1=7,14=128,2=2,3=1,4=2)", `--pskcrack=${parameters}`, OURS],
        )).stdout,
      );
      assertStringIncludes(aggressive, "Aggressive Mode Handshake returned");
      const dictionary = `${charon.directory}/dictionary`;
      Deno.writeTextFileSync(dictionary, "password\nletmein\nabc123\nsecret\n");
      const cracked = text((await charon.far("psk-crack", "-d", dictionary, parameters)).stdout);
      assertStringIncludes(cracked, 'key "abc123" matches');
      await answering;
      console.log(`    psk-crack: ${cracked.split("\n").find((line) => line.includes("matches"))}`);
    }),
);

if (reason === undefined) {
  openIssue(
    12,
    "strongSwan: a second run with the same seed logs in at the daemon that lives on",
    () =>
      withCharon(connection(SUITE, false), async (charon) => {
        const scenario = callingScenario({ suite: SUITE, aggressive: false });
        for (const run of ["first", "second", "third"]) {
          const output = await bridge(charon, scenario);
          assertEquals(output.code, 0, `${run} run: ${verdict(output)}${charon.log().join("\n")}`);
        }
      }),
  );
}
