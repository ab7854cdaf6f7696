import { type Release, type ReleaseRecord, releaseBefore, shortVersion } from "../../infra/plan/releases.ts";

/**
 * The release to go back to.
 *
 * @param wanted the beginning of a version's sha-256; undefined for the release before.
 * @throws with the versions there are, when there is none or more than one.
 */
export function chooseRelease(record: ReleaseRecord, wanted: string | undefined, stack: string): Release {
  const running = record.releases.at(-1);
  if (wanted === undefined) {
    const before = releaseBefore(record);
    if (before !== undefined) return before;
    throw new Error(
      `Stack "${stack}" has no earlier release to go back to${running ? `: ${shortVersion(running.version)} is its first` : ""}.`,
    );
  }
  const named = new Map(
    record.releases
      .filter(({ version }) => version.startsWith(wanted))
      .map((release) => [release.version, release]),
  );
  const [only, ...others] = named.values();
  if (only === undefined || others.length > 0)
    throw new Error(
      `${only ? "More than one release begins" : "No release of stack"} ${only ? `with "${wanted}"` : `"${stack}" begins with "${wanted}"`}. ` +
        `There are: ${[...new Set(record.releases.map(({ version }) => shortVersion(version)))].join(", ")}.`,
    );
  if (only.version === running?.version)
    throw new Error(`Version ${shortVersion(only.version)} is the one that stack "${stack}" runs.`);
  return only;
}

/** The releases, newest first, with what each is now. */
export function releaseLines({ releases, heldBack }: ReleaseRecord, target?: Release): string[] {
  const running = releases.at(-1);
  const newestFirst = [
    ...new Map(releases.toReversed().map((release) => [release.version, release])).values(),
  ];
  return newestFirst.map(({ version, migrationTag }) => {
    const words = [
      version === running?.version ? "runs" : "",
      version === target?.version ? "comes back" : "",
      heldBack.includes(version) ? "was rolled back" : "",
      migrationTag === running?.migrationTag
        ? ""
        : `ran under migration tag ${migrationTag}: cannot come back`,
    ].filter((word) => word !== "");
    return `  ${shortVersion(version)}  ${words.join(", ")}`.trimEnd();
  });
}

/** What a rollback does, and what it does not undo. */
export const rollbackLines = (record: ReleaseRecord, target: Release, stack: string): string[] => [
  `Stack "${stack}", releases:`,
  ...releaseLines(record, target),
  "What comes back: the code, as it was uploaded then.",
  "What does not:",
  "  - data: messages, deletions and bans since then stay as they are; so does what the newer code wrote",
  "  - secrets and settings: those of the stack now apply; set old values again by hand if they are needed",
  "Connections break for a moment; clients come back by themselves and miss nothing.",
];
