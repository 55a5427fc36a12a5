/**
 * The process that `sqlite_key_store_test.ts` kills: commits two rows with the
 * same number in one transaction, then says the number on standard output, and
 * so on for ever.
 *
 * @module
 */

import { SqliteKeyStore } from "../../host/initiator_service/sqlite_key_store.ts";
import type { StoreChange } from "../../host/initiator_service/key_store.ts";

const store = new SqliteKeyStore(Deno.args[0] ?? "");
const first = Number(Deno.args[1]);
for (let revision = first;; revision++) {
  const value = new Uint8Array(300);
  new DataView(value.buffer).setUint32(0, revision, true);
  const changes = ["hba 0", "hba 1"].map((adapter): StoreChange => ({
    type: "put",
    row: { adapter, kind: "preshared-key", name: Uint8Array.of(1, 2, 3), value, ordinal: 1 },
  }));
  const result = store.commit(changes);
  if (result.type === "failed") throw new Error(result.reason);
  Deno.stdout.writeSync(new TextEncoder().encode(`${revision}\n`));
}
