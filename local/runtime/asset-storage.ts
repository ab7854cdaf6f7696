/**
 * Miniflare gives the storage of static assets one name for a whole process, so of several Workers with assets all but
 * the first would be served the first one's files. Here each Worker's storage gets a name of its own.
 */
import { ASSETS_PLUGIN } from "miniflare";

const SHARED_NAME = "assets:storage";

const getServices = ASSETS_PLUGIN.getServices.bind(ASSETS_PLUGIN);
let separated = false;

/** To be called before a Miniflare is made. Once is enough. */
export function separateAssetStorage(): void {
  if (separated) return;
  separated = true;
  ASSETS_PLUGIN.getServices = async (options) => {
    const services = await getServices(options);
    if (!Array.isArray(services)) return services;
    const ownName = `${SHARED_NAME}:${options.options.config.name}`;
    return services.map((service) => {
      if (service.name === SHARED_NAME) return { ...service, name: ownName };
      if (!("worker" in service) || service.worker === undefined) return service;
      const bindings = service.worker.bindings?.map((binding) =>
        "service" in binding && binding.service?.name === SHARED_NAME
          ? { ...binding, service: { ...binding.service, name: ownName } }
          : binding,
      );
      return { ...service, worker: { ...service.worker, ...(bindings === undefined ? {} : { bindings }) } };
    });
  };
}
