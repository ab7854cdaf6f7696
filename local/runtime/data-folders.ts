/**
 * Where the runtime keeps data. Durable Objects live in one folder, each namespace in one below it. What the runtime
 * keeps besides (cache, rate limits) cannot be shared by two processes: each group of Workers has its own.
 */
import { mkdirSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";

export interface DataFolders {
  /** Marks every workerd of the account, and holds the KV namespaces. */
  readonly data: string;
}

/** The runtime's own name for the folder of Durable Objects. */
const OBJECTS = "do";
const GROUPS = "groups";

export const groupFolder = (folders: DataFolders, group: string): string => join(folders.data, GROUPS, group);

/** Makes the folder of a group, with the way to the objects in it. */
export function prepareGroupFolder(folders: DataFolders, group: string): void {
  const objects = join(folders.data, OBJECTS);
  mkdirSync(objects, { recursive: true });
  const folder = groupFolder(folders, group);
  mkdirSync(folder, { recursive: true });
  try {
    symlinkSync(objects, join(folder, OBJECTS), "junction");
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** Forgets the folders of groups that are no more. Objects stay: only the way to them goes. */
export function removeOtherGroupFolders(folders: DataFolders, groups: readonly string[]): void {
  const all = join(folders.data, GROUPS);
  mkdirSync(all, { recursive: true });
  for (const name of readdirSync(all))
    if (!groups.includes(name)) rmSync(join(all, name), { recursive: true, force: true });
}

/** Where the objects of a namespace have their storage: a file each, named by its id. */
export const objectFolder = (folder: string, namespaceId: string): string =>
  join(folder, OBJECTS, namespaceId);

/** Removes the data of a Durable Object namespace that is no more. */
export function removeObjectData(folder: string, namespaceId: string): void {
  rmSync(objectFolder(folder, namespaceId), { recursive: true, force: true });
}
