/**
 * Several versions of a script in one Worker: it owns the Durable Object namespaces, and answers other Workers, while
 * a deployment splits the traffic. An object belongs to one namespace and one namespace to one Worker, so each version's
 * modules are put in a folder of their own, and a class of the script's name chooses at construction, by the object's
 * id, whose class it becomes: an object runs one version for as long as the deployment lasts, on the same data.
 * New percentages for the same versions are told while it runs; it resets the objects that change version, no others.
 * What the versions share here and not on Cloudflare: one isolate, and compatibility date and flags of the newest.
 * Pure.
 */
import type { Binding } from "../state/binding.ts";
import type { Module } from "../state/versions.ts";
import type { DeployedScript, DeployedWorker, Share } from "./deployed-worker.ts";
import { AFFINITY_HEADER, OVERRIDE_HEADER } from "./traffic-split.ts";

const HOST_MODULE = "__split__.mjs";

/** Entrypoint of the host that takes new percentages, in the order of the shares, as a JSON list. */
export const SPLIT_CONTROL = "__SplitControl";
/** A web page cannot send it without being asked back, and is not answered. */
export const SPLIT_CONTROL_HEADER = "x-account-split";

export function splitHost(script: DeployedScript): DeployedWorker {
  const newest = newestOf(script);
  return {
    ...newest,
    // What happens here is of no version in particular.
    version: { id: "", tag: "", timestamp: "" },
    mainModule: HOST_MODULE,
    modules: [hostModule(script, newest), ...script.shares.flatMap(({ worker }) => movedModules(worker))],
    bindings: [
      ...newest.bindings.map((binding) => withVersion(binding, newest)),
      ...script.shares.flatMap(({ worker }) => worker.bindings.map((binding) => ownBinding(binding, worker))),
      ...newest.namespaces.map(
        ({ className }): Binding => ({
          type: "durable_object_namespace",
          name: `${OWN_OBJECTS}/${className}`,
          class_name: className,
        }),
      ),
    ],
  };
}

export function newestOf(script: DeployedScript): DeployedWorker {
  const [newest] = script.shares
    .map((share) => share.worker)
    .toSorted((left, right) => right.version.timestamp.localeCompare(left.version.timestamp));
  if (newest === undefined) throw new Error(`script '${script.name}' has no version to serve`);
  return newest;
}

const OWN_OBJECTS = "__objects";

const movedModules = (worker: DeployedWorker): Module[] =>
  worker.modules.map((module) => ({ ...module, name: `${worker.version.id}/${module.name}` }));

/** A binding under a name that only its version asks for: the versions may bind one name to different things. */
const ownBinding = (binding: Binding, worker: DeployedWorker): Binding => ({
  ...withVersion(binding, worker),
  name: `${worker.version.id}/${binding.name}`,
});

/** The version that such a binding belongs to; undefined for one under its plain name. */
export const versionOfBinding = (name: string): string | undefined => /^([^/]+)\//.exec(name)?.[1];

const withVersion = (binding: Binding, worker: DeployedWorker): Binding =>
  binding.type === "version_metadata"
    ? { type: "json", name: binding.name, json: { ...worker.version } }
    : binding;

function hostModule(script: DeployedScript, newest: DeployedWorker): Module {
  const objects = newest.namespaces.map((namespace) => namespace.className);
  const classes = new Set(script.shares.flatMap(({ worker }) => worker.classes));
  const entrypoints = [...classes].filter((name) => !objects.includes(name));
  const source = [
    ...script.shares.map(
      ({ worker }, index) =>
        `import * as v${index} from ${JSON.stringify(`./${worker.version.id}/${worker.mainModule}`)};`,
    ),
    'import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";',
    `const SCRIPT = ${JSON.stringify(script.name)};`,
    `const shares = [${script.shares.map(shareSource).join(", ")}];`,
    HOST_SOURCE,
    ...objects.map((name) => `export const ${name} = objectOf(${JSON.stringify(name)});`),
    ...entrypoints.map((name) => `export const ${name} = entrypointOf(${JSON.stringify(name)});`),
    'export default entrypointOf("default");',
    CONTROL_SOURCE,
  ].join("\n");
  return {
    name: HOST_MODULE,
    contentType: "application/javascript+module",
    contents: new TextEncoder().encode(source),
  };
}

const shareSource = ({ percentage, worker }: Share, index: number): string => {
  const bindings = worker.bindings.map((binding) => binding.name);
  return `{ id: ${JSON.stringify(worker.version.id)}, percentage: ${percentage}, exports: v${index}, bindings: ${JSON.stringify(bindings)} }`;
};

/** The first 32 bits of an object's id are as good as random, both for named objects and for unique ids. */
const HOST_SOURCE = `
const atPoint = (point) => {
  let end = 0;
  for (const share of shares) {
    end += share.percentage;
    if (point < end) return share;
  }
  return shares.findLast((share) => share.percentage > 0);
};
const draw = () => atPoint(Math.random() * 100);

const envOf = (share, env) =>
  (share.env ??= Object.fromEntries(share.bindings.map((name) => [name, env[share.id + "/" + name]])));

const shareOf = (id) => atPoint((parseInt(id.slice(0, 8), 16) / 2 ** 32) * 100);

/** Every object that has run here, by class and id, with the version that it last ran. */
const known = new Map();
/** Of classes that cannot be called, no object can be told to reset. */
let allCanReset = true;

const resettable = (share, name) => {
  const Chosen = share.exports[name];
  if (!(Chosen.prototype instanceof DurableObject)) return Chosen;
  share.classes ??= {};
  return (share.classes[name] ??= Object.defineProperty(class extends Chosen {
    #ctx;
    constructor(ctx, env) {
      super(ctx, env);
      this.#ctx = ctx;
    }
    __accountReset() {
      this.#ctx.abort("Durable Object reset because its code was updated.");
    }
  }, "name", { value: Chosen.name }));
};

const objectOf = (name) => {
  const canReset = shares.every((share) => share.exports[name]?.prototype instanceof DurableObject);
  allCanReset &&= canReset;
  return class extends (canReset ? DurableObject : Object) {
    constructor(ctx, env) {
      super(ctx, env);
      const id = ctx.id.toString();
      const share = shareOf(id);
      known.set(name + "/" + id, { name, id, share });
      return new (resettable(share, name))(ctx, envOf(share, env));
    }
  };
};

const wished = async (headers) => {
  const member = (headers.get("${OVERRIDE_HEADER}") ?? "").split(",").find((part) => part.trim().startsWith(SCRIPT + "="));
  const id = /="(.*)"\\s*$/.exec(member ?? "")?.[1];
  const overridden = shares.find((share) => share.id === id);
  if (overridden !== undefined) return overridden;
  const key = headers.get("${AFFINITY_HEADER}");
  if (!key) return draw();
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(key));
  return atPoint((new DataView(hash).getUint32(0) / 2 ** 32) * 100);
};

const start = (share, name, ctx, env) => {
  const found = share.exports[name];
  if (found === undefined) throw new TypeError("version " + share.id + " of '" + SCRIPT + "' does not export '" + name + "'");
  if (typeof found === "function") return new found(ctx, envOf(share, env));
  return new Proxy(found, {
    get: (_, handler) => found[handler] && ((event) => found[handler](event, envOf(share, env), ctx)),
  });
};

/** Methods and getters of a class, handlers of an object: what another Worker may call. */
const membersOf = (found) => {
  const members = new Map();
  let owner = typeof found === "function" ? found.prototype : found;
  for (; owner && owner !== Object.prototype && owner !== WorkerEntrypoint.prototype; owner = Object.getPrototypeOf(owner))
    for (const [name, { get }] of Object.entries(Object.getOwnPropertyDescriptors(owner)))
      if (name !== "constructor" && !members.has(name)) members.set(name, get !== undefined);
  return members;
};

const entrypointOf = (name) => {
  class Entrypoint extends WorkerEntrypoint {
    #started;
    static started(self, share) {
      return (self.#started ??= start(share ?? draw(), name, self.ctx, self.env));
    }
  }
  const members = shares.flatMap((share) => [...membersOf(share.exports[name])]);
  for (const [member, isGetter] of new Map(members))
    Object.defineProperty(Entrypoint.prototype, member, isGetter
      ? { configurable: true, get() { return Entrypoint.started(this)[member]; } }
      : { configurable: true, value(...args) { return Entrypoint.started(this)[member](...args); } });
  if (members.some(([member]) => member === "fetch"))
    Object.defineProperty(Entrypoint.prototype, "fetch", {
      async value(request) {
        return Entrypoint.started(this, await wished(request.headers)).fetch(request);
      },
    });
  return Entrypoint;
};`;

const CONTROL_SOURCE = `
export class ${SPLIT_CONTROL} extends WorkerEntrypoint {
  async fetch(request) {
    if (!request.headers.has("${SPLIT_CONTROL_HEADER}")) return new Response(null, { status: 403 });
    if (!allCanReset) return new Response(null, { status: 409 });
    const percentages = await request.json();
    for (const [index, share] of shares.entries()) share.percentage = percentages[index];
    const moved = [...known.values()].filter(({ id, share }) => shareOf(id) !== share);
    await Promise.all(moved.map(async ({ name, id }) => {
      const objects = this.env["${OWN_OBJECTS}/" + name];
      // It ends itself, so the call fails.
      await objects.get(objects.idFromString(id)).__accountReset().catch(() => undefined);
    }));
    return Response.json(moved.length);
  }
}`;
