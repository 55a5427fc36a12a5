/**
 * Runs a scenario: builds its world, takes its steps one after the other, and
 * judges its expectations.
 *
 * @module
 */

import { AdapterStatus, ALL_PORTS, IsdscStatus, isdscStatusName } from "../../../firmware/manual/interface.ts";
import { describeStatus } from "../../../host/status.ts";
import { HBA_INFORMATION, HBA_INFORMATION_GUID } from "../../../host/wmi/adapter_information.ts";
import { SECURITY_CONFIG_OPERATIONS_GUID } from "../../../host/wmi/security_config_operations.ts";
import { Interruption } from "../../kernel/outside.ts";
import { FlashFaultError } from "../../parts/flash/faults.ts";
import { callEvent, returnEvent } from "../../trace/events.ts";
import type { TraceEvent } from "../../trace/recorder.ts";
import { type AdapterUnit, World } from "../world/world.ts";
import type { ScenarioReport, SessionSummary, Verdict } from "./report.ts";
import { readScenario, type Scenario, type Step } from "./scenario.ts";
import { ScenarioError } from "./schema.ts";
import { type ScenarioOverrides, worldOptions } from "./world_of_scenario.ts";

/** How a scenario is run. */
export interface RunOptions extends ScenarioOverrides {
  /** Told of the world before its power comes, to connect something to it. */
  readonly onWorld?: (world: World) => void;
  /** Told of the world after its last step, or where the run was interrupted: to bring things outside to an end. */
  readonly onEnd?: (world: World) => void;
  /** The file's name, for errors. */
  readonly file?: string;
  /** Told of each step, with what happened in it. */
  readonly onStep?: (step: string, events: readonly TraceEvent[], frequencyHz: number) => void;
}

type SimpleStep = Exclude<Step, { readonly type: "powerCut" }>;

/** How long power stays off unless the step says. */
const OFF_NANOSECONDS = 100_000_000;

/**
 * Runs a scenario.
 *
 * @throws {ScenarioError} A step names an adapter or target that the scenario does not have.
 * @throws {WorldOptionsError} The scenario's parts contradict one another.
 */
export function runScenario(scenario: Scenario, options: RunOptions = {}): ScenarioReport {
  const world = new World(worldOptions(scenario, options));
  const run = new ScenarioRun(scenario, world, options);
  options.onWorld?.(world);
  try {
    run.begin();
    for (const step of scenario.steps) run.take(step);
  } catch (error) {
    if (!(error instanceof Interruption)) throw error;
    run.interrupt();
  }
  options.onEnd?.(world);
  return run.report(scenario);
}

/**
 * Reads a scenario file's text and runs it.
 *
 * @param source The YAML text.
 * @param file Its name, for errors.
 * @throws {ScenarioError} It is not YAML, or says something that is not known.
 * @throws {WorldOptionsError} The scenario's parts contradict one another.
 *
 * @example
 * ```ts
 * import { runScenarioText } from "@hba/sim";
 *
 * const report = runScenarioText(
 *   `
 * name: the group key is set
 * adapters: [{ name: hba0, storage: nvram, ports: [192.0.2.10] }]
 * steps:
 *   - setGroupKey: { key: for all }
 * `,
 *   "example.yaml",
 * );
 * console.assert(report.holds);
 * ```
 */
export function runScenarioText(source: string, file: string, options: RunOptions = {}): ScenarioReport {
  return runScenario(readScenario(source, file), { file, ...options });
}

class ScenarioRun {
  readonly #scenario: Scenario;
  readonly #world: World;
  readonly #options: RunOptions;
  readonly #verdicts: Verdict[] = [];
  readonly #sessions: SessionSummary[] = [];
  #shown = 0;
  #interrupted = false;

  constructor(scenario: Scenario, world: World, options: RunOptions) {
    this.#scenario = scenario;
    this.#world = world;
    this.#options = options;
  }

  begin(): void {
    this.#world.powerOn();
    this.#world.settle();
    this.#show("power on");
  }

  take(step: Step): void {
    const name = step.type === "powerCut" ? `powerCut during ${step.value.during.type}` : step.type;
    if (step.type === "powerCut") this.#powerCut(step);
    else this.#simple(step, true);
    this.#show(`line ${step.line}: ${name}`);
  }

  /** The run goes no further: what has been judged stands. */
  interrupt(): void {
    this.#interrupted = true;
    this.#show("interrupted");
  }

  report(scenario: Scenario): ScenarioReport {
    return {
      name: scenario.name,
      seed: String(this.#options.seed ?? scenario.seed ?? "1"),
      verdicts: this.#verdicts,
      sessions: this.#sessions,
      interrupted: this.#interrupted,
      holds: !this.#interrupted && this.#verdicts.every(({ holds }) => holds),
      digest: this.#world.digest(),
      world: this.#world,
    };
  }

  /**
   * @param judged False in the middle of a power cut, where nobody can say what a call returns unless the step does.
   */
  #simple(step: SimpleStep, judged: boolean): void {
    const world = this.#world;
    const { api } = world.host;
    switch (step.type) {
      case "setKey": {
        const { adapter, port, id, key, flags, persist, expect } = step.value;
        this.#unit(step, adapter);
        const status = world.run(api.setIScsiIKEInfo(adapter, port ?? ALL_PORTS, {
          authMethod: 1,
          securityFlags: flags ?? 0n,
          idType: id.type,
          id: id.bytes,
          key,
        }, persist ?? true));
        return this.#judgeStatus(step, status, expect, judged);
      }
      case "getKey": {
        const { adapter, port, id, expect, expectFlags } = step.value;
        this.#unit(step, adapter);
        const answer = world.run(
          api.getIScsiIKEInfo(adapter, port ?? ALL_PORTS, { idType: id.type, id: id.bytes }),
        );
        this.#judgeStatus(step, answer.status, expect, judged);
        if (expectFlags !== undefined) {
          this.#judge(step, `flags 0x${expectFlags.toString(16)}`, `flags 0x${answer.securityFlags.toString(16)}`);
        }
        return;
      }
      case "setGroupKey": {
        const { key, persist, expect } = step.value;
        return this.#judgeStatus(step, world.run(api.setIScsiGroupPresharedKey(key, persist ?? true)), expect, judged);
      }
      case "setTunnelAddress": {
        const { adapter, port, destination, outer, persist, expect } = step.value;
        if (adapter !== undefined) this.#unit(step, adapter);
        const status = world.run(
          api.setIScsiTunnelModeOuterAddress(adapter, port ?? ALL_PORTS, destination, outer, persist ?? true),
        );
        return this.#judgeStatus(step, status, expect, judged);
      }
      case "login":
        return this.#login(step, judged);
      case "wmi":
        return this.#wmi(step);
      case "mailbox":
        return this.#mailbox(step);
      case "information":
        return this.#information(step);
      case "powerCycle": {
        const { adapter } = this.#unit(step, step.value.adapter);
        adapter.powerOff();
        world.advance(world.cycles(step.value.off ?? OFF_NANOSECONDS));
        adapter.powerOn();
        return this.#world.settle();
      }
      case "flashFault":
        return this.#flashFault(step);
      case "reset":
        this.#unit(step, step.value.adapter).adapter.reset();
        return this.#world.settle();
      case "rebootHost":
        if (step.value.orderly === true) world.run(world.host.shutDown());
        world.powerOff();
        world.advance(world.cycles(step.value.off ?? OFF_NANOSECONDS));
        world.powerOn();
        return this.#world.settle();
      case "stopService":
        world.run(world.host.stopService());
        return;
      case "startService":
        world.run(world.host.startService());
        return this.#world.settle();
      case "established": {
        const { target, atLeast } = step.value;
        this.#target(step, target);
        const count = world.targets.get(target)?.established ?? 0;
        return this.#judge(step, `at least ${atLeast}`, count >= atLeast ? `at least ${atLeast}` : String(count));
      }
      case "wait":
        world.advance(world.cycles(step.value));
        return;
    }
  }

  #flashFault(step: Extract<SimpleStep, { readonly type: "flashFault" }>): void {
    const { adapter: name, fault } = step.value;
    const { flash } = this.#unit(step, name);
    if (flash === undefined) throw this.#error(step, "adapter", name, "an adapter with storage: nvram");
    try {
      flash.inject(fault);
    } catch (error) {
      if (!(error instanceof FlashFaultError)) throw error;
      throw this.#error(step, `fault.${error.field}`, String(error.given), error.accepted);
    }
  }

  #powerCut(step: Extract<Step, { readonly type: "powerCut" }>): void {
    const world = this.#world;
    const { adapter: name, after, atCycle, off, during } = step.value;
    const { adapter } = this.#unit(step, name);
    const delay = atCycle === undefined ? world.cycles(after ?? 0) : atCycle - world.now;
    if (delay < 0) {
      throw this.#error(step, "atCycle", String(atCycle), `a cycle that is still to come; it is ${world.now}`);
    }
    world.kernel.schedule(delay, () => {
      adapter.powerOff();
      world.kernel.schedule(world.cycles(off ?? OFF_NANOSECONDS), () => adapter.powerOn());
    });
    this.#simple(during, false);
    this.#world.settle();
  }

  #login(step: Extract<SimpleStep, { readonly type: "login" }>, judged: boolean): void {
    const world = this.#world;
    const { adapter: name, port, target: targetName, flags, key, expect, expectMode } = step.value;
    const { adapter } = this.#unit(step, name);
    const target = this.#target(step, targetName);
    const before = new Set(adapter.sessions?.sessions().map(({ number }) => number));
    const { status } = world.run(world.host.api.loginIScsiTarget({
      targetName: `iqn.2026-01.example:${targetName}`,
      initiatorInstance: name,
      targetPortal: { address: target.address },
      ...(port === undefined ? {} : { initiatorPortNumber: port }),
      ...(flags === undefined ? {} : { securityFlags: flags }),
      ...(key === undefined ? {} : { key }),
    }));
    this.#judgeStatus(step, status, expect, judged);
    const session = adapter.sessions?.sessions().find(({ number }) => !before.has(number));
    if (session?.association !== undefined) {
      const { mode } = session.association;
      this.#sessions.push({ line: step.line, adapter: name, session: session.number, mode, ...session.phase2 });
    }
    if (expectMode !== undefined) {
      this.#judge(step, `${expectMode} mode`, `${session?.association?.mode ?? "no"} mode`);
    }
  }

  #target(step: Step, name: string): { readonly name: string; readonly address: Uint8Array } {
    const targets = this.#scenario.targets ?? [];
    const target = targets.find((each) => each.name === name);
    if (target !== undefined) return target;
    throw this.#error(step, "target", name, `one of ${targets.map((each) => each.name).join(", ") || "no targets"}`);
  }

  #wmi(step: Extract<SimpleStep, { readonly type: "wmi" }>): void {
    const world = this.#world;
    const { adapter, method, hex, outputBytes, expect, expectNtStatus, expectHex } = step.value;
    this.#unit(step, adapter);
    const tool = world.recorder.component("WMI tool");
    const operation = `method ${method} of MSiSCSI_SecurityConfigOperations`;
    world.recorder.record(tool, callEvent, { to: "wmi", operation, lengthBytes: hex.length, detail: "" });
    const answer = world.run(
      world.host.wmi.executeMethod(
        adapter,
        { guid: SECURITY_CONFIG_OPERATIONS_GUID, methodId: method, input: hex },
        outputBytes ?? 16,
      ),
    );
    world.recorder.record(tool, returnEvent, {
      to: "WMI tool",
      operation,
      lengthBytes: answer.data.length,
      status: ntStatus(answer.ntStatus),
    });
    if (expectNtStatus !== undefined) this.#judge(step, ntStatus(expectNtStatus), ntStatus(answer.ntStatus));
    if (expect !== undefined) {
      const { data } = answer;
      const actual = data.length < 4
        ? `${data.length} bytes of output`
        : isdscStatusName(new DataView(data.buffer, data.byteOffset).getUint32(0, true));
      this.#judge(step, isdscStatusName(expect), actual);
    }
    if (expectHex !== undefined) this.#judge(step, toHex(expectHex), toHex(answer.data));
  }

  #mailbox(step: Extract<SimpleStep, { readonly type: "mailbox" }>): void {
    const { adapter, command, hex, responseBytes, parameter, expectMailbox, expect, expectHex } = step.value;
    this.#unit(step, adapter);
    const answer = this.#world.run(this.#world.host.mailbox(adapter, {
      command,
      request: hex?.slice() ?? new Uint8Array(0),
      responseBytes: responseBytes ?? 0,
      ...(parameter === undefined ? {} : { parameter }),
    }));
    if (answer.type !== "completed") return this.#judge(step, "a completion", answer.type);
    const [mailbox = 0, detail = 0] = answer.registers;
    const name = (code: number) => `mailbox 0x${code.toString(16)}`;
    if (expectMailbox !== undefined) this.#judge(step, name(expectMailbox), name(mailbox));
    if (expect !== undefined) this.#judge(step, isdscStatusName(expect), isdscStatusName(detail));
    if (expectHex !== undefined) this.#judge(step, toHex(expectHex), toHex(answer.response));
  }

  #information(step: Extract<SimpleStep, { readonly type: "information" }>): void {
    const world = this.#world;
    const { adapter, expectStatus, expectCacheValid } = step.value;
    this.#unit(step, adapter);
    const answer = world.run(world.host.wmi.queryInstance(adapter, HBA_INFORMATION_GUID, HBA_INFORMATION.sizeof));
    if (answer.data.length === 0) {
      return this.#judge(step, "an answer", ntStatus(answer.ntStatus));
    }
    const information = HBA_INFORMATION.decode(answer.data);
    if (expectStatus !== undefined) {
      const names = Object.entries(AdapterStatus);
      this.#judge(step, expectStatus, names.find(([, number]) => number === information.Status)?.[0] ?? "?");
    }
    if (expectCacheValid !== undefined) {
      this.#judge(step, `cache valid: ${expectCacheValid}`, `cache valid: ${information.CacheValid}`);
    }
  }

  #judgeStatus(step: SimpleStep, status: number, expected: number | undefined, judged: boolean): void {
    if (expected === undefined && !judged) return;
    this.#judge(step, describeStatus(expected ?? IsdscStatus.SUCCESS), describeStatus(status));
  }

  #judge(step: Step, expected: string, actual: string): void {
    this.#verdicts.push({ line: step.line, step: step.type, expected, actual, holds: expected === actual });
  }

  #unit(step: Step, name: string): AdapterUnit {
    const unit = this.#world.adapters.get(name);
    if (unit !== undefined) return unit;
    throw this.#error(step, "adapter", name, `one of ${[...this.#world.adapters.keys()].join(", ")}`);
  }

  #error(step: Step, field: string, given: string, accepted: string): ScenarioError {
    const place = { file: this.#options.file ?? "scenario", line: step.line, field: `${step.type}.${field}` };
    return new ScenarioError(place, JSON.stringify(given), accepted);
  }

  #show(step: string): void {
    const { recorder, kernel } = this.#world;
    const events: TraceEvent[] = [];
    for (; this.#shown < recorder.length; this.#shown++) events.push(recorder.at(this.#shown));
    this.#options.onStep?.(step, events, kernel.frequencyHz);
  }
}

function ntStatus(status: number): string {
  return status === 0 ? "STATUS_SUCCESS" : `NTSTATUS 0x${(status >>> 0).toString(16).padStart(8, "0")}`;
}

function toHex(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join(" ");
}
