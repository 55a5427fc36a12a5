/**
 * What happened in a run: typed events with their causes, the digest that
 * tells two runs apart, answers to why, the ladder, and files for other programs: CBOR, JSON
 * Lines, pcapng and Wireshark's key log, waveforms (VCD), Perfetto.
 *
 * @example An event, its cause and the digest
 * ```ts
 * import { Kernel } from "@hba/sim/kernel";
 * import { defineEvent, Recorder, traceDigest } from "@hba/sim/trace";
 *
 * const program = defineEvent("flash program", { address: "number" });
 * const kernel = new Kernel();
 * const recorder = new Recorder(kernel);
 * const flash = recorder.component("flash");
 * const first = recorder.record(flash, program, { address: 0 });
 * kernel.schedule(100, () => recorder.record(flash, program, { address: 256 }));
 * kernel.run();
 * if (recorder.at(1).cause !== first) throw new Error("the cause is not known");
 * if (traceDigest(recorder).length !== 64) throw new Error("no SHA-256 in hex");
 * ```
 *
 * @module
 */

export * from "./cbor_file.ts";
export * from "./coordinate.ts";
export * from "./digest.ts";
export * from "./divergence.ts";
export * from "./event_filter.ts";
export * from "./event_kind.ts";
export * from "./explain/circumstances.ts";
export * from "./explain/evidence.ts";
export * from "./explain/explain.ts";
export * from "./explain/key_choices.ts";
export * from "./explain/phase1_endings.ts";
export * from "./explain/render_explanation.ts";
export * from "./explain/trace_graph.ts";
export * from "./fingerprint.ts";
export * from "./json_lines.ts";
export * from "./key_log.ts";
export * from "./ladder.ts";
export * from "./pcapng.ts";
export * from "./perfetto.ts";
export * from "./recorder.ts";
export * from "./trace_file.ts";
export * from "./vcd.ts";
