/**
 * What a scenario file may say.
 *
 * The schema below is the only definition: the types of the rest of the room
 * follow from it, and so do the error messages.
 *
 * @module
 */

import { flashFault } from "./flash_faults.ts";
import {
  boolean,
  integer,
  list,
  mapping,
  oneOf,
  optional,
  type Reader,
  readYaml,
  scalar,
  text,
  variant,
} from "./schema.ts";
import {
  duration,
  hexBytes,
  identifier,
  identifierOrAny,
  internetAddress,
  key,
  port,
  securityFlags,
  suite,
} from "./values.ts";
import { IsdscStatus, MailboxCommand } from "../../../firmware/manual/interface.ts";

/** A status to expect: a name of `iscsierr.h` with or without `ISDSC_`, or a number. */
export function status(): Reader<number> {
  return scalar(
    "SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE, or a number",
    (word) => {
      const name = word.replace(/^ISDSC_/, "");
      if (name in IsdscStatus) {
        return IsdscStatus[name as keyof typeof IsdscStatus];
      }
      return /^(0x[0-9a-f]{1,8}|\d{1,10})$/i.test(word) ? Number(word) : undefined;
    },
  );
}

/** A mailbox command: its name in the hardware manual, or its code. */
function mailboxCommand(): Reader<number> {
  const names = Object.keys(MailboxCommand);
  return scalar(`${names.join(", ")}, or a code`, (word) => {
    const named = Object.entries(MailboxCommand).find(([name]) => name === word);
    if (named !== undefined) return named[1];
    return /^(0x[0-9a-f]{1,4}|\d{1,5})$/i.test(word) ? Number(word) : undefined;
  });
}

const flash = {
  part: optional(oneOf("W25Q64JV", "BY25Q64AS", "MX25V1635F")),
  /** How many sectors of it the key store has. */
  sectors: optional(integer(3, 256)),
  /** Which column of the data sheet. */
  timing: optional(oneOf("typical", "maximum")),
  /** What is wrong with it from the beginning. */
  faults: optional(list(flashFault())),
};

const adapter = {
  name: text(),
  /** Where keys are kept. */
  storage: oneOf("nvram", "ram", "none"),
  /** One address for each port. */
  ports: list(internetAddress()),
  tunnelMode: optional(boolean()),
  /** How many keys the RAM table holds. */
  keyTableEntries: optional(integer(1, 4096)),
  /** The flash part of an adapter with `storage: nvram`; 64 KiB of a W25Q64JV by default. */
  flash: optional(mapping(flash)),
  /** `tampered` flips a bit of the signed image. */
  image: optional(oneOf("signed", "tampered")),
  /** What it proposes in phase 1, in order of preference: `aes256-sha256-modp2048`. */
  suites: optional(list(suite())),
  retransmission: optional(oneOf("doubling", "strongSwan")),
};

const targetKeyFields = {
  /** Main mode: the initiator's address. Aggressive mode: its identifier. `any` is the default for all. */
  id: identifierOrAny(),
  key: key(),
};

const target = {
  name: text(),
  address: internetAddress(),
  modes: optional(list(oneOf("main", "aggressive"))),
  /** The identifier it answers with; its address by default. */
  id: optional(identifier()),
  /** Its key table; none for a target outside. */
  keys: optional(list(mapping(targetKeyFields))),
  suites: optional(list(suite())),
  retransmission: optional(oneOf("doubling", "strongSwan")),
  /** A real peer, reached through a bridge: nothing of it is simulated. */
  outside: optional(boolean()),
};

const network = {
  latency: optional(duration()),
  jitter: optional(duration()),
  /** Datagrams lost of a thousand. */
  lossPerMille: optional(integer(0, 1000)),
  duplicatesPerMille: optional(integer(0, 1000)),
  /** Datagrams of which a bit is flipped on the way. */
  corruptionPerMille: optional(integer(0, 1000)),
  /** Datagrams that are held back, so that later ones overtake them. */
  reordersPerMille: optional(integer(0, 1000)),
  /** How long they are held back. */
  reorderDelay: optional(duration()),
};

const expectation = { expect: optional(status()) };

/** Steps other than those that contain steps. */
const simpleSteps = {
  /** SetIScsiIKEInfo. */
  setKey: mapping({
    adapter: text(),
    port: optional(port()),
    id: identifier(),
    key: key(),
    flags: optional(securityFlags()),
    persist: optional(boolean()),
    ...expectation,
  }),
  /** GetIScsiIKEInfo. */
  getKey: mapping({
    adapter: text(),
    port: optional(port()),
    id: identifier(),
    expectFlags: optional(securityFlags()),
    ...expectation,
  }),
  /** SetIScsiGroupPresharedKey: for every adapter of the host. */
  setGroupKey: mapping({
    key: key(),
    persist: optional(boolean()),
    ...expectation,
  }),
  /** SetIScsiTunnelModeOuterAddress. */
  setTunnelAddress: mapping({
    adapter: optional(text()),
    port: optional(port()),
    destination: internetAddress(),
    outer: internetAddress(),
    persist: optional(boolean()),
    ...expectation,
  }),
  /** LoginIScsiTarget, as far as phase 1. */
  login: mapping({
    adapter: text(),
    port: optional(port()),
    target: text(),
    flags: optional(securityFlags()),
    key: optional(key()),
    /** The mode that phase 1 must have used. */
    expectMode: optional(oneOf("main", "aggressive")),
    ...expectation,
  }),
  /** A WMI buffer as a management tool would send it. */
  wmi: mapping({
    adapter: text(),
    method: integer(0, 0xffff_ffff),
    hex: hexBytes(),
    /** How many bytes the buffer has room for; the larger of input and 16 by default. */
    outputBytes: optional(integer(0, 0xffff)),
    /** OUT.Status. */
    expect: optional(status()),
    /** The answer of the driver stack. */
    expectNtStatus: optional(integer(0, 0xffff_ffff)),
    /** All bytes of the output. */
    expectHex: optional(hexBytes()),
  }),
  /** A command to the adapter's mailbox, past WMI and the service. */
  mailbox: mapping({
    adapter: text(),
    /** A name or code of the hardware manual. */
    command: mailboxCommand(),
    /** The request, as the manual lays it out. */
    hex: optional(hexBytes()),
    responseBytes: optional(integer(0, 1024)),
    /** Mailbox 1 of commands without a request. */
    parameter: optional(integer(0, 0xffff_ffff)),
    /** Mailbox 0 of the completion. */
    expectMailbox: optional(integer(0, 0xffff)),
    /** The ISDSC status in mailbox 1. */
    expect: optional(status()),
    /** All bytes of the response. */
    expectHex: optional(hexBytes()),
  }),
  /** Asks the adapter about itself, through WMI. */
  information: mapping({
    adapter: text(),
    expectStatus: optional(oneOf("working", "degraded", "critical", "failed")),
    expectCacheValid: optional(boolean()),
  }),
  /** Power off and on again. */
  powerCycle: mapping({ adapter: text(), off: optional(duration()) }),
  /** Something goes wrong with the adapter's flash part. */
  flashFault: mapping({ adapter: text(), fault: flashFault() }),
  /** A reset of the adapter by its driver. */
  reset: mapping({ adapter: text() }),
  /** Power of the host off and on again: adapters lose theirs with it. */
  rebootHost: mapping({
    off: optional(duration()),
    /** The service and the adapters are stopped before the power goes; false by default. */
    orderly: optional(boolean()),
  }),
  stopService: mapping({}),
  startService: mapping({}),
  /** How many exchanges a target has established since the beginning, at least. */
  established: mapping({ target: text(), atLeast: integer(0, 1_000_000) }),
  /** Lets time pass. */
  wait: duration(),
};

/** A step that goes wrong on purpose: power is cut while the inner step runs. */
const powerCut = mapping({
  adapter: text(),
  /** Time from the beginning of the inner step. */
  after: optional(duration()),
  /** Or the absolute cycle. */
  atCycle: optional(integer(0, Number.MAX_SAFE_INTEGER)),
  /** How long power stays off. */
  off: optional(duration()),
  during: variant("step", simpleSteps),
});

/** All steps. */
const stepReader = variant("step", { ...simpleSteps, powerCut });

const scenarioReader = mapping({
  name: text(),
  description: optional(text()),
  seed: optional(text()),
  adapters: list(mapping(adapter)),
  targets: optional(list(mapping(target))),
  network: optional(mapping(network)),
  steps: list(stepReader),
});

/** A scenario file, read. */
export type Scenario = ReturnType<typeof scenarioReader.read>;

/** One of its steps. */
export type Step = Scenario["steps"][number];

/**
 * Reads a scenario file.
 *
 * @param source Its YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or says something that is not known: file, line, given and accepted are named.
 */
export function readScenario(source: string, file: string): Scenario {
  return readYaml(source, file, scenarioReader);
}
