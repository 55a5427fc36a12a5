import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { InputError } from "../../../sim/kernel/input_error.ts";
import { execute } from "../../../sim/lab/explore/execute.ts";
import { Execution } from "../../../sim/lab/explore/execution.ts";
import { ASPECTS, contrasts } from "../../../sim/lab/explore/session/inspection.ts";
import { Session } from "../../../sim/lab/explore/session/session.ts";
import { BEGINNING } from "../../../sim/lab/explore/tape/moment.ts";
import type { World } from "../../../sim/lab/world/world.ts";
import { drawing, LOGIN, shipped, shuffled } from "./explored.ts";
import { prefixDigest } from "./prefix_digest.ts";
import { measureForks } from "./forks.ts";
import { measureSeeks } from "./seeks.ts";

// All scenarios, every third event and 1,000 forks: deno task seeks.
for (const name of ["key_survives_power_cycle.yaml", "no_nvram_service_replays.yaml"]) {
  Deno.test(`seeks in ${name}, every 17th event in an order by chance: the same prefix, little done again`, () => {
    const { seeks, equalPrefixes, medianShare } = measureSeeks(shipped(name), 17);
    assert(seeks > 15);
    assertEquals(equalPrefixes, seeks);
    assert(medianShare <= 0.3, `${medianShare} of the run for a seek`);
  });
}

Deno.test("forks of one moment share what was before, part afterwards, and are the same again", () => {
  const { digest: _, ...forks } = measureForks(LOGIN, 12);
  assertEquals(forks, { forks: 12, equalPrefixes: 12, replayed: 12, futures: 12 });
});

Deno.test("A run that is stopped everywhere and goes on is the run that was not stopped", () => {
  const whole = execute({ scenario: LOGIN });
  const execution = new Execution({ scenario: LOGIN });
  let stops = 0;
  for (let sequence = 0; execution.goOn({ cycle: 0, sequence }) && execution.report === undefined; sequence++) stops++;
  assert(stops > 200);
  assertEquals(execution.world.digest(), whole.digest);
  assertEquals(execution.verdicts, whole.verdicts);
});

Deno.test("at(): before the first event, between two, after the last; beyond it there is nothing", () => {
  const session = new Session({ scenario: LOGIN });
  const { events, world: end } = session.outcome;
  assert(session.at(BEGINNING).now === 0);
  const gap = Array.from({ length: events - 1 }, (_, index) => index + 1).findLast((sequence) =>
    session.event(sequence).cycle > session.event(sequence - 1).cycle + 1000
  ) as number;
  const between = session.at({ cycle: session.event(gap).cycle - 1, sequence: gap - 1 });
  assertEquals(between.recorder.length, gap);
  assert(between.now < session.event(gap).cycle);
  assertEquals(session.at(session.momentOf(events - 1)).digest(), session.outcome.digest);
  assertThrows(
    () => session.momentOf(events),
    InputError,
    `there is no event ${events}: the run has ${events}, from 0`,
  );
  assertThrows(() => session.at({ cycle: end.now + 1, sequence: 0 }), InputError, "the run ends in cycle");
  assertThrows(() => session.fork({ cycle: 0, sequence: events }, "x"), InputError, "to fork at: the run has ended");
  for (const [part, value] of [["cycle", -1], ["cycle", 0.5], ["sequence", -2], ["sequence", NaN]] as const) {
    const moment = { cycle: 0, sequence: 0, [part]: value };
    const said = `${part}: ${value}, expected a whole number from ${part === "cycle" ? 0 : -1}`;
    assertThrows(() => session.at(moment), InputError, said);
    assertThrows(() => session.fork(moment, "x"), InputError, said);
  }
});

Deno.test("back(): the last moment at which something held, also before a given one; what it throws is thrown", () => {
  const session = new Session({ scenario: shipped("no_nvram_service_replays.yaml") });
  const hasKeys = ({ adapters }: World) => (adapters.get("hba0")?.adapter.cache?.keyTable.entries().length ?? 0) > 0;
  const last = session.back(hasKeys);
  assert(last !== undefined && hasKeys(session.at(last)));
  const without = session.back((world) => !hasKeys(world), last.sequence);
  assert(without !== undefined && without.sequence < last.sequence && !hasKeys(session.at(without)));
  assertEquals(session.back(() => true, 0), undefined);
  assertEquals(session.back(() => true), session.momentOf(session.outcome.events - 1));
  assertThrows(
    () =>
      session.back(() => {
        throw new TypeError("mine");
      }),
    TypeError,
    "mine",
  );
  const boots = ({ kind, fields }: { kind: string; fields: object }) =>
    kind === "state" && "state" in fields && fields.state === "reset";
  const boot = session.lastEvent(boots);
  assert(boot !== undefined && session.lastEvent(boots, boot.sequence) !== undefined);
});

Deno.test("what is no moment, number, salt or answer is refused with what is accepted", () => {
  const session = new Session({ scenario: LOGIN });
  const moment = session.momentOf(5);
  const asks = session as unknown as Record<"at" | "fork" | "back" | "lastEvent", (...given: unknown[]) => unknown>;
  const refused: readonly (readonly [ask: () => unknown, said: string])[] = [
    ...[undefined, null, 5].flatMap((none) => {
      const said = `moment: ${
        none ?? (none === null ? "null" : "nothing")
      }, expected an object with cycle and sequence`;
      return [[() => asks.at(none), said], [() => asks.fork(none, "x"), said]] as const;
    }),
    [() => asks.at({}), "cycle: nothing, expected a whole number from 0"],
    ...([[7, "7"], [undefined, "nothing"], [null, "null"], [{}, "an object"]] as const).map((
      [salt, told],
    ) => [() => asks.fork(moment, salt), `salt: ${told}, expected a text`] as const),
    [() => asks.back(() => Promise.resolve(false)), "holds: it returned a promise, expected true or false"],
    [() => asks.back(() => undefined), "holds: it returned nothing, expected true or false"],
    [() => asks.lastEvent(() => Promise.resolve(false)), "isMeant: it returned a promise, expected true or false"],
    ...(["back", "lastEvent"] as const).flatMap((name) =>
      ([[moment, "an object"], ["5", '"5"'], [0.5, "0.5"]] as const).map(([before, told]) =>
        [
          () => asks[name](() => true, before),
          `before: ${told}, expected the number of an event: \`sequence\` of a moment`,
        ] as const
      )
    ),
  ];
  for (const [ask, said] of refused) assertEquals(assertThrows(ask, InputError).message, said);
  assertEquals(session.back(() => true, moment.sequence), session.momentOf(moment.sequence - 1));
});

Deno.test("diff(): the first event that differs, and both worlds when its cycle was over", () => {
  const session = new Session({ scenario: LOGIN });
  assertEquals(session.diff(new Session({ scenario: LOGIN })), undefined);
  const fork = session.fork(session.momentOf(session.outcome.events >> 1), "another");
  const difference = session.diff(fork);
  assert(difference !== undefined && difference.sequence > session.outcome.events >> 1);
  const { sequence, cycle, first, second, worlds } = difference;
  assertEquals(first, session.event(sequence));
  assertEquals(second, fork.event(sequence));
  assertNotEquals(first, second);
  for (const world of worlds) assert(world.now <= cycle && world.recorder.length >= sequence);
  const short = new Session({
    scenario: LOGIN,
    tape: [{ decision: "step", step: { type: "login", ordinal: 1 }, change: "left out" }],
  });
  const ended = session.diff(short);
  assert(ended !== undefined && ended.sequence >= short.outcome.events - 1);
  assert(contrasts(...ended.worlds).some(({ aspect }) => aspect === "waiting" || aspect === "network"));
});

Deno.test("A parked world that somebody has changed is dropped; a run that is another one each time is told", () => {
  const session = new Session({ scenario: LOGIN });
  const moments = [100, 150].map((sequence) => session.momentOf(sequence));
  const [first, second] = moments;
  assert(first !== undefined && second !== undefined);
  session.at(first).powerOff();
  const expected = prefixDigest(session.outcome.world.recorder, 151);
  assertEquals(prefixDigest(session.at(second).recorder, 151), expected);
  let worlds = 0;
  const fickle = new Session({ scenario: LOGIN }, {
    adapt: (options) => ({ ...options, seed: `${worlds++}` }),
  });
  assertThrows(() => fickle.at(fickle.momentOf(fickle.outcome.events - 5)), Error, "The run is not the same twice");
});

Deno.test("More moments in falling order than worlds may be parked: the oldest go, and all prefixes are right", () => {
  const session = new Session({ scenario: LOGIN }, { parked: 2 });
  const { recorder } = session.outcome.world;
  for (const sequence of [200, 150, 100, 50, 20, ...shuffled([10, 60, 110, 160, 210], 3)]) {
    const world = session.at(session.momentOf(sequence));
    assertEquals(world.digest(), prefixDigest(recorder, world.recorder.length));
  }
});

Deno.test("Looking at a world changes nothing, and shows no key", () => {
  const session = new Session({ scenario: shipped("key_survives_power_cycle.yaml") });
  const draw = drawing(5);
  for (let count = 0; count < 6; count++) {
    const world = session.at(session.momentOf(Math.floor(draw() * session.outcome.events)));
    const shown = Object.values(ASPECTS).flatMap(({ look }) => look(world));
    assert(shown.length > 8 && !shown.join().includes("a key for this adapter"));
  }
  const execution = new Execution(session.subject);
  while (execution.goOn({ cycle: execution.world.now + 1, sequence: execution.world.recorder.length })) {
    for (const { look } of Object.values(ASPECTS)) look(execution.world);
    if (execution.report !== undefined) break;
  }
  execution.goOn();
  assertEquals(execution.world.digest(), session.outcome.digest);
});

Deno.test("A session keeps a whole number of worlds, from 1: others are refused", () => {
  for (const parked of [0, -1, 1.5, NaN, Infinity]) {
    assertThrows(() => new Session({ scenario: LOGIN }, { parked }), InputError, `parked: ${parked}, expected a whole`);
  }
});
