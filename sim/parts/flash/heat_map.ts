/**
 * A heat map of a part: where it was programmed and how often its sectors were
 * erased, as text for a terminal and as SVG for a report.
 *
 * @module
 */

import type { FlashGeometry } from "./nor_flash.ts";

/** What a heat map is drawn from; a `FlashPart` is one. */
export interface FlashWear {
  /** How the part is divided. */
  readonly geometry: FlashGeometry;
  /** Erases of each sector. */
  readonly sectorErases: ArrayLike<number>;
  /** Page programs of each page. */
  readonly pagePrograms: ArrayLike<number>;
}

const SHADES = " .:-=+*#%@";
const BAR_COLUMNS = 24;
const CELL_PIXELS = 18;
const LABEL_PIXELS = 70;
const LEGEND_PIXELS = 46;

/**
 * A heat map as text: a line for each sector, a character for each page from
 * blank (never programmed) to `@` (programmed most), then its erases as a bar.
 */
export function heatMapText(wear: FlashWear): string {
  const { sectorCount } = wear.geometry;
  const pages = pagesPerSector(wear.geometry);
  const mostPrograms = largest(wear.pagePrograms);
  const mostErases = largest(wear.sectorErases);
  const width = String(Math.max(mostErases, sectorCount - 1)).length;
  const lines = [`sector, page programs (@ = ${mostPrograms}), erases (full bar = ${mostErases})`];
  for (let sector = 0; sector < sectorCount; sector++) {
    let row = "";
    for (let page = 0; page < pages; page++) {
      row += SHADES[shade(wear.pagePrograms[sector * pages + page] ?? 0, mostPrograms)];
    }
    const erases = wear.sectorErases[sector] ?? 0;
    const bar = "=".repeat(mostErases === 0 ? 0 : Math.round((erases * BAR_COLUMNS) / mostErases));
    lines.push(`${String(sector).padStart(width)} |${row}| ${String(erases).padStart(width)} ${bar}`.trimEnd());
  }
  return lines.join("\n") + "\n";
}

/** A heat map as an SVG image: a row for each sector, a square for each page, and its erases as a bar. */
export function heatMapSvg(wear: FlashWear): string {
  const { sectorCount } = wear.geometry;
  const pages = pagesPerSector(wear.geometry);
  const mostPrograms = largest(wear.pagePrograms);
  const mostErases = largest(wear.sectorErases);
  const barLeft = LABEL_PIXELS + pages * CELL_PIXELS + 12;
  const width = barLeft + 200;
  const height = LEGEND_PIXELS + sectorCount * CELL_PIXELS + 8;
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="monospace" font-size="11">`,
    `<title>Page programs and sector erases</title>`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${LABEL_PIXELS}" y="18">page programs, most ${mostPrograms}</text>`,
    `<text x="${barLeft}" y="18">erases, most ${mostErases}</text>`,
  ];
  for (let sector = 0; sector < sectorCount; sector++) {
    const top = LEGEND_PIXELS + sector * CELL_PIXELS;
    parts.push(`<text x="4" y="${top + 13}">sector ${sector}</text>`);
    for (let page = 0; page < pages; page++) {
      const programs = wear.pagePrograms[sector * pages + page] ?? 0;
      parts.push(
        `<rect x="${LABEL_PIXELS + page * CELL_PIXELS}" y="${top}" width="${CELL_PIXELS - 1}" ` +
          `height="${CELL_PIXELS - 1}" fill="${colour(programs, mostPrograms)}"><title>page ${page}: ${programs}` +
          `</title></rect>`,
      );
    }
    const erases = wear.sectorErases[sector] ?? 0;
    const bar = mostErases === 0 ? 0 : Math.round((erases * 140) / mostErases);
    parts.push(`<rect x="${barLeft}" y="${top + 3}" width="${bar}" height="${CELL_PIXELS - 7}" fill="#555555"/>`);
    parts.push(`<text x="${barLeft + bar + 4}" y="${top + 13}">${erases}</text>`);
  }
  return `${parts.join("\n")}\n</svg>\n`;
}

function pagesPerSector({ sectorBytes, pageBytes }: FlashGeometry): number {
  return sectorBytes / pageBytes;
}

function largest(counts: ArrayLike<number>): number {
  let most = 0;
  for (let index = 0; index < counts.length; index++) most = Math.max(most, counts[index] ?? 0);
  return most;
}

/** 0 only for nothing, the last shade only for the most. */
function shade(count: number, most: number): number {
  return most === 0 ? 0 : Math.ceil((count * (SHADES.length - 1)) / most);
}

function colour(count: number, most: number): string {
  if (count === 0) return "#f2f2f2";
  const share = count / most;
  const red = 255;
  const green = Math.round(235 - 190 * share);
  const blue = Math.round(200 - 180 * share);
  return `#${[red, green, blue].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}
