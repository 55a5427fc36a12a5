import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { hbasim, HEAD, withFile } from "./command_line.ts";

Deno.test("hbasim run prints the ladder and the verdicts and exits with 0", () => {
  const { code, stdout } = hbasim("run", "scenarios/key_survives_power_cycle.yaml");
  assertEquals(code, 0);
  for (const word of ["SetIScsiIKEInfo", "IRP_MN_EXECUTE_METHOD", "setPresharedKeyForId", "program at", "main mode"]) {
    assertStringIncludes(stdout, word);
  }
  assertMatch(stdout, /all 9 expectations hold/);
});

Deno.test("hbasim run exits with 1 when an expectation does not hold", () => {
  withFile(`${HEAD}steps:\n  - { setGroupKey: { key: k }, expect: ISDSC_NOT_FOUND }\n`, (file) => {
    const { code, stdout } = hbasim("run", "--quiet", file);
    assertEquals(code, 1);
    assertStringIncludes(stdout, "FAIL  line   5  setGroupKey: expected ISDSC_NOT_FOUND, but found SUCCESS");
  });
});

Deno.test("hbasim run refuses an unknown step, field, value, adapter and option with exit code 2 and a place", () => {
  const cases: readonly (readonly [string, string])[] = [
    [
      "steps:\n  - jump: {}\n",
      ":5:5: steps[0]: an unknown name of 4 characters is not accepted here; expected one of setKey, getKey,",
    ],
    [
      "steps:\n  - setGroupKey: { key: k, colour: red }\n",
      ":5:28: steps[0].setGroupKey: an unknown name of 6 characters is not",
    ],
    ["steps:\n  - wait: 5 parsecs\n", ':5:11: steps[0].wait: "5 parsecs" is not accepted here; expected a duration'],
    [
      "steps:\n  - reset: { adapter: hba7 }\n",
      ':5:23: steps[0].reset.adapter: "hba7" is not accepted here; did you mean hba0? expected one of hba0',
    ],
    ["steps: [\n", "expected lines that line up with their neighbours, and a closing bracket or brace"],
    [
      "colour: red\nsteps: []\n",
      ":4:1: an unknown name of 6 characters is not accepted here; expected one of name, description",
    ],
  ];
  for (const [content, message] of cases) {
    withFile(HEAD + content, (file) => {
      const { code, stderr } = hbasim("run", file);
      assertEquals(code, 2, stderr);
      assertStringIncludes(stderr, message);
      assert(!stderr.includes("    at "), "a stack trace is shown");
    });
  }
  assertEquals(hbasim("run", "--colour", "x.yaml").code, 2);
  assertEquals(hbasim("fly").code, 2);
  assertEquals(hbasim("run", "no/such/file.yaml").code, 2);
  assertEquals(hbasim("run").code, 2);
  assertEquals(hbasim("--help").code, 0);
});

Deno.test("hbasim run: an image of one run is where the next begins, and files of another kind are refused", () => {
  const set = `${HEAD}steps:\n  - setKey: { adapter: hba0, id: 192.0.2.10, key: k, flags: [ike, main] }\n`;
  const get = `${HEAD}steps:\n  - { getKey: { adapter: hba0, id: 192.0.2.10 }, expect: { flags: [ike, main] } }\n`;
  withFile(set, (file, directory) => {
    const [image, trace] = [`${directory}/image`, `${directory}/trace`];
    assertEquals(hbasim("run", "--quiet", "--image", image, "--trace", trace, file).code, 0);
    Deno.writeTextFileSync(file, get);
    assertEquals(hbasim("run", "--quiet", "--seed", "other", "--from", image, file).code, 0);
    assertEquals(hbasim("run", "--quiet", file).code, 1);
    const refused = hbasim("run", "--from", trace, file);
    assertEquals(refused.code, 2);
    assertStringIncludes(refused.stderr, 'Not a hbasim image file: it says it is "hbasim trace"');
  });
});

Deno.test("hbasim run: the heat map is text or an image, by the name of its file", () => {
  const set = `${HEAD}steps:\n  - setKey: { adapter: hba0, id: 192.0.2.10, key: k, flags: [ike, main] }\n`;
  withFile(set, (file, directory) => {
    const [text, image] = [`${directory}/map.txt`, `${directory}/map.svg`];
    assertEquals(hbasim("run", "--quiet", "--heat-map", text, file).code, 0);
    assertStringIncludes(Deno.readTextFileSync(text), "hba0\nsector, page programs");
    assertEquals(hbasim("run", "--quiet", "--heat-map", image, file).code, 0);
    assertStringIncludes(Deno.readTextFileSync(image), "<svg");
  });
});

Deno.test("a word that nobody would look at is refused, and a closed pipe is told", () => {
  assertEquals(hbasim("--version", "extra"), {
    code: 2,
    stdout: "",
    stderr: 'hbasim: --version: "extra" is one word too many\n',
  });
  for (const words of [["help", "login", "extra"], ["--help", "login", "extra"]]) {
    const { code, stdout, stderr } = hbasim(...words);
    assertEquals([code, stdout], [2, ""]);
    assertStringIncludes(stderr, `${words[0]}: "extra" is one word too many; expected one at most`);
  }
  const program = `"${Deno.execPath()}" run --no-check -A sim/lab/command/hbasim.ts`;
  const { code, stderr } = new Deno.Command("bash", {
    args: ["-c", `set -o pipefail; (sleep 0.5; ${program} help steps) | true`],
    stderr: "piped",
  }).outputSync();
  assertEquals([code, new TextDecoder().decode(stderr)], [2, "hbasim: nobody reads standard output any more\n"]);
});
