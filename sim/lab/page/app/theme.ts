/**
 * Light or dark: as the system says, until somebody says otherwise.
 *
 * @module
 */

import { useEffect, useState } from "preact/hooks";

/** The colours in use. */
export interface Theme {
  /** Changes with them. */
  readonly theme: string;
  readonly isDark: boolean;
  toggle(): void;
}

const DARK = "(prefers-color-scheme: dark)";

/** The colours in use. */
export function useTheme(): Theme {
  const [system, setSystem] = useState(matchMedia(DARK).matches);
  const [chosen, setChosen] = useState<boolean | undefined>(undefined);
  useEffect(() => {
    const query = matchMedia(DARK);
    const hear = () => setSystem(query.matches);
    query.addEventListener("change", hear);
    return () => query.removeEventListener("change", hear);
  }, []);
  const isDark = chosen ?? system;
  const theme = isDark ? "dark" : "light";
  // Before the timeline takes its colours from the style.
  document.documentElement.dataset["theme"] = theme;
  return { theme, isDark, toggle: () => setChosen(!isDark) };
}
