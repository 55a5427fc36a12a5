/** Faults beside steps and of whole runs: each kind at its anchors, and what is told of it. */

import { assert, assertEquals } from "@std/assert";
import { FAULT_ANCHORS } from "../../../sim/lab/faults/fault.ts";
import { failures, refusals, tell } from "./story.ts";

const SET = "setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }";
const NEW = SET.replace("main]", "main, pfs]");
const LOGIN = "login: { adapter: hba0, target: disk }";
const WAY = "from: hba0, to: disk";
const BACK = "from: disk, to: hba0";

/** A step during which something goes wrong. */
const during = (step: string, fault: string, expect = "any") => `{ ${step}, faults: [${fault}], expect: ${expect} }`;

/** What came of the faults of some steps: each as it is told, and why it missed. */
const told = (...steps: readonly string[]) =>
  tell(steps).faults.map(({ sentence, missed }) => missed === undefined ? sentence : `${sentence} (${missed})`);

Deno.test("every kind of fault happens at every anchor that it can have, or says that it missed", () => {
  const fields: Readonly<Record<string, string>> = {
    delay: "by: 1ms",
    truncate: "bytes: 20",
    mutate: "field: flags, value: 255",
    lateInterrupt: "by: 1ms",
    // Something must be lost before it is whole again.
    cutLink: "for: 60s",
    unplug: "for: 1ms",
    damage: "flip: { address: 40000, mask: 1 }",
  };
  const anchors: Readonly<Record<string, string>> = {
    datagram: `datagram: 2, ${WAY}`,
    message: `message: main 3, ${WAY}`,
    flashProgram: "flashProgram: 1",
    flashErase: "flashErase: 1, mayMiss: true",
    flashRead: "flashRead: 1, mayMiss: true",
    command: "command: 2",
    doorbell: "doorbell: 2",
    interrupt: "interrupt: 2",
    dma: "dma: 2",
    boot: "boot: 1, mayMiss: true",
    commit: "commit: 1",
    event: "event: { kind: call, component: wmi }",
    time: "at: 700ms",
    begin: "after: 1ms",
  };
  const already: Readonly<Record<string, string>> = {
    powerOn: "hba0 is on already",
    startService: "the service is running already",
  };
  const whole = `sequence: [{ ${NEW}, expect: any }, { ${LOGIN}, expect: any }, { wait: 0ms, at: 900ms }]`;
  for (const [kind, kinds] of Object.entries(FAULT_ANCHORS)) {
    const faults = kinds.map((anchor) => {
      const place = kind === "cutLink" && !["datagram", "message"].includes(anchor) ? `, ${WAY}` : "";
      const own = [fields[kind], anchors[anchor]].filter((each) => each !== undefined).join(", ");
      const adapter = ["datagram", "message"].includes(anchor) &&
          ["lose", "duplicate", "delay", "corrupt", "truncate", "mutate"].includes(kind)
        ? ""
        : "adapter: hba0, ";
      return `{ ${kind}: { ${adapter}${own}${place} } }`;
    });
    for (const fault of faults) {
      const { faults: [outcome], verdicts } = tell([
        SET,
        `{ ${whole}, faults: [${fault}] }`,
        `{ ${LOGIN}, expect: any }`,
      ]);
      const missed = verdicts.filter(({ actual }) => actual.startsWith("it missed"));
      // What is on already is told so: its moment has come all the same.
      const vain = already[kind];
      const isVain = vain !== undefined && !fault.includes("mayMiss");
      assertEquals(missed.map(({ actual }) => actual), isVain ? [`it missed: ${vain}`] : [], fault);
      const isRight = outcome?.missed === undefined || outcome.missed === vain || fault.includes("mayMiss");
      assert(outcome !== undefined && isRight, fault);
    }
  }
});

Deno.test("a power cut in the middle of a flash program leaves old or new at each byte, and never tells nothing", () => {
  const cut = (bytes: number) =>
    during(NEW, `{ powerCycle: { adapter: hba0, flashProgram: 1, after: ${bytes}bytes } }`, "old or new");
  for (const bytes of [0, 1, 20, 30, 33]) {
    const { verdicts, faults, world } = tell([SET, cut(bytes), LOGIN]);
    assertEquals(verdicts.filter(({ holds }) => !holds), [], `${bytes}`);
    assertEquals(faults.map(({ sentence }) => sentence), [
      `the 1st flash program of hba0, after ${bytes} bytes: power of hba0 off for 100ms`,
    ]);
    // At the byte that was said: the part has told how many it had driven.
    const cuts = [...world.recorder.events()].filter(({ fields }) => fields["operation"] === "program cut off");
    assertEquals(cuts.map(({ fields }) => fields["lengthBytes"]), bytes === 33 ? [] : [bytes]);
  }
  assertEquals(failures(SET, cut(34)), [
    "setKey: the 1st flash program of hba0, after 34 bytes: power of hba0 off for 100ms, but " +
    "it missed: the 1st flash program of hba0 had 33 bytes only",
  ]);
});

Deno.test("a fault that never happens fails, unless it may miss; the report tells of both", () => {
  const lose = (more = "") => during(LOGIN, `{ lose: { datagram: 9, ${WAY}${more} } }`);
  assertEquals(failures(SET, lose()), [
    "login: the 9th datagram from hba0 to disk: lost, but it missed: the 9th datagram from hba0 to disk never came " +
    "(there were 3)",
  ]);
  assertEquals(failures(SET, lose(", mayMiss: true")), []);
  assertEquals(told(SET, lose(", mayMiss: true")), [
    "the 9th datagram from hba0 to disk: lost (the 9th datagram from hba0 to disk never came (there were 3))",
  ]);
});

Deno.test("any one datagram of main mode may be lost, come twice, late or damaged", () => {
  for (const way of [WAY, BACK]) {
    for (const nth of [1, 2, 3]) {
      const login = (fault: string, expect: string) => failures(SET, during(LOGIN, fault, expect));
      const at = `datagram: ${nth}, ${way}`;
      assertEquals(login(`{ lose: { ${at} } }`, "{ mode: main, within: 1s..1100ms }"), [], `lose ${at}`);
      assertEquals(login(`{ duplicate: { ${at} } }`, "{ mode: main, within: 40ms }"), [], `duplicate ${at}`);
      assertEquals(login(`{ delay: { by: 100ms, ${at} } }`, "{ mode: main, within: 100ms..150ms }"), [], `delay ${at}`);
      assertEquals(
        login(`{ truncate: { bytes: 27, ${at} } }`, "{ mode: main, within: 1s..1100ms }"),
        [],
        `truncate ${at}`,
      );
      assertEquals(
        login(`{ mutate: { field: initiatorCookie, value: 7, ${at} } }`, "{ mode: main, within: 1s..1100ms }"),
        [],
        `mutate ${at}`,
      );
    }
  }
  const { world } = tell([SET, during(LOGIN, `{ corrupt: { bit: 8, datagram: 2, ${WAY} } }`)]);
  assertEquals(world.network.captures.map(({ fate }) => fate).filter((fate) => fate !== "delivered"), ["corrupted"]);
});

Deno.test("ordinals: one, a range, or each; they count from the step's beginning, over all its repetitions", () => {
  const lost = (ordinals: string, repeat = 1) => {
    const step = `{ ${LOGIN}, faults: [{ lose: { datagram: ${ordinals}, ${WAY} } }], repeat: ${repeat}, expect: any }`;
    return tell([SET, LOGIN, step]).world.network.captures.filter(({ fate }) => fate === "lost").length;
  };
  assertEquals([lost("2"), lost("1..2"), lost("7", 3)], [1, 2, 1]);
  assert(lost("each") > 2);
  assertEquals(
    refusals([during(LOGIN, `{ lose: { datagram: 0, ${WAY} } }`)]).map((each) => each.replace(/^\S+ /, "")),
    ['steps[0].faults[0].lose.datagram: "0" (an ordinal from 1, a range such as 2..4, or each)'],
  );
});

Deno.test("message: the first of its kind, wherever it stands among the datagrams", () => {
  const { world } = tell([SET, during(LOGIN, `{ lose: { message: main 5, ${WAY} } }`)]);
  const fates = world.network.captures.map(({ fate }) => fate);
  assertEquals(fates, ["delivered", "delivered", "delivered", "delivered", "lost", "delivered", "delivered"]);
});

Deno.test("event: a surprise removal at a packet; the other adapter does not notice", () => {
  const unplug = "{ unplug: { adapter: hba0, event: { component: hba0, kind: packet, detail: main mode 3* } } }";
  const both = "setGroupKey: { key: a key }";
  const { verdicts, world } = tell([both, during(LOGIN, unplug), LOGIN.replace("hba0", "hba1")]);
  assertEquals([verdicts[1]?.actual === "SUCCESS", verdicts[2]?.actual], [false, "SUCCESS"]);
  const events = [...world.recorder.events()];
  const cycleOf = (what: string) =>
    events.find(({ fields }) => Object.values(fields).some((each) => `${each}`.startsWith(what)));
  assertEquals(cycleOf("power off")?.cycle, cycleOf("main mode 3")?.cycle);
});

Deno.test("a lost or late interrupt, a lost doorbell, a refused or damaged transfer: the driver notices", () => {
  const time = (fault: string) => {
    const { world, verdicts } = tell([SET, during(NEW, fault)]);
    return { cycles: world.now - tell([SET, NEW]).world.now, status: verdicts[1]?.actual };
  };
  assertEquals(time("{ lateInterrupt: { adapter: hba0, interrupt: 1, by: 2ms } }"), {
    cycles: 500_000,
    status: "SUCCESS",
  });
  for (
    const kind of ["loseInterrupt: { adapter: hba0, interrupt: 1 }", "loseDoorbell: { adapter: hba0, doorbell: 1 }"]
  ) {
    assert(time(`{ ${kind} }`).cycles > 250e6, kind);
  }
  const refused = time("{ refuseDma: { adapter: hba0, dma: each } }").status;
  assert(refused !== "SUCCESS", refused);
  const damaged = tell([SET, during(NEW, "{ corruptDma: { adapter: hba0, dma: 2, bit: 230 } }"), LOGIN]);
  assertEquals(damaged.verdicts.at(-1)?.actual, "ISDSC_AUTHENTICATION_FAILURE");
});

Deno.test("an accident that takes power is over when the next step begins, wherever the anchor was", () => {
  for (
    const anchor of [
      "command: 1",
      "interrupt: 1",
      "dma: 1",
      "commit: 1",
      "doorbell: 1",
      "event: { kind: call, to: wmi }",
    ]
  ) {
    assertEquals(failures(SET, during(NEW, `{ powerCycle: { adapter: hba0, ${anchor} } }`), SET, LOGIN), [], anchor);
  }
  assertEquals(failures(SET, during(NEW, "{ rebootHost: { commit: 1 } }"), SET, LOGIN), []);
});

Deno.test("faults of the whole run count from power on, and are told of at its end", () => {
  const more = (fault: string) => `faults: [${fault}]\n`;
  const boot = tell([SET], more("{ reset: { adapter: hba0, by: firmware, boot: 1 } }"));
  assertEquals(boot.verdicts.map(({ holds }) => holds), [true]);
  assertEquals(
    [...boot.world.recorder.events()].filter(({ fields }) => fields["state"] === "reset requested").length,
    1,
  );
  assertEquals(tell([SET], more("{ powerOff: { adapter: hba0, boot: 5 } }")).verdicts.at(-1)?.step, "the run");
  const later = tell([SET, LOGIN], more(`{ lose: { datagram: 2, ${WAY} } }`));
  assertEquals(later.faults.map(({ step, sentence }) => `${step}: ${sentence}`), [
    "the run: the 2nd datagram from hba0 to disk: lost",
  ]);
});

Deno.test("a fault that cannot happen in the world is refused before the run, with its place", () => {
  const place = (fault: string) => refusals([during(SET, fault)])[0]?.replace(/^\S+ steps\[0\]\.faults\[0\]\./, "");
  assertEquals(
    [
      "{ powerCycle: { adapter: hba1, flashProgram: 1 } }",
      "{ powerCycle: { adapter: hba0 } }",
      "{ lose: { datagram: 1, from: hba0, to: hba0 } }",
      "{ lose: { datagram: 1, from: hba0 } }",
      "{ killService: { flashProgram: 1 } }",
      "{ powerCycle: { adapter: hba0, command: 1, after: 5bytes } }",
      "{ damage: { adapter: hba0, flip: { address: 70000, mask: 1 }, commit: 1 } }",
      "{ mutate: { field: flags, value: 256, datagram: 1, from: hba0, to: disk } }",
      "{ powerOff: { adapter: hba0, event: { component: hba7 } } }",
    ].map(place),
    [
      "powerCycle.flashProgram: hba1, which has no flash part (an adapter with one)",
      "powerCycle: no anchor (datagram, message, flashProgram, flashErase, flashRead, command, doorbell, interrupt, " +
      "dma, boot, commit, event, at, or after alone)",
      "lose.to: hba0 (another end than hba0)",
      "lose: datagram without to (to beside it)",
      "killService: flashProgram without adapter (adapter beside it)",
      "powerCycle.after: 5 bytes of command (a time, or flashProgram)",
      "damage.flip.address: 70000 (0 to 65535)",
      "mutate.value: 256 (0 to 255)",
      `powerOff.event.component: "hba7"; did you mean hba0? (one of hba0, miniport hba0, hba0 firmware, hba0 flash, hba1, miniport hba1, hba1 firmware, hba1 flash, disk, ` +
      `network, host, application, iscsidsc, initiator service, key store, wmi, WMI tool, or port driver)`,
    ],
  );
  assertEquals(refusals([during(LOGIN, "{ lose: { commit: 1 } }")])[0]?.includes("commit"), true);
});

Deno.test("the same faults, the same digest", () => {
  const digest = () =>
    tell([SET, during(NEW, "{ powerCycle: { adapter: hba0, flashProgram: 1, after: 17bytes } }"), LOGIN]).digest;
  assertEquals(digest(), digest());
});
