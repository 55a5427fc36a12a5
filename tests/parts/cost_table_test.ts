import { assert, assertEquals } from "@std/assert";
import { DEFAULT_COSTS, publicKeyCycles } from "../../sim/parts/cost_table.ts";

Deno.test("publicKeyCycles(): exponentiations cost by the square of the modulus, multiplications on curves by the cube of the field", () => {
  const { exponentiationCycles } = DEFAULT_COSTS;
  const exponentiation = (bits: number) => publicKeyCycles(DEFAULT_COSTS, "modular exponentiation", bits);
  const multiplication = (bits: number) => publicKeyCycles(DEFAULT_COSTS, "scalar multiplication", bits);
  assertEquals(exponentiation(1024), exponentiationCycles);
  assertEquals(exponentiation(2048), 4 * exponentiationCycles);
  // By hand: 256 bits take 256 * (8 + 16/6) = 2731 multiplications of 256 bits; 314.67 of 1024 bits are 500,000 cycles.
  assertEquals(multiplication(256), Math.ceil((500_000 * (2730 + 2 / 3)) / (314 + 2 / 3) / 16));
  assert(Math.abs(multiplication(512) / multiplication(256) - 8) < 0.001);
  // The curves that are as strong as a prime of 3072 and of 7680 bits (NIST SP 800-57 part 1, table 2) cost less.
  assert(multiplication(256) < exponentiation(3072) / 9);
  assert(multiplication(384) < exponentiation(6144) / 9);
  assert([256, 384, 521].every((bits) => Number.isSafeInteger(multiplication(bits))));
  assertEquals(publicKeyCycles({ ...DEFAULT_COSTS, exponentiationCycles: 0 }, "scalar multiplication", 521), 0);
});
