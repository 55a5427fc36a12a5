/**
 * Files with mistakes, and what each mistake is answered with: place, what was
 * given, what was probably meant, what is accepted.
 */

import { alternatives } from "../../../sim/shape/alternatives.ts";
import { STEP_WORDS } from "../../../sim/lab/scenario/step_words.ts";
import { STEPS } from "../../../sim/lab/scenario/steps/table.ts";

const STEP_NAMES = Object.keys(STEPS);
/** All steps, as a mistake tells them. */
const VERBS = alternatives(STEP_NAMES);
/** The same with what may stand beside one. */
const WORDS = alternatives(new Set([...STEP_NAMES, ...Object.keys(STEP_WORDS), "expect"]));

const HEAD = `name: wrong
adapters:
  hba0: { storage: nvram, ports: [192.0.2.10] }
targets:
  disk: { address: 192.0.2.20, keys: { any: a key } }
`;

/** A file whose steps are wrong; the first stands in line 7. */
function steps(...lines: readonly string[]): string {
  return `${HEAD}steps:\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** A file whose fields besides the steps are wrong; what is given begins in line 2. */
function document(...lines: readonly string[]): string {
  const has = (field: string) => lines.some((line) => line.startsWith(`${field}:`));
  const adapters = has("adapters") ? [] : ["adapters: { hba0: { storage: nvram, ports: [192.0.2.10] } }"];
  const own = has("steps") ? [] : ["steps: [setGroupKey: { key: a key }]"];
  return ["name: wrong", ...lines, ...adapters, ...own].join("\n");
}

/** An adapter with these fields, in line 2. */
function adapter(fields: string): string {
  return document(`adapters: { hba0: { ${fields} } }`);
}

/** A target with these fields, in line 2. */
function target(fields: string): string {
  return document(`targets: { disk: { ${fields} } }`);
}

/** Each file with the beginnings of what is said of it, a line for each mistake, `file:` left out. */
export const WRONG_FILES: readonly (readonly [source: string, ...said: readonly string[]])[] = [
  [
    steps(
      "- login: { adapter: hba0, targt: disk }",
      "- login: { adapter: hba1, target: disk }",
      "  expect: AUTHENTICATION_FAILED",
    ),
    '7:29: steps[0].login: "targt" is not accepted here; did you mean target? expected one of adapter, port, target, flags, key, or persistent',
    '8:23: steps[1].login.adapter: "hba1" is not accepted here; did you mean hba0? expected one of hba0',
    '9:13: steps[1].expect: "AUTHENTICATION_FAILED" is not accepted here; did you mean AUTHENTICATION_FAILURE? expected any, SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE (`hbasim help statuses`), of winerror.h such as ERROR_FILE_NOT_FOUND, or a number from 0 to 0xffffffff, a list of them, or a mapping with the fields status, mode, suite, key, session, within, since, keyTable, flash, serviceStore, sessions, packets, trace',
  ],
  [
    steps("- loginn: { adapter: hba0 }", "- wait: 5", "  expects: SUCCESS", "- wait: 1.5"),
    `7:5: steps[0]: "loginn" is not accepted here; did you mean login? expected one of ${WORDS}`,
    '8:11: steps[1].wait: "5" is not accepted here; did you mean 5ms or 5s? expected a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h, or a mapping with the fields until, within',
    `9:5: steps[1]: "expects" is not accepted here; did you mean expect? expected one of ${WORDS}`,
    '10:11: steps[2].wait: "1.5" is not accepted here; did you mean 1.5ms or 1.5s? expected a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h, or a mapping with the fields until, within',
  ],
  [
    steps("- logn: { adapter: hba0, target: disk }"),
    `7:5: steps[0]: "logn" is not accepted here; did you mean login? expected one of ${WORDS}`,
  ],
  [
    steps("- wait: 5"),
    '7:11: steps[0].wait: "5" is not accepted here; did you mean 5ms or 5s? expected a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h, or a mapping with the fields until, within',
  ],
  [
    steps("- login: { adapter: hba0, target: disk }", "  reset: { adapter: hba0 }"),
    "8:5: steps[0]: reset beside login is not accepted here; expected one of them here, and a step of its own for the other",
  ],
  [
    steps("- setKey: { adapter: hba0, id: 192.0.2.10, key: $goood }").replace(
      "steps:",
      "parameters: { good: a key, spare: another }\nsteps:",
    ),
    "8:51: steps[0].setKey.key: $goood is not accepted here; did you mean $good? expected one of $good or $spare",
  ],
  [
    steps("- setKey: { adapter: hba0, id: 192.0.2.10, key: $good }").replace(
      "steps:",
      "parameters: { good: a key, spare: another }\nsteps:",
    ),
    "6:28: parameters[1]: spare, which is used nowhere, is not accepted here; expected $spare in the place of a value",
  ],
  [
    adapter("storage: ram, ports: [192.0.2.10], flash: { sectors: 8 }"),
    "2:63: adapters.hba0.flash: a flash part with storage: ram is not accepted here; expected storage: nvram, or no flash part",
  ],
  [
    document("targets: { disk: { address: 192.0.2.10 } }"),
    "2:29: targets.disk.address: that 192.0.2.10 occurs twice is not accepted here; expected an address of its own: adapters.hba0.ports[0] has it",
  ],
  [
    document("matrix: { cut: 0us..10 step 50us }", "steps: [wait: $cut]"),
    "2:16: matrix[0]: a range whose upper end has no unit is not accepted here; expected 0us..10us",
  ],
  [
    steps("- setKey: { adapter: hba0, key: a key }", "  expect: old or nwe"),
    '7:13: steps[0].setKey: a mapping without the field "id" is not accepted here; expected an address, a host name, user@domain, or type11:0a0b: an identification type and bytes in hex',
    '8:13: steps[0].expect: "old or nwe" is not accepted here; did you mean old or new? expected any, old or new, SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE (`hbasim help statuses`), of winerror.h such as ERROR_FILE_NOT_FOUND, or a number from 0 to 0xffffffff, a list of them, or a mapping with the fields status, within, since, keyTable, flash, serviceStore, sessions, packets, trace',
  ],
  [
    steps("- information: { adapter: hba0 }", "  expect: { mode: main }", "- stopService: {}", "  expect: SUCCESS"),
    '8:15: steps[0].expect: "mode" is not accepted here; expected one of health, cacheValid, identity, within, since, keyTable, flash, serviceStore, sessions, packets, or trace; mode is an answer of login: it stands in expect',
    "10:13: steps[1].expect: a text of 7 characters is not accepted here; expected a mapping with the fields within, since, keyTable, flash, serviceStore, sessions, packets, trace",
  ],
  [
    steps('- setKey: { adapter: hba0, id: "not an identifier at all!!", key: a key }'),
    '7:34: steps[0].setKey.id: "not an identifier at all!!" is not accepted here; expected an address, a host name, user@domain, or type11:0a0b: an identification type and bytes in hex',
  ],
  [
    steps("- login: { adapter: hba0, adapter: hba0, target: disk }"),
    "7:29: steps[0].login: a name that the mapping already has (7:14) is not accepted here; expected each name once",
  ],
  [
    document("adapter: { hba0: {} }"),
    '2:1: "adapter" is not accepted here; did you mean adapters? expected one of name, description, tags, seed, limit, parameters, matrix, cases, adapters, targets, network, host, costs, allowNothing, faults, steps, or invariants',
  ],
  [
    document("adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10] }]"),
    "2:11: adapters: a list is not accepted here; expected a mapping of names to a mapping with the fields storage, ports, tunnelMode, keyTableEntries, sessions, flash, store, driver, eventLimitBytes, eventCapacity, receiveRingLength, firmware, image, policy; a name is a text",
  ],
  [
    document("adapters: {}"),
    "2:11: adapters: a list of 0 is not accepted here; expected at least 1",
  ],
  [
    document('adapters: { "*": { storage: ram, ports: [192.0.2.10] } }'),
    '2:13: adapters."*": "*" is not accepted here; expected a name of 1 to 255 characters, none of them a control or format character, not all of them blank, and not "*"',
  ],
  [
    adapter("storage: flash, ports: [192.0.2.10]"),
    '2:30: adapters.hba0.storage: "flash" is not accepted here; expected nvram, ram, or none',
  ],
  [
    adapter("ports: [192.0.2.10]"),
    '2:19: adapters.hba0: a mapping without the field "storage" is not accepted here; expected nvram, ram, or none',
  ],
  [
    adapter("storage: nvram, ports: 192.0.2.10"),
    '2:44: adapters.hba0.ports: "192.0.2.10" is not accepted here; expected a list of an IPv4 or IPv6 address',
  ],
  [
    adapter("storage: nvram, ports: []"),
    "2:44: adapters.hba0.ports: a list of 0 is not accepted here; expected 1 to 256",
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.256]"),
    '2:45: adapters.hba0.ports[0]: "192.0.2.256" is not accepted here; expected an IPv4 or IPv6 address',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10, 192.0.2.10]"),
    "2:57: adapters.hba0.ports[1]: that 192.0.2.10 occurs twice is not accepted here; expected an address of its own: adapters.hba0.ports[0] has it",
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], keyTableEntries: 0"),
    '2:75: adapters.hba0.keyTableEntries: "0" is not accepted here; expected a whole number from 1 to 4096',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], tunnelMode: maybe"),
    '2:70: adapters.hba0.tunnelMode: "maybe" is not accepted here; expected true or false',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], flash: { part: W25Q64JW }"),
    '2:73: adapters.hba0.flash.part: "W25Q64JW" is not accepted here; did you mean W25Q64JV? expected W25Q64JV, BY25Q64AS, MX25V1635F, S25HL512T, M25P64, STM32L4, or STM32H743',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], flash: { sectors: 2 }"),
    '2:76: adapters.hba0.flash.sectors: "2" is not accepted here; expected a whole number from 3 to 256',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], flash: { faults: [{ eraseFailure: { sector: 99 } }] }"),
    "2:102: adapters.hba0.flash.faults[0].eraseFailure.sector: 99 is not accepted here; expected 0 to 15",
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], flash: { faults: [{ fire: 1 }] }"),
    '2:78: adapters.hba0.flash.faults[0]: "fire" is not accepted here; expected one of flip, stuck, weak, retention, readDisturb, programFailure, eraseFailure, endurance, badCells, disturbingReads, chargeLoss, storage, brownOut, programCut, eraseCut, or statusCut',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], policy: strongswam"),
    '2:66: adapters.hba0.policy: "strongswam" is not accepted here; did you mean strongswan? expected strongswan, libreswan, racoon, or windows, or a mapping with the fields like, suites, modes, numbering, attributeOrder, durationForm, choice, lifetime, lifetimeKilobytes, nonceBytes, rekeyMargin, retransmission, halfOpenLimit, halfOpenPerAddress, halfOpen, deadPeerDetection, natTraversal, fragmentation, initialContact, encryptConfirmation, padding, wholeWords, vendorIds, answeredVendorIds, tolerances',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], policy: { like: cisco }"),
    '2:74: adapters.hba0.policy.like: "cisco" is not accepted here; expected strongswan, libreswan, racoon, or windows',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], policy: { lifetime: 3600 }"),
    '2:78: adapters.hba0.policy.lifetime: "3600" is not accepted here; expected a duration such as 30s of whole s, from 1s to 4294967295s',
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], policy: { suites: [] }"),
    "2:76: adapters.hba0.policy.suites: a list of 0 is not accepted here; expected 1 to 64",
  ],
  [
    adapter("storage: nvram, ports: [192.0.2.10], policy: { suites: [des-md5-modp1000] }"),
    '2:77: adapters.hba0.policy.suites[0]: "des-md5-modp1000" is not accepted here; expected a suite such as aes256-sha256-modp2048 or 3des-sha1-modp1024',
  ],
  [
    adapter(
      "storage: nvram, ports: [192.0.2.10], policy: { natTraversal: false, vendorIds: [RFC 3947, dead peer detection] }",
    ),
    '2:100: adapters.hba0.policy.vendorIds: vendor id "RFC 3947" is not accepted here; expected none, or natTraversal: true',
  ],
  [
    target("address: disk.example"),
    '2:29: targets.disk.address: "disk.example" is not accepted here; expected an IPv4 or IPv6 address',
  ],
  [
    target("keys: { any: a key }"),
    '2:18: targets.disk: a mapping without the field "address" is not accepted here; expected an IPv4 or IPv6 address',
  ],
  [
    target("address: 192.0.2.20, keys: [a key]"),
    "2:47: targets.disk.keys: a list is not accepted here; expected a mapping of names to a key of a byte at least: a text, or 0x and bytes in hex; a name is any, an address, a host name, user@domain, or type11:0a0b: an identification type and bytes in hex",
  ],
  [
    target("address: 192.0.2.20, keys: { any: '' }"),
    "2:54: targets.disk.keys[0]: a text of 0 characters is not accepted here; expected a key of a byte at least: a text, or 0x and bytes in hex",
  ],
  [
    target("address: 192.0.2.20, keys: { any: 0xabc }"),
    "2:54: targets.disk.keys[0]: a text of 5 characters is not accepted here; expected a key of a byte at least: a text, or 0x and bytes in hex",
  ],
  [
    target("address: 192.0.2.20, keys: { host.example: a, HOST.example: b }"),
    "2:66: targets.disk.keys[1]: that an identifier of type 2 occurs twice is not accepted here; expected an identifier of its own: targets.disk.keys[0] has it",
  ],
  [
    target("address: 192.0.2.20, outside: perhaps"),
    '2:50: targets.disk.outside: "perhaps" is not accepted here; expected true or false',
  ],
  [
    document("targets: { hba0: { address: 192.0.2.20 } }"),
    '2:12: targets.hba0: that "hba0" occurs twice is not accepted here; expected a name of its own: adapters.hba0 has it',
  ],
  [
    document("network: { loss: 5 }"),
    '2:18: network.loss: "5" is not accepted here; did you mean 5% or 5permille? expected a rate such as 2% or 20permille, of whole permille, at most 100%',
  ],
  [
    document("network: { loss: 101% }"),
    '2:18: network.loss: "101%" is not accepted here; expected a rate such as 2% or 20permille, of whole permille, at most 100%',
  ],
  [
    document("network: { latency: 50 us, jitter: 20s }"),
    "2:36: network.jitter: 5000000000 cycles is not accepted here; expected a whole number from 0 to 4294967295, of 4ns each",
  ],
  [
    document("network: { reorders: 2% }"),
    "2:22: network.reorders: datagrams that are held back for no time is not accepted here; expected reorderDelay beside it, or none",
  ],
  [
    document("network: { links: { hba0 > dsk: { loss: 2% } } }"),
    '2:21: network.links."hba0 > dsk": "dsk" is not accepted here; expected one of hba0',
  ],
  [
    document("network: { links: { hba0: { loss: 2% } } }"),
    '2:21: network.links.hba0: "hba0" is not accepted here; expected "FROM > TO", each the name of an adapter or a target',
  ],
  [
    document("seed: 1.5"),
    '2:7: seed: "1.5" is not accepted here; expected a seed: a text that is not empty, or a whole number from 0',
  ],
  [
    document("limit: 1 day"),
    '2:8: limit: "1 day" is not accepted here; expected a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h, and not 0',
  ],
  [
    document("tags: nvram"),
    '2:7: tags: "nvram" is not accepted here; expected a list of a word of letters, digits, hyphens',
  ],
  [
    document("allowNothing: sometimes"),
    '2:15: allowNothing: "sometimes" is not accepted here; expected true or false',
  ],
  [
    document("matrix: { seed: 1..3 }", "seed: 4"),
    "3:7: seed: a seed besides the seeds of the matrix is not accepted here; expected one of the two",
  ],
  [
    document(
      "matrix: { a: 1..1000, b: 1..1000 }",
      "steps: [{ setGroupKey: { key: $a } }, { setGroupKey: { key: $b } }]",
    ),
    "2:9: matrix: a matrix of 1000000 cases is not accepted here; expected 100000 at the most",
  ],
  [
    document("cases: { one: { a: 1 }, two: { b: 2 } }", "steps: [setGroupKey: { key: $a }]"),
    "2:32: cases.two[0]: b, which the first row does not have, is not accepted here; expected the names of the first row: a",
  ],
  [
    document("cases: { one: { a: 5ms }, two: { a: 5 } }", "steps: [wait: $a]"),
    '3:15: steps[0].wait: $a, "5", is not accepted here; expected a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h, or a mapping with the fields until, within (in 1 of 2 cases)',
  ],
  [
    document("steps: { setGroupKey: { key: a key } }"),
    `2:8: steps: a mapping is not accepted here; expected a list of one step of ${VERBS}`,
  ],
  [
    document("steps: [setGroupKey]"),
    `2:9: steps[0]: a text of 11 characters is not accepted here; expected one step of ${VERBS}`,
  ],
  [
    document("steps: [setGroupKey: {}]"),
    '2:22: steps[0].setGroupKey: a mapping without the field "key" is not accepted here; expected a key of a byte at least: a text, or 0x and bytes in hex',
  ],
  [
    steps("- setKey: { adapter: hba0, port: first, id: 192.0.2.10, key: a key }"),
    '7:36: steps[0].setKey.port: "first" is not accepted here; expected a port number from 0, or all',
  ],
  [
    steps("- setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, quick] }"),
    '7:71: steps[0].setKey.flags[1]: "quick" is not accepted here; expected ike, main, aggressive, pfs, transport, or tunnel',
  ],
  [
    steps("- { setGroupKey: { key: a key }, expect: [SUCCESS, any] }"),
    '7:54: steps[0].expect[1]: "any" is not accepted here; expected SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE (`hbasim help statuses`), of winerror.h such as ERROR_FILE_NOT_FOUND, or a number from 0 to 0xffffffff',
  ],
  [
    steps("- { setGroupKey: { key: a key }, expects: SUCCESS }"),
    `7:36: steps[0]: "expects" is not accepted here; did you mean expect? expected one of ${WORDS}`,
  ],
  [
    steps("- wmi: { adapter: hba0, method: ClearCash }"),
    '7:35: steps[0].wmi.method: "ClearCash" is not accepted here; did you mean ClearCache? expected SetPresharedKeyForId, GetPresharedKeyForId, SetGroupPresharedKey, SetTunnelModeOuterAddress, ClearCache, SetGenerationalGuid, or a number from 0 to 0xffffffff',
  ],
  [
    steps("- wmi: { adapter: hba0, method: ClearCache, hex: 0g }"),
    "7:52: steps[0].wmi.hex: a text of 2 characters is not accepted here; expected bytes in hex, for example 00 01 fe",
  ],
  [
    steps("- mailbox: { adapter: hba0, command: setEverything }"),
    '7:40: steps[0].mailbox.command: "setEverything" is not accepted here; expected aboutFirmware, stopFirmware, getFirmwareState, setPresharedKeyForId, getPresharedKeyForId, setGroupPresharedKey, setTunnelModeOuterAddress, clearCache, setGenerationalGuid, getAdapterInformation, openSession, closeSession, savePersistentLogin, removePersistentLogin, getPersistentLogin, addConnection, removeConnection, getConnection, getPortAddress, getPhase1Statistics, getSecurityCapabilities, getSessionLogin, or a code from 0 to 0xffff',
  ],
  [
    steps("- damage: { adapter: hba0, flip: { address: 999999999, mask: 1 } }"),
    "7:47: steps[0].damage.flip.address: 999999999 is not accepted here; expected 0 to 65535",
  ],
  [
    steps("- !!str wait: 5ms"),
    `7:11: steps[0]: a name with a tag is not accepted here; expected one of ${WORDS}`,
  ],
  [
    steps("- setGroupKey: { key: *key }"),
    "7:25: steps[0].setGroupKey.key: an alias is not accepted here; expected a key of a byte at least: a text, or 0x and bytes in hex",
  ],
  [
    "name: wrong\nsteps: [\n",
    "3:1: a line with this indentation, or one before it that is not closed, is not accepted here; expected lines that line up with their neighbours, and a closing bracket or brace",
  ],
  [
    "name: wrong\n\tsteps: []\n",
    "2:1: a tab as indentation is not accepted here; expected blanks",
  ],
  [
    "",
    "1:1: nothing is not accepted here; expected a mapping with the fields name, description, tags, seed, limit, parameters, matrix, cases, adapters, targets, network, host, costs, allowNothing, faults, steps, invariants",
  ],
  [
    steps("- { setGroupKey: { key: k }, expect: [SUCCESS, ERROR_SEM_TIMOUT] }"),
    '7:50: steps[0].expect[1]: "ERROR_SEM_TIMOUT" is not accepted here; did you mean ERROR_SEM_TIMEOUT? expected SUCCESS, a name of iscsierr.h such as ISDSC_AUTHENTICATION_FAILURE (`hbasim help statuses`), of winerror.h such as ERROR_FILE_NOT_FOUND, or a number from 0 to 0xffffffff',
  ],
  [
    steps("- { wmi: { adapter: hba0, method: ClearCache }, expect: { ntStatus: STATUS_NO_SUCH_DEVISE } }"),
    '7:71: steps[0].expect.ntStatus: "STATUS_NO_SUCH_DEVISE" is not accepted here; did you mean STATUS_NO_SUCH_DEVICE? expected STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_NO_SUCH_DEVICE, STATUS_INVALID_DEVICE_REQUEST, STATUS_BUFFER_TOO_SMALL, STATUS_IO_TIMEOUT, STATUS_CANCELLED, STATUS_IO_DEVICE_ERROR, STATUS_WMI_GUID_NOT_FOUND, STATUS_WMI_INSTANCE_NOT_FOUND, STATUS_WMI_ITEMID_NOT_FOUND, STATUS_WMI_GUID_DISCONNECTED, or a number from 0 to 0xffffffff, or a list of them',
  ],
  [
    document("host: { service: runing, timeouts: { boot: 5 } }"),
    '2:18: host.service: "runing" is not accepted here; did you mean running? expected running or stopped',
    '2:44: host.timeouts.boot: "5" is not accepted here; did you mean 5ms or 5s? expected a duration such as 250us, 10ms, 30s, 2min, 123cycles, at most 2501h',
  ],
  [
    document("costs: { packets: 1us }"),
    '2:10: costs: "packets" is not accepted here; did you mean packet? expected one of reset, verifySignature, hashImageByte, dispatch, dmaSetup, dmaBytesPerCycle, keyTable, completion, packet, hashBlock, cipherBlock, or exponentiation',
  ],
  [
    steps(
      "- { login: { adapter: hba0, target: disk, mode: main } }",
      "- { login: { adapter: hba0, target: disk, expect: SUCCESS } }",
      "- { login: { adapter: hba0, target: disk }, within: 5ms }",
    ),
    '7:45: steps[0].login: "mode" is not accepted here; expected one of adapter, port, target, flags, key, or persistent; mode is an answer of login: it stands in expect',
    '8:45: steps[1].login: "expect" is not accepted here; expected one of adapter, port, target, flags, key, or persistent; expect stands beside the verb of a step',
    `9:47: steps[2]: "within" is not accepted here; expected one of ${WORDS}; within stands inside expect`,
  ],
];
