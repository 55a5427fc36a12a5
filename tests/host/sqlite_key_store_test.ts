import { DatabaseSync } from "node:sqlite";
import { assert, assertEquals, assertGreaterOrEqual, assertLessOrEqual, assertThrows } from "@std/assert";
import {
  exportKeyStore,
  importKeyStore,
  type KeyStore,
  KeyStoreContentError,
  type StoreRow,
} from "../../host/initiator_service/key_store.ts";
import { MemoryKeyStore } from "../../host/initiator_service/memory_key_store.ts";
import {
  KeyStoreFileError,
  KeyStoreInUseError,
  SqliteKeyStore,
} from "../../host/initiator_service/sqlite_key_store.ts";
import { RandomStreams } from "../../sim/kernel/random.ts";
import { hex } from "./adapter_model.ts";
import { HBA, TestHost, testKey } from "./test_host.ts";

const WRITER = new URL("./sqlite_writer.ts", import.meta.url).pathname;
const KILLS = 200;

function withDirectory(run: (directory: string) => void): void {
  const directory = Deno.makeTempDirSync();
  try {
    run(directory);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
}

function row(adapter: string, name: number, value: number): StoreRow {
  return { adapter, kind: "preshared-key", name: Uint8Array.of(name), value: Uint8Array.of(value), ordinal: 1 };
}

function writer(path: string, first: number): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--no-check", "--allow-read", "--allow-write", WRITER, path, `${first}`],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
}

function revisionOf(rows: readonly StoreRow[], adapter: string): number {
  const value = rows.find((each) => each.adapter === adapter)?.value;
  return value === undefined ? 0 : new DataView(value.buffer, value.byteOffset).getUint32(0, true);
}

for (
  const [name, open] of [
    ["MemoryKeyStore", (): KeyStore => new MemoryKeyStore()],
    ["SqliteKeyStore", (directory: string): KeyStore => new SqliteKeyStore(`${directory}/keys.sqlite`)],
  ] as const
) {
  Deno.test(`${name} replaces, deletes and orders rows, and gives them back as plain data`, () => {
    withDirectory((directory) => {
      const store = open(directory);
      assertEquals(
        store.commit([
          { type: "put", row: row("b", 1, 10) },
          { type: "put", row: row("a", 2, 20) },
          { type: "put", row: row("", 1, 30) },
        ]),
        { type: "committed" },
      );
      assertEquals(store.rows(), [row("", 1, 30), row("b", 1, 10), row("a", 2, 20)]);
      store.commit([{ type: "put", row: row("b", 1, 11) }, { type: "delete", row: row("a", 2, 0) }]);
      store.commit([{ type: "delete", row: row("nobody", 9, 0) }]);
      assertEquals(store.rows(), [row("", 1, 30), row("b", 1, 11)]);
      const content = exportKeyStore(store);
      const other = new MemoryKeyStore();
      other.commit([{ type: "put", row: row("gone", 1, 1) }]);
      assertEquals(importKeyStore(other, content), { type: "committed" });
      assertEquals(other.rows(), store.rows());
      assertEquals(importKeyStore(store, exportKeyStore(other)), { type: "committed" });
      assertEquals(exportKeyStore(store), content);
      if (store instanceof SqliteKeyStore) store.close();
    });
  });
}

Deno.test("SqliteKeyStore keeps its rows over closing and opening, and a whole host over a reboot", () => {
  withDirectory((directory) => {
    const path = `${directory}/keys.sqlite`;
    const key = testKey(1);
    const first = new SqliteKeyStore(path);
    const world = new TestHost({ adapters: [{ storage: "ram" }], keyStore: first }).boot();
    assertEquals(world.run(world.setKey(key)), 0);
    first.close();
    const second = new SqliteKeyStore(path);
    const later = new TestHost({ adapters: [{ storage: "ram" }], keyStore: second, seed: "another" }).boot();
    assertEquals(later.run(later.login()).status, 0);
    assertEquals(later.adapter.logins.at(-1)?.key, hex(key));
    assertEquals(later.host.adapterState(HBA), "ready");
    second.close();
  });
});

Deno.test("SqliteKeyStore: no key bytes in the database, in the write-ahead log or beside them", () => {
  withDirectory((directory) => {
    const keys = [testKey(1), testKey(2), testKey(3)];
    const store = new SqliteKeyStore(`${directory}/keys.sqlite`);
    const world = new TestHost({ adapters: [{ storage: "ram" }, { storage: "none" }], keyStore: store }).boot();
    for (const key of keys) {
      assertEquals(world.run(world.setKey(key, { adapter: undefined })), 0);
      assertEquals(world.run(world.host.api.setIScsiGroupPresharedKey(key, true)), 0);
    }
    let searched = 0;
    const search = () => {
      for (const entry of Deno.readDirSync(directory)) {
        const content = hex(Deno.readFileSync(`${directory}/${entry.name}`));
        searched += content.length / 2;
        // Any 8 bytes in a row of any key.
        for (const key of keys) {
          for (let start = 0; start + 8 <= key.length; start++) {
            assert(!content.includes(hex(key.subarray(start, start + 8))), `key bytes in ${entry.name}`);
          }
        }
      }
    };
    search();
    store.close();
    search();
    assertGreaterOrEqual(searched, 8192);
  });
});

Deno.test("SqliteKeyStore refuses a second process with a clear message, and a third when the first is gone", async () => {
  const directory = Deno.makeTempDirSync();
  try {
    const path = `${directory}/keys.sqlite`;
    const child = writer(path, 1);
    const reader = child.stdout.getReader();
    await reader.read();
    const error = assertThrows(() => new SqliteKeyStore(path), KeyStoreInUseError);
    assertEquals(
      error.message,
      `The key store ${path} is in use by another process: end it, or give another file`,
    );
    child.kill("SIGKILL");
    await child.status;
    await reader.cancel();
    const store = new SqliteKeyStore(path);
    assertGreaterOrEqual(revisionOf(store.rows(), "hba 0"), 1);
    store.close();
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("SqliteKeyStore refuses files that are something else, and says what it found", () => {
  withDirectory((directory) => {
    Deno.writeTextFileSync(`${directory}/text`, "no database at all, whatever its name says. ".repeat(20));
    assertThrows(() => new SqliteKeyStore(`${directory}/text`), KeyStoreFileError, "not a database");
    assertThrows(() => new SqliteKeyStore(`${directory}/nowhere/keys.sqlite`), KeyStoreFileError, "nowhere");
    const store = new SqliteKeyStore(`${directory}/new`);
    store.close();
    new SqliteKeyStore(`${directory}/new`).close();
  });
});

Deno.test(`SqliteKeyStore loses no acknowledged transaction in ${KILLS} processes killed at random moments`, async () => {
  const directory = Deno.makeTempDirSync();
  const random = new RandomStreams("kills").stream("moments");
  let acknowledged = 0;
  let midway = 0;
  try {
    const path = `${directory}/keys.sqlite`;
    for (let kill = 0; kill < KILLS; kill++) {
      const child = writer(path, acknowledged + 1);
      const reader = child.stdout.getReader();
      // Some numbers first, then some microseconds, which the scheduler adds by itself.
      const wanted = acknowledged + 1 + random.below(12);
      let text = "";
      for (let last = 0; last < wanted;) {
        const { value, done } = await reader.read();
        assert(!done, "the writer ended by itself");
        text += new TextDecoder().decode(value);
        last = lastNumber(text);
      }
      child.kill("SIGKILL");
      for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
        text += new TextDecoder().decode(chunk.value);
      }
      await child.status;
      acknowledged = Math.max(acknowledged, lastNumber(text));
      const store = new SqliteKeyStore(path);
      const rows = store.rows();
      store.close();
      const stored = revisionOf(rows, "hba 0");
      assertEquals(revisionOf(rows, "hba 1"), stored, "half a transaction");
      assertGreaterOrEqual(stored, acknowledged, "an acknowledged transaction is lost");
      assertLessOrEqual(stored, acknowledged + 1);
      if (stored > acknowledged) midway++;
      acknowledged = stored;
    }
    console.log(`${KILLS} kills, ${acknowledged} transactions, ${midway} kills between commit and acknowledgement`);
  } finally {
    Deno.removeSync(directory, { recursive: true });
  }
});

/** The last number of which the line is complete. */
function lastNumber(text: string): number {
  const lines = text.split("\n");
  return Number(lines[lines.length - 2] ?? 0);
}

Deno.test("SqliteKeyStore takes a file of version 1, whose rows had no ordinal, and keeps it as version 2", () => {
  withDirectory((directory) => {
    const path = `${directory}/old.db`;
    const old = new DatabaseSync(path);
    old.exec(
      "CREATE TABLE record (adapter TEXT NOT NULL, kind TEXT NOT NULL, name BLOB NOT NULL, value BLOB NOT NULL, " +
        "PRIMARY KEY (adapter, kind, name)) WITHOUT ROWID",
    );
    old.exec(`PRAGMA application_id = ${0x6862614b}`);
    old.exec("PRAGMA user_version = 1");
    old.exec("INSERT INTO record VALUES ('a', 'group-key', x'', x'0102')");
    old.close();
    for (let opened = 0; opened < 2; opened++) {
      const store = new SqliteKeyStore(path);
      const [first] = store.rows();
      assertEquals([first?.adapter, first?.ordinal, first?.value], ["a", 0, Uint8Array.of(1, 2)]);
      store.commit([{ type: "put", row: row("b", 1, 10) }]);
      store.close();
    }
    const again = new SqliteKeyStore(path);
    assertEquals(again.rows().map(({ adapter, ordinal }) => [adapter, ordinal]), [["a", 0], ["b", 1]]);
    again.close();
  });
});

Deno.test("importKeyStore() refuses an ordinal that is none, and stores nothing then", () => {
  for (const ordinal of [-1, 0.5, NaN]) {
    const store = new MemoryKeyStore();
    const content = { version: 1, rows: [{ ...row("a", 1, 1), ordinal }] } as const;
    assertThrows(() => importKeyStore(store, content), KeyStoreContentError, "ordinal");
    assertEquals(store.rows(), []);
  }
});
