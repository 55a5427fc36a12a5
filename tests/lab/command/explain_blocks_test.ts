/** What explain says of steps within others, and of one time of those that are taken again and again. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { temporaryFolder } from "../../support/temporary_folder.ts";
import { hbasim } from "./command_line.ts";

/** Writes a scenario whose steps begin in line 5 with a key, and gives what explains it. */
function scenario(folder: string, steps: string, head = "") {
  const file = `${folder}/blocks.yaml`;
  Deno.writeTextFileSync(
    file,
    `name: blocks
adapters: { hba0: { storage: nvram, ports: [192.0.2.10] }, hba1: { storage: ram, ports: [192.0.2.11] } }
targets: { disk: { address: 192.0.2.20, keys: { any: a key } } }${head}
steps:
  - setKey: { adapter: hba0, id: 192.0.2.10, key: a key, flags: [ike, main] }
${steps}`,
  );
  return {
    file,
    explain(...what: readonly string[]): string {
      const { code, stdout, stderr } = hbasim("explain", file, ...what);
      assertEquals([code, stderr], [0, ""], what.join());
      return stdout;
    },
    refused(...what: readonly string[]): string {
      const { code, stdout, stderr } = hbasim("explain", file, ...what);
      assertEquals([code, stdout], [2, ""], what.join());
      return stderr;
    },
  };
}

const LOGIN = "login: { adapter: hba0, target: disk }";

Deno.test("steps within others are explained by their lines and verbs, and events are of the lines where they were called", () => {
  using folder = temporaryFolder();
  const { explain, refused } = scenario(
    folder.path,
    `  - parallel:
      a:
        - wait: 5ms
        - powerCycle: { adapter: hba0 }
      b:
        - { ${LOGIN}, name: s1 }
        - logout: { session: s1 }
  - sequence:
      - { wait: { until: { kind: packet }, within: 1s }, name: w }
      - expect: { since: w, packets: { from: hba0, to: disk, count: 0 } }
      - change: { network: { loss: 5% } }
`,
  );
  assertMatch(explain("9"), /^line 9, c\d+\.s\d+ {2}initiator service == hba0 synchronised/);
  assertEquals(explain("powerCycle"), explain("9"));
  const login = explain("login");
  assertMatch(login, /^line 11, c\d+\.s\d+ {2}application -> iscsidsc: LoginIScsiTarget/);
  assertEquals(explain("6"), login, "of a block what first failed in it");
  assertMatch(refused("login:2"), /"login:2": there are 1; .* login, powerCycle, logout/);
  assertMatch(refused("7"), /no step begins in this line; expected one of 5, 6, 8, 9, 11, 12, 13, 14, 15, or 16$/m);
  assertMatch(refused("16"), /the step has left no event/);
  const look = explain("15");
  assert(!look.includes("main mode 1"), `what was sent before is not of the time since: ${look}`);
  assertMatch(look, /\n\nthe last call before it:\nline 11, /);
});

Deno.test("of a step that is repeated beside others one time is told and explained", () => {
  using folder = temporaryFolder();
  const { explain } = scenario(
    folder.path,
    `  - parallel:
      a:
        - ${LOGIN}
        - { ${LOGIN}, repeat: 2, expect: { within: 1ms } }
      b:
        - wait: 3ms
`,
  );
  const second = explain("9");
  assertEquals(second.match(/does not hold/g)?.length, 1, second);
  assertMatch(second, /^line 9 {2}a: login, 1 of 2\n[^]*\n\nline 9, c/);
  assertEquals(explain("6"), second);
  assertMatch(explain("9:2"), /^line 9 {2}a: login, 2 of 2\n[^]*\n\nline 9, c/);
  assertMatch(explain("8"), /^line 8, c/);
});

Deno.test("the events that made a look so are told of each time, those of its own time and before", () => {
  using folder = temporaryFolder();
  const { explain, refused } = scenario(
    folder.path,
    "  - { setKey: { adapter: hba0, id: 192.0.2.10, key: new }, repeat: 3, expect: { flash: { adapter: hba0, key: a key } } }\n",
  );
  const told = [1, 2, 3].map((time) => /the last events that made it so:\n([^]*?)\n\n/.exec(explain(`6:${time}`))?.[1]);
  assertEquals(new Set(told).size, 3);
  for (const each of told) assertMatch(each ?? "", /hba0 flash +## program at \d+/);
  assertMatch(refused("5:2"), /"5:2": the step was taken once; expected 5$/m);
});

Deno.test("an accident of an adapter that a call has nothing to do with does not lead what is said of it", () => {
  using folder = temporaryFolder();
  const { explain } = scenario(
    folder.path,
    `  - { ${LOGIN}, expect: { within: 50ms }, faults: [powerCycle: { adapter: hba1, after: 2ms }, lose: { message: main 6, from: disk, to: hba0 }] }\n`,
  );
  const said = explain("6");
  assert(!said.includes("hba1"), said);
  assertMatch(said, /network: lost: disk sent main mode 6/);
});

Deno.test("a run that takes too long names the time that its step was taken, and explain has it", () => {
  using folder = temporaryFolder();
  const { file, explain } = scenario(folder.path, `  - { ${LOGIN}, repeat: 1000 }\n`, "\nlimit: 900ms");
  const { stdout } = hbasim("run", "--quiet", file);
  const [, time = ""] = /^why: +hbasim explain .* 7:(\d+)$/m.exec(stdout) ?? [];
  assert(Number(time) > 1, stdout);
  assertMatch(explain(`7:${time}`), /^line 7 {2}login\ndoes not hold: expected an end of the run within 0\.9 s\n/);
});
