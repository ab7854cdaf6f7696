type Packages = { packages?: Record<string, { version?: string; integrity?: string; optional?: boolean }> };

/** What node_modules lacks to match a lock file, as package paths. */
export function missingPackages(
  lock: Packages | undefined,
  installed: Packages | undefined,
  exists: (place: string) => boolean,
): string[];

/** The commands that scripts/ offers. */
export function commands(folder?: string): string[];
