/**
 * An interpreter of WebAssembly that counts cycles one instruction at a time: the independent word on what a module
 * takes. It shares nothing with the metering pass: decoder, table of cycles and control flow are its own. It knows as
 * much as C without floating point and function pointers needs.
 */

/** Functions that the module imports, by their names. */
export type Imports = Readonly<Record<string, (...parameters: number[]) => number>>;

interface Code {
  readonly parameters: number;
  readonly results: number;
  readonly locals: number;
  readonly operations: readonly Operation[];
}

interface Operation {
  readonly opcode: number;
  readonly a: number;
  readonly b: number;
  /** Of `br_table`: its targets. */
  readonly table?: readonly number[];
  readonly cycles: number;
  /** Of `block`, `loop`, `if`, `else`: where it ends, and where its other half begins. */
  end: number;
  otherwise: number;
}

/** Cycles by opcode, as the README of `sim/lab/foreign` tells them: each range with the cost of one instruction. */
const COSTS: readonly (readonly [first: number, last: number, cycles: number])[] = [
  [0x00, 0x00, 2],
  [0x01, 0x03, 0],
  [0x04, 0x04, 2],
  [0x05, 0x0b, 0],
  [0x0c, 0x0f, 2],
  [0x10, 0x11, 4],
  [0x1a, 0x24, 1],
  [0x28, 0x3e, 2],
  [0x3f, 0x40, 4],
  [0x41, 0x6c, 1],
  [0x6d, 0x70, 12],
  [0x71, 0x7e, 1],
  [0x7f, 0x82, 12],
  [0x83, 0x8a, 1],
  [0xa7, 0xa7, 2],
  [0xac, 0xad, 2],
  [0xc0, 0xc4, 1],
];

function costOf(opcode: number): number {
  const cost = COSTS.find(([first, last]) => first <= opcode && opcode <= last)?.[2];
  if (cost === undefined) throw new Error(`The interpreter does not know opcode ${opcode.toString(16)}`);
  return cost;
}

class Bytes {
  at = 0;
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.at++] ?? 0;
  }

  /** LEB128, signed or not, of up to 64 bits. */
  leb(isSigned: boolean): bigint {
    let [value, shift, byte] = [0n, 0n, 0];
    do {
      byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
    } while (byte >= 0x80);
    return isSigned && (byte & 0x40) !== 0 ? value - (1n << shift) : value;
  }

  u32(): number {
    return Number(this.leb(false));
  }

  take(length: number): Bytes {
    const part = new Bytes(this.bytes.subarray(this.at, this.at + length));
    this.at += length;
    return part;
  }

  text(): string {
    return new TextDecoder().decode(this.take(this.u32()).bytes);
  }

  list<T>(read: () => T): T[] {
    return Array.from({ length: this.u32() }, read);
  }
}

/** A module that is interpreted. */
export class Interpreter {
  /** What was counted since this was set. */
  cycles = 0;
  readonly memory = new Uint8Array(4 * 65_536);
  readonly #view = new DataView(this.memory.buffer);
  readonly #imports: Imports;
  readonly #importNames: string[] = [];
  readonly #functions: Code[] = [];
  readonly #globals: number[] = [];
  readonly #exports = new Map<string, number>();

  constructor(module: Uint8Array, imports: Imports) {
    this.#imports = imports;
    const sections = new Map<number, Bytes>();
    const reader = new Bytes(module);
    for (reader.at = 8; reader.at < module.length;) {
      const id = reader.byte();
      const content = reader.take(reader.u32());
      if (id !== 0) sections.set(id, content);
    }
    const section = (id: number) => sections.get(id) ?? new Bytes(Uint8Array.of(0));
    const s1 = section(1);
    const types = s1.list(() => {
      s1.byte();
      const parameters = s1.list(() => s1.byte()).length;
      return { parameters, results: s1.list(() => s1.byte()).length };
    });
    const s2 = section(2);
    s2.list(() => {
      s2.text();
      this.#importNames.push(s2.text());
      s2.byte();
      const { parameters, results } = types[s2.u32()] ?? { parameters: 0, results: 0 };
      this.#functions.push({ parameters, results, locals: 0, operations: [] });
    });
    const s3 = section(3);
    const ofOwn = s3.list(() => types[s3.u32()] ?? { parameters: 0, results: 0 });
    const s6 = section(6);
    s6.list(() => {
      s6.at += 3;
      this.#globals.push(Number(s6.leb(true)));
      s6.byte();
    });
    const s7 = section(7);
    s7.list(() => {
      const name = s7.text();
      const kind = s7.byte();
      const index = s7.u32();
      if (kind === 0) this.#exports.set(name, index);
    });
    const s10 = section(10);
    let own = 0;
    s10.list(() =>
      this.#functions.push({ ...ofOwn[own++] ?? { parameters: 0, results: 0 }, ...body(s10.take(s10.u32())) })
    );
    const s11 = section(11);
    s11.list(() => {
      s11.at += 2;
      const start = Number(s11.leb(true));
      s11.byte();
      this.memory.set(s11.take(s11.u32()).bytes, start);
    });
  }

  /** Calls an export. */
  call(name: string, ...parameters: readonly number[]): number {
    const index = this.#exports.get(name);
    if (index === undefined) throw new Error(`The module has no ${name}`);
    const stack: (number | bigint)[] = [...parameters];
    this.#invoke(index, stack);
    return Number(stack.pop() ?? 0);
  }

  #invoke(index: number, stack: (number | bigint)[]): void {
    const { parameters, results, locals, operations } = this.#functions[index] as Code;
    const given = stack.splice(stack.length - parameters, parameters);
    const name = this.#importNames[index];
    if (name !== undefined) {
      const result = (this.#imports[name] as (...parameters: number[]) => number)(...given.map(Number));
      if (results > 0) stack.push(result | 0);
      return;
    }
    const variables: (number | bigint)[] = [...given, ...Array(locals).fill(0)];
    const base = stack.length;
    this.#run(operations, variables, stack);
    stack.splice(base, stack.length - base - results);
  }

  #run(operations: readonly Operation[], variables: (number | bigint)[], stack: (number | bigint)[]): void {
    /** Where a branch to each open block leads: block types with results are not met with in C at -Os but for values kept. */
    const labels: {
      readonly target: number;
      readonly height: number;
      readonly arity: number;
      readonly isLoop: boolean;
    }[] = [];
    let at = 0;
    const branch = (depth: number) => {
      const kept = labels.length - 1 - depth;
      const label = labels[kept];
      if (label === undefined) return void (at = operations.length);
      const carried = label.isLoop ? [] : stack.slice(stack.length - label.arity);
      stack.length = label.height;
      stack.push(...label.arity === 0 || label.isLoop ? [] : carried);
      labels.length = label.isLoop ? kept + 1 : kept;
      at = label.target;
    };
    while (at < operations.length) {
      const operation = operations[at++] as Operation;
      const { opcode, a, end } = operation;
      this.cycles += operation.cycles;
      switch (opcode) {
        case 0x02:
          labels.push({ target: end + 1, height: stack.length, arity: a, isLoop: false });
          break;
        case 0x03:
          labels.push({ target: at, height: stack.length, arity: 0, isLoop: true });
          break;
        case 0x04: {
          const isTrue = stack.pop() !== 0;
          labels.push({ target: end + 1, height: stack.length, arity: a, isLoop: false });
          if (!isTrue) at = operation.otherwise;
          break;
        }
        case 0x05: // the end of the first half
          labels.pop();
          at = end + 1;
          break;
        case 0x0b:
          labels.pop();
          break;
        case 0x0c:
          branch(a);
          break;
        case 0x0d:
          if (stack.pop() !== 0) branch(a);
          break;
        case 0x0e: {
          const table = operation.table ?? [];
          branch(table[Math.min(Number(stack.pop()) >>> 0, table.length - 1)] ?? 0);
          break;
        }
        case 0x0f:
          return;
        case 0x10:
          this.#invoke(a, stack);
          break;
        default:
          this.#compute(operation, variables, stack);
      }
    }
  }

  #compute({ opcode, a, b }: Operation, variables: (number | bigint)[], stack: (number | bigint)[]): void {
    const pop = () => Number(stack.pop());
    if (opcode >= 0x28 && opcode <= 0x3e) return this.#access(opcode, b, stack);
    if (opcode >= 0x46 && opcode <= 0x4f) return void stack.push(compare(opcode, [pop(), pop()]));
    if (opcode >= 0x6a && opcode <= 0x78) return void stack.push(arithmetic(opcode, [pop(), pop()]));
    switch (opcode) {
      case 0x01:
        return;
      case 0x1a:
        return void stack.pop();
      case 0x1b: {
        const [condition, second, first] = [pop(), stack.pop() ?? 0, stack.pop() ?? 0];
        return void stack.push(condition === 0 ? second : first);
      }
      case 0x20:
        return void stack.push(variables[a] ?? 0);
      case 0x21:
        return void (variables[a] = stack.pop() ?? 0);
      case 0x22:
        return void (variables[a] = stack.at(-1) ?? 0);
      case 0x23:
        return void stack.push(this.#globals[a] ?? 0);
      case 0x24:
        return void (this.#globals[a] = pop());
      case 0x41:
        return void stack.push(a);
      case 0x42:
        return void stack.push(BigInt(a));
      case 0x45:
        return void stack.push(Number(pop() === 0));
      case 0x67:
        return void stack.push(Math.clz32(pop()));
      case 0x69:
        return void stack.push((pop() >>> 0).toString(2).replaceAll("0", "").length);
      case 0xc0:
        return void stack.push(pop() << 24 >> 24);
      case 0xc1:
        return void stack.push(pop() << 16 >> 16);
      default:
        throw new Error(`The interpreter does not know opcode ${opcode.toString(16)}`);
    }
  }

  #access(opcode: number, offset: number, stack: (number | bigint)[]): void {
    const value = opcode >= 0x36 ? stack.pop() ?? 0 : 0;
    const at = (Number(stack.pop()) >>> 0) + offset;
    switch (opcode) {
      case 0x28:
        return void stack.push(this.#view.getInt32(at, true));
      case 0x29:
        return void stack.push(this.#view.getBigInt64(at, true));
      case 0x2c:
        return void stack.push(this.#view.getInt8(at));
      case 0x2d:
        return void stack.push(this.#view.getUint8(at));
      case 0x2e:
        return void stack.push(this.#view.getInt16(at, true));
      case 0x2f:
        return void stack.push(this.#view.getUint16(at, true));
      case 0x36:
        return this.#view.setInt32(at, Number(value), true);
      case 0x37:
        return this.#view.setBigInt64(at, BigInt(value), true);
      case 0x3a:
        return this.#view.setInt8(at, Number(value));
      case 0x3b:
        return this.#view.setInt16(at, Number(value), true);
      default:
        throw new Error(`The interpreter does not know opcode ${opcode.toString(16)}`);
    }
  }
}

function compare(opcode: number, [right, left]: readonly [number, number]): number {
  const [l, r] = [left >>> 0, right >>> 0];
  const results = [left === right, left !== right, left < right, l < r, left > right, l > r, left <= right, l <= r];
  return Number([...results, left >= right, l >= r][opcode - 0x46]);
}

function arithmetic(opcode: number, [right, left]: readonly [number, number]): number {
  const [l, r] = [left >>> 0, right >>> 0];
  const results = [
    () => left + right,
    () => left - right,
    () => Math.imul(left, right),
    () => left / right,
    () => l / r,
    () => left % right,
    () => l % r,
    () => left & right,
    () => left | right,
    () => left ^ right,
    () => left << right,
    () => left >> right,
    () => l >>> right,
    () => left << right | left >>> 32 - right,
    () => left >>> right | left << 32 - right,
  ];
  return (results[opcode - 0x6a] ?? (() => 0))() | 0;
}

/** The variables and operations of a function, with the ends of its blocks found. */
function body(reader: Bytes): Pick<Code, "locals" | "operations"> {
  let locals = 0;
  reader.list(() => {
    locals += reader.u32();
    reader.byte();
  });
  const operations: Operation[] = [];
  const open: Operation[] = [];
  while (reader.at < reader.bytes.length) {
    const opcode = reader.byte();
    const operation: Operation = {
      opcode,
      ...immediates(opcode, reader),
      cycles: costOf(opcode),
      end: 0,
      otherwise: 0,
    };
    operations.push(operation);
    const here = operations.length - 1;
    if (opcode >= 0x02 && opcode <= 0x04) open.push(operation);
    if (opcode === 0x05) {
      const condition = open.at(-1);
      if (condition !== undefined) condition.otherwise = here + 1;
      open.push(operation);
    }
    if (opcode !== 0x0b) continue;
    const inner = open.pop();
    if (inner === undefined) continue;
    const outer = inner.opcode === 0x05 ? open.pop() : undefined;
    for (const each of [inner, outer]) if (each !== undefined) each.end = here;
    if (inner.opcode === 0x04) inner.otherwise = here;
  }
  return { locals, operations };
}

function immediates(opcode: number, reader: Bytes): Pick<Operation, "a" | "b" | "table"> {
  if (opcode >= 0x02 && opcode <= 0x04) return { a: reader.byte() === 0x40 ? 0 : 1, b: 0 };
  if (opcode === 0x0e) return { a: 0, b: 0, table: [...reader.list(() => reader.u32()), reader.u32()] };
  if (opcode >= 0x28 && opcode <= 0x3e) return { a: reader.u32(), b: reader.u32() };
  if (opcode === 0x41 || opcode === 0x42) return { a: Number(reader.leb(true)), b: 0 };
  const hasIndex = opcode === 0x0c || opcode === 0x0d || opcode === 0x10 || opcode >= 0x20 && opcode <= 0x24;
  return { a: hasIndex ? reader.u32() : 0, b: 0 };
}
