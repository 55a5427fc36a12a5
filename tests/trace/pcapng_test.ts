import { assert, assertEquals } from "@std/assert";
import { runScenarioText } from "../../sim/lab/scenario/runner.ts";
import { encodePcapng } from "../../sim/trace/pcapng.ts";
import { readShipped } from "../support/shipped_scenarios.ts";
import { decodeCapture, tsharkMissing } from "./tshark.ts";

for (const name of ["wmi_vector", "aggressive_mode_fqdn", "wrong_key_at_target"]) {
  Deno.test({
    name: `tshark decodes the capture of ${name} without a malformed packet, and the key log opens it`,
    ignore: tsharkMissing,
    fn: () => {
      const { world } = runScenarioText(readShipped(`${name}.yaml`), `${name}.yaml`);
      const capture = encodePcapng(world.network.captures, world.kernel.frequencyHz);
      const protocols = decodeCapture(capture, "", "-T", "fields", "-e", "frame.protocols").trim().split("\n");
      assertEquals(protocols.length, world.network.captures.length);
      assert(protocols.every((line) => line.includes("isakmp")), protocols.join("\n"));
      const checked = ["-o", "ip.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"];
      const bad =
        "_ws.malformed || _ws.expert.severity == error || ip.checksum.status == 0 || udp.checksum.status == 0";
      assertEquals(decodeCapture(capture, "", ...checked, "-Y", bad), "");
      if (name !== "wmi_vector") return;
      const shown = ["-Y", "isakmp.flag_e == 1 && isakmp.id.type", "-T", "fields", "-e", "isakmp.id.data.ipv4_addr"];
      assertEquals(decodeCapture(capture, world.keyLog.toText(), ...shown).trim().split("\n"), [
        "192.0.2.10",
        "192.0.2.20",
      ]);
    },
  });
}
