/**
 * What a mount does so that past cuts cannot show later, by name: an
 * experiment can leave each of them out.
 *
 * @module
 */

/** What a mount does so that past cuts cannot show later, and damage is not mistaken for one. */
export type MountRule =
  /** Take the last record for whole if one bit of it is wrong. */
  | "repair record"
  /** Program the head's header once more: its bits may be weak. */
  | "settle header"
  /** Program the last record once more: its bits may be weak. */
  | "settle record"
  /** If the head is not blank behind its last record, open the next sector: nothing there can become a record later. */
  | "leave torn record"
  /** If opening the next sector was cut off, open it anew: what is there cannot become a header later. */
  | "reopen torn header"
  /** Append only beyond every byte that a write that was cut off could have weakened, although it reads blank. */
  | "fence"
  /** Begin there with a record that says where the log ended: the gap is no damage, and the next fence lies further on. */
  | "boot mark"
  /** Finish erasing the sectors that held secrets when they were cleared. */
  | "resume scrub";

/** All rules of the mount, in the order of their use. */
export const MOUNT_RULES: readonly MountRule[] = Object.keys(
  {
    "repair record": true,
    "settle header": true,
    "settle record": true,
    "leave torn record": true,
    "reopen torn header": true,
    fence: true,
    "boot mark": true,
    "resume scrub": true,
  } satisfies Record<MountRule, true>,
) as MountRule[];
