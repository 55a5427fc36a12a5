/**
 * What goes wrong in a story at an operation that is counted. Each seed draws
 * which of these are on. What no budget covers is not among them; README.md of
 * the oracle says what.
 *
 * @module
 */

import type { Operation, OperationKind } from "../strategy/lineage.ts";
import type { Scope, Written } from "./scope.ts";

type Draw = (scope: Scope) => Written;

const ordinal = (scope: Scope, most: number) => 1 + scope.random.below(scope.pick([3, most]));

/** While the driver serves an interrupt: its accesses of registers are so far apart (`DEFAULT_HOST_COSTS`). */
function servingInterrupt(scope: Scope): string {
  return `${400 * scope.random.below(30)}ns`;
}

/** A moment within the work of an adapter. */
function within(scope: Scope, adapter: string): Written {
  const { storage } = scope.adapters.get(adapter) ?? {};
  const moments: readonly (() => Written)[] = [
    () => ({ command: ordinal(scope, 24), after: `${scope.random.below(400)}us` }),
    () => ({ doorbell: ordinal(scope, 24), after: `${scope.random.below(20)}us` }),
    // The driver serves an interrupt some microseconds after the line: a reset may come in that very cycle.
    () => ({ interrupt: ordinal(scope, 24), after: servingInterrupt(scope) }),
    ...(storage === "nvram"
      ? [
        () => ({ flashProgram: ordinal(scope, 16), after: `${scope.random.below(64)}bytes` }),
        () => ({ flashProgram: ordinal(scope, 16), after: `${scope.random.below(900)}us` }),
        () => ({ flashErase: ordinal(scope, 17), after: `${scope.random.below(60_000)}us` }),
      ]
      : []),
    () => ({ boot: 1 + scope.random.below(3), after: scope.time() }),
  ];
  return scope.pick(moments)();
}

function onWay(scope: Scope): Written {
  const [from, to] = scope.random.chance(1, 2) ? [scope.adapter(), "disk"] : ["disk", scope.adapter()];
  return { from, to, datagram: ordinal(scope, 8) };
}

function ofAdapter(draw: (scope: Scope, adapter: string) => Written): Draw {
  return (scope) => {
    const adapter = scope.adapter();
    return draw(scope, adapter);
  };
}

/** The kinds of faults by their names. */
export const FAULT_KINDS = {
  "power of an adapter": ofAdapter((scope, adapter) => ({
    powerCycle: { adapter, off: scope.time(), ...within(scope, adapter) },
  })),
  "reset of an adapter": ofAdapter((scope, adapter) => ({
    reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]), ...within(scope, adapter) },
  })),
  "adapter unplugged": ofAdapter((scope, adapter) => ({
    unplug: { adapter, for: scope.time(), ...within(scope, adapter) },
  })),
  "service killed": ofAdapter((scope, adapter) => ({
    killService: scope.random.chance(1, 2)
      ? { commit: ordinal(scope, 12) }
      : { adapter, command: ordinal(scope, 24), after: `${scope.random.below(400)}us` },
  })),
  "host without power": ofAdapter((scope, adapter) => ({
    rebootHost: scope.random.chance(1, 2)
      ? { commit: ordinal(scope, 12), after: `${scope.random.below(60)}us` }
      : { adapter, ...within(scope, adapter) },
  })),
  interrupt: ofAdapter((scope, adapter) =>
    scope.random.chance(1, 2)
      ? { loseInterrupt: { adapter, interrupt: ordinal(scope, 24) } }
      : { lateInterrupt: { adapter, interrupt: ordinal(scope, 24), by: scope.time() } }
  ),
  doorbell: ofAdapter((scope, adapter) => ({ loseDoorbell: { adapter, doorbell: ordinal(scope, 24) } })),
  "bus refuses": ofAdapter((scope, adapter) => ({ refuseDma: { adapter, dma: ordinal(scope, 40) } })),
  "datagram lost": (scope) => ({ lose: onWay(scope) }),
  "datagram twice": (scope) => ({ duplicate: onWay(scope) }),
  "datagram late": (scope) => ({ delay: { ...onWay(scope), by: scope.time() } }),
  "datagram damaged": (scope) =>
    scope.random.chance(1, 2)
      ? { corrupt: onWay(scope) }
      : { truncate: { ...onWay(scope), bytes: scope.random.below(120) } },
  "flash does not take it": (scope) => {
    const adapter = scope.flashAdapter();
    if (adapter === undefined) return { lose: onWay(scope) };
    const sector = scope.random.below(scope.pick([4, 16]));
    return {
      damage: scope.random.chance(1, 3)
        ? { adapter, eraseFailure: { sector, times: 1 + scope.random.below(3) }, after: "0us" }
        : { adapter, programFailure: { address: sector * 4096, lengthBytes: 4096, times: 1 }, after: "0us" },
    };
  },
} as const satisfies Readonly<Record<string, Draw>>;

/** What happens to an adapter, or to the service beside it, at a moment. */
const ACCIDENTS: readonly ((scope: Scope, adapter: string) => Written)[] = [
  (scope, adapter) => ({ powerCycle: { adapter, off: scope.pick(["1ms", scope.time()]) } }),
  (scope, adapter) => ({ reset: { adapter, by: scope.pick(["driver", "firmware", "bus"]) } }),
  (scope, adapter) => ({ unplug: { adapter, for: scope.time() } }),
  (_, adapter) => ({ killService: { adapter } }),
];

/** What goes wrong at one of the operations by which an adapter is brought up again. */
const SEQUELS: readonly ((scope: Scope, adapter: string, ordinal: number) => Written)[] = [
  (_, adapter, ordinal) => ({ refuseDma: { adapter, dma: ordinal } }),
  (_, adapter, ordinal) => ({ loseDoorbell: { adapter, doorbell: ordinal } }),
  (_, adapter, ordinal) => ({ loseInterrupt: { adapter, interrupt: ordinal } }),
  (scope, adapter, ordinal) => ({ lateInterrupt: { adapter, interrupt: ordinal, by: scope.time() } }),
];

/** Two things that go wrong soon after one another: the second while what the first has broken is put right. */
export function drawPair(scope: Scope): readonly Written[] {
  const { random } = scope;
  const adapter = scope.adapter();
  const command = ordinal(scope, 24);
  const first = placed(scope.pick(ACCIDENTS)(scope, adapter), { command, after: `${random.below(400)}us` });
  const second = random.chance(1, 2) ? scope.pick(SEQUELS)(scope, adapter, command + random.below(10)) : placed(
    scope.pick(ACCIDENTS)(scope, adapter),
    random.chance(1, 2)
      ? { command, after: scope.pick([scope.time(), scope.moment()]) }
      : { command: command + 1 + random.below(8), after: `${random.below(400)}us` },
  );
  return [first, second];
}

/** An accident at a moment. */
function placed(accident: Written, moment: Written): Written {
  return Object.fromEntries(Object.entries(accident).map(([kind, fields]) => [kind, { ...Object(fields), ...moment }]));
}

/** What can go wrong at an operation of each kind, within the budget. */
const HARMS: Readonly<Record<OperationKind, readonly ((operation: Operation, scope: Scope) => Written)[]>> = {
  flashProgram: [
    ({ of, ordinal, lengthBytes }, scope) => {
      const after = `${scope.random.below(lengthBytes + 1)}bytes`;
      return { powerCycle: { adapter: of, off: scope.time(), flashProgram: ordinal, after } };
    },
    ({ of, ordinal }, scope) => ({
      rebootHost: { adapter: of, flashProgram: ordinal, after: `${scope.random.below(900)}us` },
    }),
  ],
  command: [
    ({ of, ordinal }, scope) => ({
      powerCycle: { adapter: of, off: scope.time(), command: ordinal, after: `${scope.random.below(400)}us` },
    }),
    ({ of, ordinal }, scope) => ({
      reset: { adapter: of, by: scope.pick(["driver", "firmware", "bus"]), command: ordinal, after: soon(scope) },
    }),
    ({ of, ordinal }, scope) => ({ killService: { adapter: of, command: ordinal, after: soon(scope) } }),
  ],
  doorbell: [({ of, ordinal }) => ({ loseDoorbell: { adapter: of, doorbell: ordinal } })],
  interrupt: [
    ({ of, ordinal }) => ({ loseInterrupt: { adapter: of, interrupt: ordinal } }),
    ({ of, ordinal }, scope) => ({ lateInterrupt: { adapter: of, interrupt: ordinal, by: scope.time() } }),
    ({ of, ordinal }, scope) => ({
      reset: { adapter: of, by: "driver", interrupt: ordinal, after: servingInterrupt(scope) },
    }),
  ],
  dma: [({ of, ordinal }) => ({ refuseDma: { adapter: of, dma: ordinal } })],
  datagram: [
    ({ of, to, ordinal }) => ({ lose: { from: of, to, datagram: ordinal } }),
    ({ of, to, ordinal }) => ({ duplicate: { from: of, to, datagram: ordinal } }),
    ({ of, to, ordinal }, scope) => ({ delay: { from: of, to, datagram: ordinal, by: scope.time() } }),
    ({ of, to, ordinal }) => ({ corrupt: { from: of, to, datagram: ordinal } }),
  ],
  commit: [
    ({ ordinal }) => ({ killService: { commit: ordinal } }),
    ({ ordinal }, scope) => ({ rebootHost: { commit: ordinal, after: `${scope.random.below(60)}us` } }),
  ],
};

function soon(scope: Scope): string {
  return `${scope.random.below(400)}us`;
}

/** Something that goes wrong at an operation. */
export function harmAt(operation: Operation, scope: Scope): Written {
  return scope.pick(HARMS[operation.kind])(operation, scope);
}

/** The same fault; that it never happens is no failure of a story that was drawn. */
export function mayMiss(fault: Written): Written {
  const [[kind, fields] = ["", {}]] = Object.entries(fault);
  return { [kind]: { ...Object(fields), mayMiss: true } };
}
