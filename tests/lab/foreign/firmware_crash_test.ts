/** The host's crash matrix on the firmware in C: a sample of its cases, every accident in each call. */

import { assert } from "@std/assert";
import { firmwareProgram, ForeignFirmware } from "../../../sim/lab/foreign/foreign_firmware.ts";
import { CALLS, casesOf, type Kind, tryCase } from "../../host/crash_matrix.ts";
import { RealAdapter } from "../../host/real_adapter.ts";
import { shipped } from "./stores.ts";

/** One case of so many; a number that shares no factor with the four accidents. */
const STEP = Number(Deno.env.get("FIRMWARE_CRASH_STEP") ?? 5);

const PROGRAM = firmwareProgram(shipped("firmware.hba.wasm"));
const KIND: Kind = {
  name: "the firmware in C",
  make: (options) => new RealAdapter(options, (parts) => new ForeignFirmware(PROGRAM, parts)),
  storage: "nvram",
};

for (const call of CALLS) {
  Deno.test(`crash matrix: ${call.name} on the firmware in C`, () => {
    const cases = casesOf(call, KIND).filter((_, index) => index % STEP === 0);
    for (const each of cases) tryCase(call, KIND, each);
    assert(new Set(cases.map(({ accident }) => accident)).size === 4, `${cases.length} cases`);
    console.log(`${cases.length} cases`);
  });
}
