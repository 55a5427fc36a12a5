/**
 * The page of the playground.
 *
 * @module
 */

import { render } from "preact";
import { messageOf } from "../../app/report_source.ts";
import { readAddress } from "./address.ts";
import { Library } from "./gallery.ts";
import { PlaygroundPage } from "./playground.tsx";

const page = document.getElementById("page");
const library = new Library();
try {
  const [gallery, address] = await Promise.all([library.gallery(), readAddress(location.hash)]);
  if (page !== null) {
    page.textContent = "";
    render(<PlaygroundPage library={library} gallery={gallery} address={address} />, page);
  }
} catch (error) {
  const problem = document.createElement("p");
  problem.className = "problem";
  problem.setAttribute("role", "alert");
  problem.textContent = messageOf(error);
  page?.prepend(problem);
}
