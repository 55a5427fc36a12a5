import { assert, assertEquals } from "@std/assert";
import { ACTIONS } from "../../../firmware/ike/actions.ts";
import { EVENTS, kindOf, REFUSALS, STATES, transition, TRANSITIONS } from "../../../firmware/ike/transitions.ts";
import { README, withDiagrams } from "./state_diagrams.ts";

const MACHINES = (["main", "aggressive"] as const).flatMap((mode) =>
  (["initiator", "responder"] as const).map((role) => ({ mode, role, states: STATES[mode][role] }))
);

Deno.test("transition(): every pair of state and event is one transition or a named refusal", () => {
  let transitions = 0;
  let refusals = 0;
  for (const { mode, role, states } of MACHINES) {
    for (const state of states) {
      for (const event of EVENTS) {
        const rows = TRANSITIONS.filter((row) =>
          row.mode === mode && row.role === role && row.state === state && row.event === event
        );
        assert(rows.length <= 1, `${mode} ${role}: two rows for "${event}" in "${state}"`);
        const found = transition(mode, role, state, event);
        if (found.type === "transition") {
          assertEquals([found], rows);
          assert(states.includes(found.next), `${mode} ${role} has no state "${found.next}"`);
          transitions++;
        } else {
          assertEquals(rows.length, 0);
          assert(found.name.length > 0);
          refusals++;
        }
      }
    }
  }
  assertEquals(transitions, TRANSITIONS.length);
  const states = MACHINES.reduce((sum, machine) => sum + machine.states.length, 0);
  assertEquals(transitions + refusals, states * EVENTS.length);
});

Deno.test("TRANSITIONS: every state is reached from idle, and every state but over can be left for over", () => {
  for (const { mode, role, states } of MACHINES) {
    const rows = TRANSITIONS.filter((row) => row.mode === mode && row.role === role);
    const reached = new Set(["idle"]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const row of rows) if (reached.has(row.state)) reached.add(row.next);
    }
    assertEquals([...states].filter((state) => !reached.has(state)), [], `${mode} ${role}`);
    for (const state of states) {
      if (state === "idle" || state === "over") continue;
      assert(rows.some((row) => row.state === state && row.next === "over"), `${mode} ${role}: "${state}"`);
    }
    // A state that waits has an end to its waiting: no exchange hangs.
    for (const state of states.filter((each) => kindOf(each) === "waiting")) {
      assertEquals(transition(mode, role, state, "last wait over").type, "transition");
    }
  }
});

Deno.test("TRANSITIONS: every action, every event and every refusal of the tables is used", () => {
  const used = new Set<string>(TRANSITIONS.map(({ action }) => action));
  assertEquals(Object.keys(ACTIONS).filter((name) => !used.has(name)), []);
  assertEquals(EVENTS.filter((event) => !TRANSITIONS.some((row) => row.event === event)), []);
  const given = new Set<string>();
  for (const { mode, role, states } of MACHINES) {
    for (const state of states) {
      for (const event of EVENTS) {
        const found = transition(mode, role, state, event);
        if (found.type === "refusal") given.add(found.name);
      }
    }
  }
  const named = new Set<string>(Object.values(REFUSALS).flatMap((each) => Object.values(each)));
  assertEquals([...named].filter((name) => !given.has(name)), []);
});

Deno.test("README: the state diagrams are those of the tables", () => {
  const readme = Deno.readTextFileSync(README);
  assertEquals(readme.match(/<!-- diagram: /g)?.length, 4);
  assertEquals(readme, withDiagrams(readme));
});
