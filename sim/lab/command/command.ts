/**
 * What makes a command of the program: how it is written, what it says of
 * itself, what it does.
 *
 * @module
 */

/** An option: `--quiet`, or with a value `--seed TEXT`. */
export interface Option {
  /** What its value is called in the help; without one it is a switch. */
  readonly value?: string;
  /** What it does, in one sentence or two. */
  readonly about: string;
  /** A letter that stands for it behind one dash: `-o`. */
  readonly letter?: string;
  /** Whether it may stand more than once. */
  readonly repeats?: true;
  /** Options of which one must stand beside it: it would do nothing alone. */
  readonly needs?: readonly string[];
  /** Options beside which it would do nothing. */
  readonly without?: readonly string[];
}

/** Options by their names, without the dashes. */
export type Options = Readonly<Record<string, Option>>;

/** What was given for a command's options: switches that were set, values as text, as a list if there may be several. */
export type Given<O extends Options> = {
  readonly [Name in keyof O]?: O[Name] extends { readonly repeats: true } ? readonly string[]
    : O[Name] extends { readonly value: string } ? string
    : true;
};

/** What was given for options that nobody has named yet. */
export type AnyGiven = Readonly<Record<string, string | true | readonly string[]>>;

/** A command of the program, as the table of commands knows it. */
export type Command = CommandOf<Options, AnyGiven>;

/** What is known of a command before it is loaded: what the program's help says of it. */
export interface CommandEntry {
  /** What it does, in one line. */
  readonly about: string;
  /** What stands behind its name besides options: `FILE...`. */
  readonly operands: string;
  /** Whether it has options. */
  readonly takesOptions: boolean;
  /** Loads it, with all that it needs. */
  load(): Promise<Command>;
}

/** A command of the program. */
export interface CommandOf<O extends Options, G = Given<O>> {
  /** Its options. */
  readonly options: O;
  /** More that should be known, a line each. */
  readonly notes?: readonly string[];
  /** Command lines that work, without the program's name. */
  readonly examples: readonly string[];
  /** Whether all behind the first operand belongs to that operand, whatever it looks like. */
  readonly stopsAtOperand?: true;
  /**
   * Carries it out.
   *
   * @returns The exit code.
   * @throws {InputError} Something that was given cannot be used.
   */
  run(given: G, operands: readonly string[]): number | Promise<number>;
}

/** Types a command: what it does gets the options that it names. */
export function command<const O extends Options>(kind: CommandOf<O>): Command {
  // The parser gives a command only the options that it names, each as its table says.
  return kind as CommandOf<O, never> as Command;
}

/** All expectations hold, nothing was found. */
export const HOLDS = 0;
/** An expectation does not hold, something was found. */
export const FAILS = 1;
/** What was given cannot be used: an `InputError`. */
export const BAD_INPUT = 2;
/** What was planted was not found: nothing that was found, or not, says anything. */
export const BLIND = 3;
/** The user has stopped it: what a shell says of a program that SIGINT has ended. */
export const INTERRUPTED = 130;
