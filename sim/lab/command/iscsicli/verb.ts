/**
 * What a verb of `iscsicli` is: its arguments in order, said once, from which
 * parsing, usage and help follow.
 *
 * @module
 */

import { InputError } from "../../../kernel/input_error.ts";
import type { World } from "../../world/world.ts";

/** What a verb printed and returned. */
export interface Outcome {
  /** 0, an ISDSC status or a Win32 error. */
  readonly status: number;
  /** What it prints before the message text of its status. */
  readonly lines?: readonly string[];
  /** What it prints as it came from the API, for programs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

/** A command that was understood and waits for its world. */
export type Call = (world: World) => Outcome;

/** What an argument answers to a text that it does not take. */
export const REFUSED: unique symbol = Symbol("refused");

/** One argument: a word of the command line. */
export interface Argument<T> {
  /** Its name in usage, help and errors, as the real help text has it. */
  readonly name: string;
  /** What it takes, as a phrase. */
  readonly accepted: string;
  /** It holds a key or a password, which nothing may show. */
  readonly isSecret?: true;
  /** Reads it. */
  readonly read: (text: string) => T | typeof REFUSED;
}

/** Arguments in their order, by the name that the code has for each. */
export type Arguments = Readonly<Record<string, Argument<unknown>>>;

/** What arguments read. */
export type Values<A extends Arguments> = {
  readonly [K in keyof A]: A[K] extends Argument<infer T> ? T : never;
};

/** No arguments. */
type None = Readonly<Record<never, Argument<unknown>>>;

/** What a verb is made of. */
interface VerbParts<A extends Arguments, O extends Arguments, G extends Arguments> {
  /** What it does, in a sentence or two. */
  readonly doc: string;
  /** What must be given. */
  readonly required: A;
  /** What may follow, all of it or nothing. */
  readonly optional?: O;
  /** What follows as often as one of the required arguments says. */
  readonly repeated?: { readonly group: G; readonly times: (values: Values<A>) => number };
  /** Looks at the arguments together: gives the call, or the outcome of arguments that do not go together. */
  readonly prepare: (values: Values<A> & Partial<Values<O>>, groups: readonly Values<G>[]) => Call | Outcome;
}

/** A verb. */
export interface Verb {
  /** What it does. */
  readonly doc: string;
  /** What must be given. */
  readonly required: readonly Argument<unknown>[];
  /** What may follow, all of it or nothing. */
  readonly optional: readonly Argument<unknown>[];
  /** What follows repeatedly. */
  readonly repeated: readonly Argument<unknown>[];
  /**
   * Reads the words behind the verb.
   *
   * @param name The verb, as errors call it.
   * @returns The call, which needs a world; or the outcome, where the arguments tell it without one; `undefined` if the
   * number of arguments is not the verb's.
   * @throws {IscsicliError} An argument is not understood.
   */
  readonly read: (name: string, words: readonly string[]) => Call | Outcome | undefined;
}

/** An argument that the command does not understand, with its place, what was given and what is accepted. */
export class IscsicliError extends InputError {
  /**
   * Says which argument, what was given and what is accepted.
   *
   * @param place The argument, or what else it is about.
   * @param given What was given.
   * @param accepted What is accepted.
   */
  constructor(place: string, given: string, accepted: string) {
    super(`${place}: ${given}, expected ${accepted}`);
    this.name = "IscsicliError";
  }
}

/** Makes a verb of its parts. */
export function verb<A extends Arguments, O extends Arguments = None, G extends Arguments = None>(
  { doc, required, optional, repeated, prepare }: VerbParts<A, O, G>,
): Verb {
  const inOrder = (some: Arguments | undefined) => Object.values(some ?? {});
  const made = { doc, required: inOrder(required), optional: inOrder(optional), repeated: inOrder(repeated?.group) };
  const holdsSecret = [...made.required, ...made.optional].some(({ isSecret }) => isSecret === true);
  return {
    ...made,
    read(name, words) {
      const readAll = <T extends Arguments>(some: T, from: number): Values<T> =>
        readWords(some, words, from, (argument, index) => describeWord(name, argument, index, words, holdsSecret));
      const behind = words.length - made.required.length;
      const isOneOf = repeated !== undefined ? behind >= 0 : behind === 0 || behind === made.optional.length;
      if (!isOneOf) return undefined;
      const values = readAll(required, 0);
      const more = optional !== undefined && behind > 0 ? readAll(optional, made.required.length) : {};
      const groups: Values<G>[] = [];
      if (repeated !== undefined) {
        if (repeated.times(values) * made.repeated.length !== behind) return undefined;
        for (let at = made.required.length; at < words.length; at += made.repeated.length) {
          groups.push(readAll(repeated.group, at));
        }
      }
      return prepare({ ...values, ...more } as Values<A> & Partial<Values<O>>, groups);
    },
  };
}

function readWords<A extends Arguments>(
  some: A,
  words: readonly string[],
  from: number,
  refusal: (argument: Argument<unknown>, index: number) => IscsicliError,
): Values<A> {
  const values = Object.entries(some).map(([key, argument], index) => {
    const value = argument.read(words[from + index] ?? "");
    if (value === REFUSED) throw refusal(argument, from + index);
    return [key, value] as const;
  });
  return Object.fromEntries(values) as Values<A>;
}

/** The error for a word. In a command that holds a secret, any word may be that secret in the wrong place. */
function describeWord(
  verbName: string,
  argument: Argument<unknown>,
  index: number,
  words: readonly string[],
  holdsSecret: boolean,
): IscsicliError {
  const word = words[index] ?? "";
  const given = holdsSecret ? `${word.length} characters, not shown` : JSON.stringify(word);
  return new IscsicliError(`${verbName}, argument ${index + 1}, ${argument.name}`, given, argument.accepted);
}
