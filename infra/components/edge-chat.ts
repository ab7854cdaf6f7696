/** The chat as one component: directory of rooms, script, and the places where it answers. */
import { WorkersCustomDomain } from "@pulumi/cloudflare/workersCustomDomain.js";
import { WorkersKvNamespace } from "@pulumi/cloudflare/workersKvNamespace.js";
import { WorkersRoute } from "@pulumi/cloudflare/workersRoute.js";
import { WorkersScript } from "@pulumi/cloudflare/workersScript.js";
import { WorkersScriptSubdomain } from "@pulumi/cloudflare/workersScriptSubdomain.js";
import * as pulumi from "@pulumi/pulumi";
import type { Imports } from "../imports.ts";
import { routeResourceName } from "../naming.ts";
import type { ScriptBinding } from "../plan/bindings.ts";
import type { Migrations } from "../plan/migration-steps.ts";
import type { Zone } from "../plan/routes.ts";

export interface Observability {
  readonly enabled: boolean;
  readonly headSamplingRate: number;
  readonly logs: {
    readonly enabled: boolean;
    readonly headSamplingRate: number;
    readonly invocationLogs: boolean;
    readonly persist: boolean;
  };
}

/** The script's inputs as plain values, without what only the run decides: bindings and migrations. */
export interface ScriptInputs {
  readonly scriptName: string;
  readonly mainModule: string;
  /** Relative to the program's folder. */
  readonly contentFile: string;
  readonly contentSha256: string;
  readonly compatibilityDate: string;
  readonly compatibilityFlags: readonly string[];
  /** In full, or absent: what the platform would fill in shows up as a change for ever. */
  readonly observability?: Observability;
}

/** Part of every child's URN: public API. */
export const COMPONENT_TYPE = "edge-websocket-chat:index:EdgeChat";

export interface EdgeChatArgs {
  readonly accountId: string;
  readonly kvTitle: string;
  readonly script: ScriptInputs;
  /** The script's bindings, sorted by name, around the id of the namespace. */
  readonly bindings: (
    kvNamespaceId: pulumi.Output<string>,
  ) => readonly ScriptBinding<pulumi.Output<string>>[];
  /** The steps to send; decided once the namespace has its id, because another one means an upload. */
  readonly migrations: Migrations | undefined | ((kvNamespaceId: string) => Migrations | undefined);
  /** Whether it answers on workers.dev. */
  readonly workersDev: boolean;
  readonly routes: readonly { readonly pattern: string; readonly zoneId: string }[];
  /** Zones that routes and domain lie in. */
  readonly zones: readonly Zone[];
  readonly customDomain?: { readonly hostname: string; readonly zoneId: string } | undefined;
  /** Refuses to destroy or replace what holds data. */
  readonly protect: boolean;
  /** What exists already and is taken over. */
  readonly imports?: Imports;
}

const imported = (id: string | undefined) => (id === undefined ? {} : { import: id });

/** The provider's lists are mutable types. */
const copied = <T>(list: readonly T[]): T[] => [...list];

function migrationInput({ steps, ...own }: Migrations) {
  const lists = ({ newSqliteClasses, renamedClasses, deletedClasses }: Omit<Migrations, "newTag">) => ({
    ...(newSqliteClasses && { newSqliteClasses: copied(newSqliteClasses) }),
    ...(renamedClasses && { renamedClasses: copied(renamedClasses) }),
    ...(deletedClasses && { deletedClasses: copied(deletedClasses) }),
  });
  return {
    newTag: own.newTag,
    ...(own.oldTag === undefined ? {} : { oldTag: own.oldTag }),
    ...lists(own),
    ...(steps && { steps: steps.map(lists) }),
  };
}

/** Only the text is marked as secret, and not inside an Output, which would make a secret of all bindings. */
const lifted = (binding: ScriptBinding<pulumi.Output<string>>) =>
  binding.type === "secret_text" && binding.text !== undefined
    ? { ...binding, text: pulumi.secret(binding.text) }
    : binding;

export class EdgeChat extends pulumi.ComponentResource {
  readonly kvNamespaceId: pulumi.Output<string>;
  readonly scriptName: pulumi.Output<string>;
  /** What must be done before the account's script is as planned. */
  readonly children: pulumi.Resource[];

  constructor(name: string, args: EdgeChatArgs, options?: pulumi.ComponentResourceOptions) {
    super(COMPONENT_TYPE, name, {}, options);
    const { accountId } = args;
    // Before anything is made: a run that is killed later leaves in the state which script it was about to make, and
    // policies learn what the zones' ids mean.
    this.registerOutputs({
      accountId,
      scriptName: args.script.scriptName,
      zones: Object.fromEntries(args.zones.map(({ id, name: zone }) => [id, zone])),
    });
    const child = { parent: this };
    const holdsData = { ...child, protect: args.protect };
    const imports = args.imports ?? { routes: {} };

    const directory = new WorkersKvNamespace(
      `${name}-directory`,
      { accountId, title: args.kvTitle },
      { ...holdsData, ...imported(imports.directory) },
    );
    this.kvNamespaceId = directory.id;

    const { migrations } = args;
    const script = new WorkersScript(
      `${name}-script`,
      {
        accountId,
        ...args.script,
        compatibilityFlags: copied(args.script.compatibilityFlags),
        bindings: args.bindings(directory.id).map(lifted),
        ...(typeof migrations === "function"
          ? { migrations: directory.id.apply((id) => optionalInput(migrations(id))) }
          : migrations && { migrations: migrationInput(migrations) }),
      },
      { ...holdsData, ...imported(imports.script) },
    );
    this.scriptName = script.scriptName;

    const subdomain = new WorkersScriptSubdomain(
      `${name}-subdomain`,
      { accountId, scriptName: script.scriptName, enabled: args.workersDev, previewsEnabled: false },
      { ...child, ...imported(imports.subdomain) },
    );
    const routes = args.routes.map(
      ({ pattern, zoneId }) =>
        new WorkersRoute(
          routeResourceName(name, pattern),
          { zoneId, pattern, script: script.scriptName },
          { ...child, ...imported(imports.routes[pattern]) },
        ),
    );
    // A hostname leads to one service: its old mapping must go before a new one is accepted (100116).
    const domains = (args.customDomain ? [args.customDomain] : []).map(
      ({ hostname, zoneId }) =>
        new WorkersCustomDomain(
          `${name}-domain`,
          { accountId, hostname, zoneId, service: script.scriptName },
          { ...child, deleteBeforeReplace: true, ...imported(imports.domain) },
        ),
    );
    this.children = [directory, script, subdomain, ...routes, ...domains];
  }
}

const optionalInput = (migrations: Migrations | undefined) => migrations && migrationInput(migrations);
