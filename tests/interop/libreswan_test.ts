/** Our engine against libreswan, in both roles and modes, over real sockets. Run with `deno task interop`. */

import { registerCases } from "./cases.ts";
import { registerFragments } from "./fragment_cases.ts";
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
    "aes128-sha256-ecp256",
  ],
  moreSuites: ["aes256-sha384-ecp384", "aes256-sha512-ecp521", "aes128-sha256-curve25519"],
  // It does not answer a name that it does not know.
  unknownName: "ISDSC_CONNECTION_FAILED",
});

// It cuts what is longer than 532 bytes.
registerFragments(LIBRESWAN, "aes256-sha512-modp6144");
