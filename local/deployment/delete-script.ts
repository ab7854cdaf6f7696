/** Takes a script out of service, with its versions, routes, domains and the data of its objects. */
import type { Cloud } from "../cloud.ts";
import { scriptInUse } from "../cloudflare-errors.ts";
import { removeObjectData } from "../runtime/data-folders.ts";
import { withoutScript } from "../runtime/deployed-worker.ts";
import { withoutPreviews } from "../runtime/previews.ts";
import { boundScripts } from "../state/binding.ts";
import { transaction } from "../state/database.ts";
import { namespacesOf } from "../state/object-namespaces.ts";
import { listScripts, removeScript } from "../state/scripts.ts";
import { findVersion } from "../state/versions.ts";

/** Without `force` refused (10064) while another script is bound to it. */
export const deleteScript = (
  cloud: Cloud,
  require: () => { readonly name: string },
  force: boolean,
): Promise<void> =>
  cloud.exclusively(async () => {
    const { name } = require();
    const user = usersOf(cloud, name)[0];
    if (user !== undefined && !force) throw scriptInUse(name, user);
    const namespaces = namespacesOf(cloud.db, name);
    await cloud.runtime.change((fleet) => withoutScript(withoutPreviews(fleet, name), name));
    transaction(cloud.db, () => removeScript(cloud.db, name));
    for (const namespace of namespaces) removeObjectData(cloud.dataFolder, namespace.id);
  });

/** Other scripts whose live version has a binding to this one. */
export function usersOf(cloud: Cloud, name: string): string[] {
  return listScripts(cloud.db).flatMap((other) => {
    const version = other.versionId && findVersion(cloud.db, other.name, other.versionId);
    if (other.name === name || !version) return [];
    return boundScripts(version.bindings).includes(name) ? [other.name] : [];
  });
}
