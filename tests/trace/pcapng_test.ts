import { assert, assertEquals } from "@std/assert";
import { runScenarioText } from "../../sim/scenario/runner.ts";
import { encodePcapng } from "../../sim/trace/pcapng.ts";

const scenarios = new URL("../../scenarios/", import.meta.url);

function hasTshark(): boolean {
  try {
    return new Deno.Command("tshark", { args: ["--version"] }).outputSync().success;
  } catch {
    return false;
  }
}

const tshark = hasTshark();
if (!tshark) console.log("skipped: no tshark on this machine to decode the captures (apt-get install tshark)");

function decode(file: string, ...args: string[]): string {
  const output = new Deno.Command("tshark", { args: ["-n", "-r", file, ...args] }).outputSync();
  assert(output.success, new TextDecoder().decode(output.stderr));
  return new TextDecoder().decode(output.stdout);
}

for (const name of ["wmi_vector", "aggressive_mode_fqdn", "wrong_key_at_target"]) {
  Deno.test({
    name: `tshark decodes the capture of ${name} without a malformed packet, and the key log opens it`,
    ignore: !tshark,
    fn: () => {
      const source = Deno.readTextFileSync(new URL(`${name}.yaml`, scenarios));
      const { world } = runScenarioText(source, `${name}.yaml`);
      const directory = Deno.makeTempDirSync();
      try {
        const file = `${directory}/capture.pcapng`;
        Deno.writeFileSync(file, encodePcapng(world.network.captures, world.kernel.frequencyHz));
        const packets = decode(file, "-T", "fields", "-e", "frame.protocols", "-e", "udp.checksum.status").trim();
        assertEquals(packets.split("\n").length, world.network.captures.length);
        assert(packets.split("\n").every((line) => line.includes("isakmp")), packets);
        const bad =
          "_ws.malformed || _ws.expert.severity == error || ip.checksum.status == 0 || udp.checksum.status == 0";
        assertEquals(decode(file, "-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE", "-Y", bad), "");
        const tables = world.keyLog.toText().trim().split("\n").flatMap((line) => [
          "-o",
          `uat:ikev1_decryption_table:${line.replace(",", ",")}`,
        ]);
        const encrypted = "isakmp.exchangetype == 2 && isakmp.flag_e == 1";
        const opened = decode(
          file,
          ...tables,
          "-Y",
          `${encrypted} && isakmp.id.type`,
          "-T",
          "fields",
          "-e",
          "isakmp.id.data.ipv4_addr",
        );
        if (name === "wmi_vector") assertEquals(opened.trim().split("\n"), ["192.0.2.10", "192.0.2.20"]);
      } finally {
        Deno.removeSync(directory, { recursive: true });
      }
    },
  });
}
