/**
 * The gallery as it lies in the folder: what the build writes and the page
 * reads.
 *
 * @module
 */

/** A shipped scenario. */
export interface GalleryEntry {
  readonly file: string;
  /** What it calls itself. */
  readonly title: string;
  /** What it shows. */
  readonly about: string;
  readonly source: string;
}
