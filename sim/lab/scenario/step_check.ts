/**
 * What a step is looked at with before anything runs: the world that was
 * built, and where in the file it stands.
 *
 * @module
 */

import { durationText } from "../../kernel/duration_text.ts";
import { alternatives } from "../../shape/alternatives.ts";
import { nearestWord } from "../../shape/nearest_word.ts";
import type { Range } from "../faults/range.ts";
import type { World } from "../world/world.ts";
import type { Mistake } from "./mistake.ts";
import type { YamlFile } from "./yaml_file.ts";

/** What all steps of a file are looked at with. */
export interface FileCheck {
  readonly world: World;
  readonly yaml: YamlFile;
  readonly mistakes: Mistake[];
  /** How long a run may take, in nanoseconds. */
  readonly limit: number;
  /** The steps that have names, as far as the look has come: which verb each is, if that is known. */
  readonly named: Map<string, string | undefined>;
  /** All texts of steps so far that could not be read: some may be names. */
  readonly lost: Set<string>;
}

/** What one step is looked at with. */
export class StepCheck {
  /** The world, without power. */
  readonly world: World;
  readonly #file: FileCheck;
  readonly #path: string;

  /**
   * A look at a part of a file.
   *
   * @param path Where that part stands: `steps[2].wait`.
   */
  constructor(file: FileCheck, path: string) {
    this.world = file.world;
    this.#file = file;
    this.#path = path;
  }

  /** Whether it is no file, but values of a program, which may do what no file can. */
  get isProgram(): boolean {
    return this.#file.yaml.isProgram;
  }

  /** A look at a part of this part: fields by their names, items of a list or mapping by their ordinals. */
  part(...path: readonly (string | number)[]): StepCheck {
    const inner = path.map((each) => typeof each === "number" ? `[${each}]` : `.${each}`);
    return new StepCheck(this.#file, this.#path + inner.join(""));
  }

  /**
   * The same look, which refuses nothing if what it depends on could not be read: then it may be a consequence alone.
   *
   * @param names Of adapters or targets.
   * @param fields Which of their fields it depends on, besides that they are there.
   */
  about(names: Iterable<string>, ...fields: readonly string[]): StepCheck {
    const isUnsure = [...names].some((name) => this.#file.yaml.isUnsure(name, fields));
    return isUnsure ? new StepCheck({ ...this.#file, mistakes: [] }, this.#path) : this;
  }

  /** Notes that what stands here could not be read, or items of it: steps in it may have had names. */
  lose(isWhole: boolean): void {
    for (const text of this.#file.yaml.textsAt(this.#path, isWhole)) this.#file.lost.add(text);
  }

  /** Enters the name of a step that stands here; no two have the same. */
  enterStep(name: string, verb: string | undefined): void {
    const { named } = this.#file;
    if (named.has(name)) this.refuse(`${JSON.stringify(name)}, which another step has`, "a name of its own");
    else named.set(name, verb);
  }

  /** Refuses the name of a step that stands here unless it is that of an earlier one, with one of these verbs if any are given. */
  requireEarlier(name: string, ...verbs: readonly string[]): void {
    const earlier = [...this.#file.named].filter(([, verb]) =>
      verbs.length === 0 || verb === undefined || verbs.includes(verb)
    );
    if (this.#file.lost.has(name) || earlier.some(([each]) => each === name)) return;
    const names = alternatives(earlier.map(([each]) => each)) || "none has a name";
    this.refuse(JSON.stringify(name), `the name of a ${verbs.join(" or ") || "step"} before it (${names})`);
  }

  /** Refuses a time that stands here if a run cannot last so long, whatever else is in it. */
  requireWithinLimit(nanoseconds: number): void {
    const { limit } = this.#file;
    if (nanoseconds <= limit) return;
    this.refuse(durationText(nanoseconds), `at most ${durationText(limit)}, or a higher limit of the file`);
  }

  /** Refuses a range of times that stands here if no run lasts so long that it could be exceeded. */
  requireCanBeLonger({ least, most, text }: Range): void {
    const { limit } = this.#file;
    if (least === 0 && most >= limit) this.refuse(text, `less than ${durationText(limit)}`);
  }

  /** Refuses a count that stands here if there is no room for so many that it could be exceeded. */
  requireCanBeMore({ least, most, text }: Range, room: number, why: string): void {
    if (least > 0 || most < room) return;
    this.refuse(text, `${room === 1 ? "0" : `..${room - 1}`}, or a range from 1 on: ${why}`);
  }

  /** Notes that what stands here cannot be in this world. */
  refuse(given: string, accepted: string, meant?: string): void {
    this.#file.mistakes.push(this.#file.yaml.refusal(this.#path, given, accepted, meant).first);
  }

  /** Notes that a word is none of those that are known. */
  refuseWord(word: string, known: readonly string[]): void {
    this.refuse(JSON.stringify(word), `one of ${alternatives(known)}`, nearestWord(word, known));
  }
}
