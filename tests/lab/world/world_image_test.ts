import { assertEquals, assertThrows } from "@std/assert";
import { decodeFile, encodeFile, FileFormatError } from "../../../sim/trace/cbor_file.ts";
import { flashRegion, S25HL512T } from "../../../sim/parts/flash/presets.ts";
import { World, WorldOptionsError } from "../../../sim/lab/world/world.ts";
import { decodeWorldImage, encodeWorldImage } from "../../../sim/lab/world/world_image.ts";

const ADAPTERS = [{ name: "hba0", ports: [Uint8Array.of(192, 0, 2, 10)] }];

function usedWorld(): World {
  const world = new World({ adapters: ADAPTERS });
  world.powerOn();
  world.settle();
  assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(7), true)), 0);
  const flash = world.adapters.get("hba0")?.flash;
  flash?.inject({ kind: "weak", address: 60_000, mask: 0x81 });
  flash?.inject({ kind: "stuck", address: 60_001, mask: 0x10, level: 0 });
  flash?.inject({ kind: "stuck", address: 60_002, mask: 0x20, level: 1 });
  world.powerOff();
  return world;
}

Deno.test("decodeWorldImage() gives back what encodeWorldImage() was given, wear and all that ails the flash", () => {
  const world = usedWorld();
  const image = world.image();
  const decoded = decodeWorldImage(encodeWorldImage(image));
  assertEquals(decoded, image);
  const next = new World({ adapters: ADAPTERS, image: decoded });
  assertEquals(next.image(), { ...image, worlds: 2 });
  next.powerOn();
  next.settle();
  assertEquals(next.adapters.get("hba0")?.adapter.cache?.keyTable.hasGroupKey, true);
});

Deno.test("decodeWorldImage() refuses what is damaged, and says what", () => {
  const content = decodeFile("hbasim image", 3, encodeWorldImage(usedWorld().image())) as Record<string, unknown>;
  const flash = (content["flash"] as [string, Record<string, unknown>][])[0]?.[1] ?? {};
  const rows: readonly (readonly [string, unknown, string])[] = [
    ["image", [1, 2], "the flash of hba0 is no byte string"],
    ["weakBits", [{ address: 65_536, mask: 1 }], "weak bits of the flash of hba0 are of another form"],
    ["weakBits", [{ address: 1, mask: 0 }], "weak bits"],
    ["stuckAtOne", "none", "bits stuck at 1 of the flash of hba0 are no list"],
    ["sectorErases", [-1], "erases of the flash of hba0 are no list of counts"],
    ["counters", { reads: 1 }, "counters of the flash of hba0 have no readBytes"],
    ["programmed", [{ address: 65_535, lengthBytes: 2 }], "programmed words of the flash of hba0 are of another form"],
    ["programmed", 7, "programmed words of the flash of hba0 are no list"],
    ["statusRegister", 256, "the status register of the flash of hba0 is of another form"],
    ["ages", { reads: [] }, "disturbedBits of ages of the flash of hba0 are no list of counts"],
  ];
  for (const [field, value, message] of rows) {
    const changed = { ...content, flash: [["hba0", { ...flash, [field]: value }]] };
    assertThrows(() => decodeWorldImage(encodeFile("hbasim image", 3, changed)), FileFormatError, message);
  }
  const short = { ...content, flash: [["hba0", { ...flash, sectorErases: [1] }]] };
  const image = decodeWorldImage(encodeFile("hbasim image", 3, short));
  assertThrows(
    () => new World({ adapters: ADAPTERS, image }),
    WorldOptionsError,
    "sectorErases: 1 values, expected 16",
  );
});

Deno.test("World refuses an image whose figures are not those of the part, each with its path", () => {
  const image = usedWorld().image();
  const state = image.flash["hba0"];
  if (state === undefined) throw new Error("no flash");
  const rows: readonly (readonly [object, string])[] = [
    [{ ages: { ...state.ages, lostBits: [0] } }, "ages.lostBits: 1 values, expected 16"],
    [{ ages: { ...state.ages, luck: [1, 2] } }, "ages.luck: 2 values, expected 16"],
    [{ programmed: [{ address: 65_000, lengthBytes: 600 }] }, "programmed[0].lengthBytes: 600, expected 1 to 536"],
    [{ statusRegister: 256 }, "statusRegister: 256, expected a whole number from 0 to 255"],
  ];
  for (const [change, message] of rows) {
    const changed = { ...image, flash: { hba0: { ...state, ...change } } };
    assertThrows(
      () => new World({ adapters: ADAPTERS, image: changed }),
      WorldOptionsError,
      `image.flash.hba0.${message}`,
    );
  }
});

Deno.test("A part whose words take one program goes on from an image as it was, and from one without that knowledge", () => {
  const adapters = [{
    ...ADAPTERS[0],
    name: "hba0",
    ports: [Uint8Array.of(192, 0, 2, 10)],
    flash: flashRegion(S25HL512T, 3),
  }];
  let world = new World({ adapters });
  for (let round = 0; round < 3; round++) {
    world.powerOn();
    world.settle();
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(round), true)), 0);
    world.powerOff();
    const part = world.adapters.get("hba0")?.flash;
    assertEquals([part?.counters.failures, part?.counters.impossibleBits], [0, 0]);
    const image = decodeWorldImage(encodeWorldImage(world.image()));
    const { programmed, ...older } = image.flash["hba0"] ?? {};
    assertEquals(programmed, part?.cells.programmedRanges());
    world = new World({ adapters, image });
    assertEquals(world.adapters.get("hba0")?.flash?.cells.programmedRanges(), programmed);
    new World({ adapters, image: { ...image, flash: { hba0: older } } as typeof image });
  }
});

Deno.test("A world that goes on from an image draws other random numbers, so no generational GUID comes twice", () => {
  let image = decodeWorldImage(encodeWorldImage(usedWorld().image()));
  const guids = new Set<string>();
  const seeds = new Set<string>();
  for (let count = 0; count < 4; count++) {
    const world = new World({ adapters: ADAPTERS, image: { ...image, serviceStore: { version: 1, rows: [] } } });
    world.powerOn();
    world.settle();
    assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(count), true)), 0);
    image = decodeWorldImage(encodeWorldImage(world.image()));
    for (const { kind, value } of image.serviceStore.rows) {
      if (kind === "generational-guid") guids.add(value.join());
      if (kind === "group-key") seeds.add(value.slice(0, 12).join());
    }
  }
  assertEquals([guids.size, seeds.size, image.worlds], [4, 4, 5]);
});

Deno.test("decodeWorldImage() refuses a file that does not say how many worlds led to it", () => {
  const content = decodeFile("hbasim image", 3, encodeWorldImage(usedWorld().image())) as Record<string, unknown>;
  const { worlds: _, ...without } = content;
  for (const worlds of [{}, { worlds: -1 }, { worlds: "1" }]) {
    const bytes = encodeFile("hbasim image", 3, { ...without, ...worlds });
    assertThrows(() => decodeWorldImage(bytes), FileFormatError, "number of worlds");
  }
});

Deno.test("An image keeps the flash of adapters whose names are members of Object.prototype, through a file too", () => {
  const names = ["constructor", "toString", "__proto__", "hasOwnProperty"];
  const adapters = names.map((name, index) => ({ name, ports: [Uint8Array.of(192, 0, 2, 10 + index)] }));
  const first = new World({ adapters });
  first.powerOn();
  first.settle();
  assertEquals(first.run(first.host.api.setIScsiGroupPresharedKey(new Uint8Array(16).fill(7), true)), 0);
  first.powerOff();
  const image = first.image();
  assertEquals(Object.keys(image.flash), names);
  for (const given of [image, decodeWorldImage(encodeWorldImage(image))]) {
    const next = new World({ adapters, image: given });
    assertEquals(Object.entries(next.image().flash), Object.entries(image.flash));
    next.powerOn();
    next.settle();
    for (const { adapter } of next.adapters.values()) assertEquals(adapter.cache?.keyTable.hasGroupKey, true);
  }
  // An image that has nothing of an adapter leaves its part new.
  const empty = new World({ adapters, image: { ...image, flash: {} } });
  assertEquals(Object.values(empty.image().flash).map(({ counters }) => counters.erases), [0, 0, 0, 0]);
});

Deno.test("decodeWorldImage() refuses flash parts without a name, and two of one name", () => {
  const content = decodeFile("hbasim image", 3, encodeWorldImage(usedWorld().image())) as Record<string, unknown>;
  const [part] = content["flash"] as unknown[];
  const decode = (flash: unknown) => decodeWorldImage(encodeFile("hbasim image", 3, { ...content, flash }));
  assertThrows(() => decode([part, 5]), FileFormatError, "flash part 1 has no name");
  assertThrows(() => decode([part, part]), FileFormatError, "two flash parts of hba0");
  assertThrows(() => decode({}), FileFormatError, "flash or service store are missing");
});

Deno.test("World.image() of a part whose charge is long lost is taken by the next world", () => {
  const hours = 100_000_000;
  const flashFaults = [{ kind: "charge loss", hours: 1 }, { kind: "storage", hours }] as const;
  const image = new World({ adapters: ADAPTERS.map((each) => ({ ...each, flashFaults })) }).image();
  const lost = image.flash["hba0"]?.ages?.lostBits ?? [];
  assertEquals([lost.length, Math.max(...lost)], [16, 8 * 4096]);
  assertEquals(new World({ adapters: ADAPTERS, image }).image().flash["hba0"]?.ages?.lostBits, lost);
  // What no part of this size can have lost is refused with its place.
  const flash = image.flash["hba0"];
  const ages = flash?.ages;
  if (flash === undefined || ages === undefined) throw new Error("no ages");
  const spoilt = { hba0: { ...flash, ages: { ...ages, lostBits: lost.map(() => 1e16) } } };
  assertThrows(
    () => new World({ adapters: ADAPTERS, image: { ...image, flash: spoilt } }),
    WorldOptionsError,
    "lostBits[0]: 10000000000000000, expected a whole number from 0 to 9007199254740991",
  );
});
