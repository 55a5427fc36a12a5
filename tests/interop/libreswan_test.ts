/** Our engine against libreswan, in both roles and modes, over real sockets. Run with `deno task interop`. */

import { registerCases } from "./cases.ts";
import { LIBRESWAN } from "./pluto.ts";

registerCases(LIBRESWAN, {
  // It is built without group 2.
  suites: [
    "aes128-sha1-modp1536",
    "3des-sha1-modp1536",
    "3des-md5-modp2048",
    "aes256-sha256-modp2048",
    "aes192-sha384-modp3072",
    "aes256-sha512-modp4096",
    "aes256-sha512-modp6144",
  ],
  // It does not answer a name that it does not know.
  unknownName: "ISDSC_CONNECTION_FAILED",
});
