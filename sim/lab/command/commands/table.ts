/**
 * All commands by their names. What a command needs is loaded when it is asked
 * for: help and mistakes answer before a world could be built.
 *
 * @module
 */

import type { CommandEntry } from "../command.ts";

/** The commands, in the order in which help lists them. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: {
    about: "run scenario files and judge their expectations",
    operands: "FILE[CASE]...",
    takesOptions: true,
    load: async () => (await import("./run.ts")).run,
  },
  test: {
    about: "run all scenario files of folders on several threads, like a test runner",
    operands: "FILE[CASE]|FOLDER...",
    takesOptions: true,
    load: async () => (await import("./test.ts")).test,
  },
  check: {
    about: "read scenario files and say what is wrong with them, without a run",
    operands: "FILE...",
    takesOptions: true,
    load: async () => (await import("./check.ts")).check,
  },
  trace: {
    about: "print the events of a trace file, all or some of them",
    operands: "TRACE",
    takesOptions: true,
    load: async () => (await import("./trace.ts")).trace,
  },
  explain: {
    about: "why something happened: which key won, which packet ended a login, which chain led to a status",
    operands: "FILE|TRACE WHAT",
    takesOptions: true,
    load: async () => (await import("./explain.ts")).explain,
  },
  replay: {
    about: "run a bundle again: it must be the same run",
    operands: "BUNDLE",
    takesOptions: true,
    load: async () => (await import("./replay.ts")).replay,
  },
  debug: {
    about: "go to and fro in a run, and look at it",
    operands: "BUNDLE|FILE[CASE]",
    takesOptions: true,
    load: async () => (await import("./debug.ts")).debug,
  },
  diff: {
    about: "the first event in which two runs part, of bundles with the state of both",
    operands: "TRACE TRACE | BUNDLE BUNDLE",
    takesOptions: true,
    load: async () => (await import("./diff.ts")).diff,
  },
  decode: {
    about: "print flash images, messages of IKE and buffers of WMI in words, without any key",
    operands: "FILE",
    takesOptions: true,
    load: async () => (await import("./decode.ts")).decode,
  },
  bridge: {
    about: "run a scenario against a real IKE peer, in real time",
    operands: "FILE",
    takesOptions: true,
    load: async () => (await import("./bridge.ts")).bridge,
  },
  iscsicli: {
    about: "iscsicli commands against a world that lives in a file",
    operands: "[VERB ARG...]",
    takesOptions: true,
    load: async () => (await import("./iscsicli.ts")).iscsicli,
  },
  cuts: {
    about: "cut the power of the key store everywhere and judge what is left",
    operands: "",
    takesOptions: true,
    load: async () => (await import("./cuts.ts")).cuts,
  },
  module: {
    about: "check and meter a key store in C, C++ or Rust that was linked for WebAssembly",
    operands: "IN",
    takesOptions: true,
    load: async () => (await import("./module.ts")).module,
  },
  explore: {
    about: "look for runs that break a rule, by seeds, and make them small",
    operands: "[FILE[CASE]]",
    takesOptions: true,
    load: async () => (await import("./explore.ts")).explore,
  },
  schema: {
    about: "print the JSON Schema of scenario files, for editors",
    operands: "",
    takesOptions: false,
    load: async () => (await import("./schema.ts")).schema,
  },
};
