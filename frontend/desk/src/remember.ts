/** What this machine remembers of a person's choices: columns, filters, keys. Never a name, never a number. */
const PREFIX = "bangfu.";

/** The remembered text, or null; null too where the browser forbids storage. */
export function recall(key: string): string | null {
  try {
    return localStorage.getItem(PREFIX + key);
  } catch {
    return null;
  }
}

/** Remembers a text; null forgets it. */
export function remember(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(PREFIX + key);
    else localStorage.setItem(PREFIX + key, value);
  } catch {
    // A browser that forbids storage forgets; nothing else is lost.
  }
}

/** Forgets all of it. */
export function forget(): void {
  try {
    for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
  } catch {
    // As above.
  }
}
