/**
 * Each option of a world that is plain data can be written in a file. An option that is in none of the tables here does
 * not compile.
 */

import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { bytesToHex } from "@noble/hashes/utils.js";
import type { HostCosts, HostTimeouts } from "../../../host/costs.ts";
import { ScenarioError } from "../../../sim/lab/scenario/mistake.ts";
import { checkScenario, openScenario } from "../../../sim/lab/scenario/open_scenario.ts";
import { runScenarioText } from "../../../sim/lab/scenario/runner.ts";
import { worldDigest } from "../../../sim/lab/scenario/world_digest.ts";
import { worldOptions } from "../../../sim/lab/scenario/world_of_scenario.ts";
import { FIRMWARE_IMAGE } from "../../../sim/lab/world/factory.ts";
import type {
  AdapterDescription,
  HostDescription,
  TargetDescription,
  WorldOptions,
} from "../../../sim/lab/world/world_options.ts";
import type { CostTable } from "../../../sim/parts/cost_table.ts";

/** How a file says an option, and what the option is then; or why a file does not say it. */
type InFiles<T> = { readonly [Name in keyof T]-?: readonly [field: string, value: unknown] | string };

const ADDRESS = Uint8Array.of(192, 0, 2, 30);
const OBJECT = "an object of a program";
const MAKER = "a function of a program";

const ADAPTER: InFiles<AdapterDescription> = {
  name: ["", "hba0"],
  keyStorage: ["storage: ram", "ram"],
  ports: ["ports: [192.0.2.30]", [ADDRESS]],
  securityProvider: ["driver: sample", "sample"],
  eventLimitBytes: ["eventLimitBytes: 64", 64],
  sessionCapacity: ["sessions: 3", 3],
  tunnelMode: ["tunnelMode: false", false],
  keyTableEntries: ["keyTableEntries: 9", 9],
  eventCapacity: ["eventCapacity: 5", 5],
  receiveRingLength: ["receiveRingLength: 6", 6],
  flash: "flash_parts_test.ts",
  flashTiming: ["flash: { timing: drawn }", "drawn"],
  flashMisuse: ["flash: { misuse: ignored }", "ignored"],
  flashFaults: ["flash: { faults: [{ flip: { address: 1, mask: 2 } }] }", [{ kind: "flip", address: 1, mask: 2 }]],
  createFlash: MAKER,
  createStore: MAKER,
  store: "tests/lab/foreign/worlds_test.ts",
  firmware: "tests/lab/foreign/firmware_test.ts",
  createSessions: MAKER,
  firmwareImage: ["firmware: { image: 0x0102 }", Uint8Array.of(1, 2)],
  imagePublicKey: [`firmware: { publicKey: ${"07".repeat(32)} }`, new Uint8Array(32).fill(7)],
  tamperedImage: ["image: tampered", true],
  phase1: ["policy: racoon", { preset: "racoon" }],
};

const TARGET: InFiles<TargetDescription> = {
  name: ["", "disk"],
  address: ["address: 192.0.2.30", ADDRESS],
  id: ["id: type11:0a", { type: 11, bytes: Uint8Array.of(10) }],
  keys: ["keys: { any: 0x01 }", [{ id: "any", key: Uint8Array.of(1) }]],
  phase1: ["policy: { like: racoon }", { preset: "racoon" }],
};

const HOST: InFiles<HostDescription> = {
  costs: "a table of its own below",
  timeouts: "a table of its own below",
  serviceStartsAutomatically: ["service: stopped", false],
  foreignCaches: ["foreignCaches: clear", "clear"],
  defaultSecurityFlags: ["defaultSecurityFlags: [ike, main]", 0x07n],
  sealingKey: [`sealingKey: ${"09".repeat(32)}`, new Uint8Array(32).fill(9)],
  dmaMemory: OBJECT,
};

const HOST_COSTS: InFiles<HostCosts> = {
  rpcCycles: ["rpc: 1us", 250],
  serviceCycles: ["service: 123cycles", 123],
  storeCommitCycles: ["storeCommit: 7ms", 1_750_000],
  wmiDispatchCycles: ["wmiDispatch: 0us", 0],
  portDriverCycles: ["portDriver: 1ns", 1],
  miniportCycles: ["miniport: 2us", 500],
  registerAccessCycles: ["registerAccess: 800ns", 200],
  interruptCycles: ["interrupt: 4us", 1000],
};

const TIMEOUTS: InFiles<HostTimeouts> = {
  mailboxCycles: ["mailbox: 1s", 250_000_000],
  presencePollCycles: ["presencePoll: 1ms", 250_000],
  presenceTimerCycles: ["presenceTimer: 2ms", 500_000],
  requestCycles: ["request: 3ms", 750_000],
  loginCycles: ["login: 4ms", 1_000_000],
  busyRetryCycles: ["busyRetry: 5ms", 1_250_000],
  busyRetries: ["busyRetries: 6", 6],
  cancelledRequestCycles: ["cancelledRequest: 7ms", 1_750_000],
  bootPollCycles: ["bootPoll: 8ms", 2_000_000],
  bootCycles: ["boot: 9ms", 2_250_000],
  resetPollCycles: ["resetPoll: 10ms", 2_500_000],
  softResetCycles: ["softReset: 11ms", 2_750_000],
  resetRetries: ["resetRetries: 0", 0],
  rpcCycles: ["rpc: 12ms", 3_000_000],
  serviceStartCycles: ["serviceStart: 13ms", 3_250_000],
  firmwareStopCycles: ["firmwareStop: 14ms", 3_500_000],
  serviceStopCycles: ["serviceStop: 15ms", 3_750_000],
};

const COSTS: InFiles<CostTable> = {
  resetCycles: ["reset: 1us", 250],
  verifySignatureCycles: ["verifySignature: 2us", 500],
  hashImageByteCycles: ["hashImageByte: 3cycles", 3],
  dispatchCycles: ["dispatch: 4us", 1000],
  dmaSetupCycles: ["dmaSetup: 5us", 1250],
  dmaBytesPerCycle: ["dmaBytesPerCycle: 0.25", 0.25],
  keyTableCycles: ["keyTable: 6us", 1500],
  completionCycles: ["completion: 7us", 1750],
  packetCycles: ["packet: 8us", 2000],
  hashBlockCycles: ["hashBlock: 9us", 2250],
  cipherBlockCycles: ["cipherBlock: 10us", 2500],
  exponentiationCycles: ["exponentiation: 11us", 2750],
};

const WORLD: InFiles<WorldOptions> = {
  seed: ["seed: five", "five"],
  frequencyHz: "files say times in units, and one of them is the cycle of 4ns",
  keepEvents: "how a run is recorded is said where it is run: hbasim run --ring",
  adapters: "a table of its own above",
  host: "a table of its own above",
  targets: "a table of its own above",
  network: ["network: { loss: 2% }", { lossPerMille: 20 }],
  datagramFaults: "`faults` say of each datagram more",
  costs: "a table of its own above",
  keyStore: OBJECT,
  campaign: "a memory of results that many runs share is an object of a program",
  image: "what an earlier run has left is said where it is run: hbasim run --image",
};

/** The options of a file; of a part only one field is other than usual. */
function optionsOf({ adapter = "", target = "", host = "", costs = "", file = "" }): WorldOptions {
  const usual = (given: string, fields: readonly string[]) =>
    [...fields.filter((each) => !given.startsWith(each.split(":")[0] ?? "")), ...(given === "" ? [] : [given])].join(
      ", ",
    );
  const source = `name: options
${file}
adapters: { hba0: { ${usual(adapter, ["storage: nvram", "ports: [192.0.2.10]"])} } }
targets: { disk: { ${usual(target, ["address: 192.0.2.20"])} } }
host: { ${host} }
costs: { ${costs} }
steps: [startService: {}]
`;
  return worldOptions(openScenario(source, "options.yaml").scenario, {});
}

/** Looks at each option of a table. */
function compare<T extends object>(table: InFiles<T>, read: (field: string) => T | undefined): void {
  for (const [name, told] of Object.entries<readonly [string, unknown] | string>(table)) {
    if (typeof told === "string") continue;
    const [field, value] = told;
    assertEquals((read(field) as Record<string, unknown> | undefined)?.[name], value, name);
  }
}

Deno.test("each option of a world that is plain data can be written in a file", () => {
  compare(ADAPTER, (adapter) => optionsOf({ adapter }).adapters[0]);
  compare(TARGET, (target) => optionsOf({ target }).targets?.[0]);
  compare(HOST, (host) => optionsOf({ host }).host);
  compare(HOST_COSTS, (costs) => optionsOf({ host: `costs: { ${costs} }` }).host?.costs as HostCosts);
  compare(TIMEOUTS, (timeouts) => optionsOf({ host: `timeouts: { ${timeouts} }` }).host?.timeouts as HostTimeouts);
  compare(COSTS, (costs) => optionsOf({ costs }).costs as CostTable);
  compare(WORLD, (file) => optionsOf({ file }));
});

const HEAD = "name: x\nadapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }\n";

Deno.test("what a world refuses of these options is told at its place in the file", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["host: { sealingKey: 0102 }", "x.yaml:3:21: host.sealingKey: 2 bytes"],
    ["host: { timeouts: { boot: 0us } }", "x.yaml:3:27: host.timeouts.boot: 0 cycles"],
    [
      "host: { timeouts: { boot: 5 } }",
      'x.yaml:3:27: host.timeouts.boot: "5" is not accepted here; did you mean 5ms or 5s?',
    ],
    ["host: { costs: { rpc: 2000h } }", "x.yaml:3:23: host.costs.rpc: 1800000000000000 cycles"],
    ["costs: { packet: 2000h }", "x.yaml:3:18: costs.packet: 1800000000000000 cycles"],
    ["costs: { dmaBytesPerCycle: 0 }", "x.yaml:3:28: costs.dmaBytesPerCycle: 0 is not"],
    ["host: { service: runing }", 'x.yaml:3:18: host.service: "runing" is not accepted here; did you mean running?'],
    ["host: { costs: { rcp: 1us } }", 'x.yaml:3:18: host.costs: "rcp" is not accepted here'],
  ];
  for (const [line, said] of cases) {
    const { message } = assertThrows(
      () => checkScenario(`${HEAD}${line}\nsteps: [startService: {}]\n`, "x.yaml"),
      ScenarioError,
      undefined,
      line,
    );
    assertStringIncludes(message, said);
  }
  const { message } = assertThrows(
    () =>
      checkScenario(
        HEAD.replace("ports", "firmware: { publicKey: 01 }, ports") + "allowNothing: true\nsteps: []\n",
        "x.yaml",
      ),
    ScenarioError,
  );
  assertStringIncludes(message, "adapters.hba0.firmware.publicKey: 1 bytes");
});

Deno.test("host and costs are put to use, and worlds that differ in them are told apart", () => {
  const run = (lines: string) => runScenarioText(`${HEAD}${lines}\nsteps: [setGroupKey: { key: a key }]\n`, "x.yaml");
  const usual = run("");
  assertEquals(usual.holds, true);
  const stopped = run("host: { service: stopped }");
  assertEquals(stopped.verdicts[0]?.actual, "ISDSC_SERVICE_NOT_RUNNING");
  for (const lines of ["host: { costs: { rpc: 1ms } }", "costs: { packet: 1us, dispatch: 1ms }"]) {
    assertEquals(run(lines).digest === usual.digest, false, lines);
  }
  const image = `firmware: { image: ${bytesToHex(FIRMWARE_IMAGE)} }, ports`;
  const own = `${HEAD.replace("ports", image)}steps: [setGroupKey: { key: a key }]\n`;
  assertEquals(runScenarioText(own, "x.yaml").digest, usual.digest);
  const digest = (lines: string) =>
    worldDigest(openScenario(`${HEAD}${lines}\nallowNothing: true\nsteps: []\n`, "x.yaml").scenario);
  assertEquals(new Set(["", "host: { service: stopped }", "costs: { packet: 1us }"].map(digest)).size, 3);
});
