/**
 * Cloudflare's error codes, each named once with its HTTP status. Texts are Cloudflare's own where a client or a
 * person searches for them (sources: recordings of the official provider, wrangler's sources, reported deploys).
 */
export class CloudflareError extends Error {
  readonly status: number;
  readonly code: number;
  /** False tells clients that trying again cannot help (`x-should-retry`), where the status alone would invite it. */
  readonly retryable: boolean;

  constructor(status: number, code: number, message: string, retryable = status === 429 || status >= 500) {
    super(message);
    this.name = "CloudflareError";
    this.status = status;
    this.code = code;
    this.retryable = retryable;
  }
}

const permanent = (status: number, code: number, message: string) =>
  new CloudflareError(status, code, message, false);

// Requests
export const notAuthenticated = () => permanent(403, 10000, "Authentication error");
export const tokenNotFound = () => permanent(404, 1003, "API Token not found");
export const missingCredentials = () =>
  permanent(400, 9106, "Missing X-Auth-Key, X-Auth-Email or Authorization headers");
export const cannotRoute = (path: string) =>
  permanent(404, 7003, `Could not route to ${path}, perhaps your object identifier is invalid?`);
export const notSupported = (method: string, path: string) =>
  permanent(501, 7000, `No route for that URI: the local account does not support ${method} ${path}`);
export const foreignOrigin = (what: string) =>
  permanent(403, 10000, `Refused: ${what}. The API answers this machine only`);
export const invalidBody = (why: string) => permanent(400, 10001, `Could not parse request body: ${why}`);
export const internal = (why: string) => new CloudflareError(500, 10013, `workers.api.error.unknown: ${why}`);
/** Trying again soon cannot help: somebody must make room first. */
export const diskFull = (folder: string) =>
  permanent(
    500,
    10013,
    `The disk that holds ${folder} is full: nothing of this call was stored. Make room, then try again`,
  );

// Scripts
export const scriptNotFound = () => permanent(404, 10007, "workers.api.error.script_not_found");
export const serviceNotFound = () => permanent(404, 10090, "workers.api.error.service_not_found");
export const scriptInvalid = (message: string) => permanent(400, 10021, message);
/** Nothing that Cloudflare would refuse: the emulator cannot do it, and says so instead of pretending. */
export const scriptUnsupported = (what: string) =>
  permanent(501, 10021, `the local account does not support ${what}`);
export const inheritInvalid = (name: string) =>
  permanent(400, 10057, `inherit binding '${name}' is invalid: the previous version has no such binding`);
export const scriptInUse = (name: string, by: string) =>
  permanent(
    400,
    10064,
    `Cannot delete '${name}': Worker '${by}' is bound to it. Remove that binding first, or delete with ?force=true`,
  );
export const serviceBindingMissing = (binding: string, service: string) =>
  permanent(
    400,
    10143,
    `Could not resolve service binding '${binding}'. Target script '${service}' not found.`,
  );
export const tailConsumerMissing = (consumer: string) =>
  permanent(400, 10100, `tail consumer '${consumer}' not found: no Worker of this name is deployed`);
export const workerNotFound = (id: string) => permanent(404, 10007, `Worker '${id}' not found`);
/** wrangler waits for a version that it has just uploaded as long as it meets this number. */
export const versionNotFound = () => permanent(404, 100146, "workers.api.error.version_not_found");
export const versionInUse = (id: string) =>
  permanent(400, 10001, `Version '${id}' cannot be deleted: it is part of the active deployment`);
export const noVersions = () => permanent(404, 10222, "workers.api.error.no_versions");
export const deploymentNotFound = () => permanent(404, 10002, "workers.api.error.not_found");
export const deploymentInvalid = (why: string) => permanent(400, 10001, `Invalid deployment: ${why}`);
export const versionBeforeMigration = (versionId: string, its: string, live: string) =>
  permanent(
    400,
    10211,
    `Version '${versionId}' cannot be deployed: it was made under the Durable Object migration tag '${its}', and '${live}' has been applied since. A deployment cannot cross a migration: upload the code anew with a full deployment.`,
  );
export const latestVersionNotDeployed = () =>
  permanent(
    400,
    10215,
    "Secret edit failed. You attempted to modify a secret, but the latest version of your Worker isn't currently deployed. Please ensure that the latest version of your Worker is fully deployed (wrangler versions deploy) before modifying secrets. Alternatively, you can use the Cloudflare dashboard to modify secrets and deploy the version.",
  );
export const secretNotFound = (name: string) => permanent(404, 10056, `binding '${name}' not found`);

// Durable Object migrations
export const migrationTagMismatch = (got: string, expected: string) =>
  permanent(
    412,
    10079,
    `Actor migration tag precondition failed, got tag '${got}' when expected tag is '${expected}'. Please make sure the tags match and try again.`,
  );
export const classNotConfigured = (className: string) =>
  permanent(
    400,
    10061,
    `Cannot create binding for class '${className}' because it is not currently configured to implement Durable Objects. Did you forget to apply a 'new_sqlite_classes' migration?`,
  );
export const bindingClassNotExported = (className: string) =>
  permanent(400, 10061, `Cannot create binding for class '${className}' that is not exported by the script.`);
export const deletedClassStillBound = (className: string) =>
  permanent(
    400,
    10061,
    `Cannot apply --delete-class migration to class '${className}' without also removing the binding that references it.`,
  );
export const dependedClassNotExported = (className: string) =>
  permanent(
    400,
    10064,
    `New version of script does not export class '${className}' which is depended on by existing Durable Objects. Did you forget to include it? If you renamed it, try a rename-class migration. If you want to delete all the Durable Objects implemented by the class, you can use a delete-class migration.`,
  );
export const migratedClassNotExported = (verb: string, className: string) =>
  permanent(
    400,
    10070,
    `Cannot apply ${verb} migration to class '${className}' that is not exported by script.`,
  );
export const classAlreadyInUse = (verb: string, className: string) =>
  permanent(
    400,
    10074,
    `Cannot apply ${verb} migration to class '${className}' that is already depended on by existing Durable Objects`,
  );
export const classUnknown = (verb: string, className: string) =>
  permanent(
    400,
    10074,
    `Cannot apply ${verb} migration to class '${className}' which was not exported in the previous version of the script`,
  );
export const transferredClassUnknown = (className: string, script: string) =>
  permanent(
    400,
    10074,
    `Cannot apply transfer-class migration: script '${script}' has no Durable Object class '${className}'`,
  );
export const migrationInVersion = () =>
  permanent(
    400,
    10211,
    "Version upload failed. You attempted to upload a version of a Worker that includes a Durable Object migration, but migrations must be fully applied via a non-versioned deployment.",
  );
export const objectNamespaceNotFound = () => permanent(404, 10066, "durable object namespace not found");
export const objectQueryInvalid = (why: string) => permanent(400, 10001, why);

// KV
export const kvNamespaceNotFound = () => permanent(404, 10013, "namespace not found");
export const kvNamespaceMissingForBinding = (id: string) =>
  permanent(400, 10041, `KV namespace '${id}' not found`);
export const kvKeyNotFound = () => permanent(404, 10009, "get: 'key not found'");
export const kvTitleTaken = () =>
  permanent(400, 10014, "a namespace with this account ID and title already exists");
export const kvTitleInvalid = () =>
  permanent(400, 10019, "namespace title is invalid: 1 to 512 characters are allowed");
export const kvInvalid = (why: string) => permanent(400, 10033, why);

// Routes and domains
export const routeNotFound = () => permanent(404, 10002, "workers.api.error.not_found");
export const routeTaken = () => permanent(409, 10020, "A route with the same pattern already exists.");
export const routeInvalid = (pattern: string, why: string) =>
  permanent(400, 10022, `Invalid route pattern '${pattern}': ${why}`);
export const zoneNotFound = (zone: string) =>
  permanent(404, 7003, `Could not route to /zones/${zone}, perhaps your object identifier is invalid?`);
export const zoneTaken = (name: string) => permanent(400, 1061, `${name} already exists`);
export const domainTaken = (hostname: string) =>
  permanent(409, 100116, `Hostname '${hostname}' is already in use by another Worker`);
export const domainOutsideZone = (hostname: string) =>
  permanent(400, 100112, `Hostname '${hostname}' belongs to no zone of this account`);
export const domainNotFound = () => permanent(404, 100114, "domain not found");
export const tailNotFound = () => permanent(404, 10057, "tail not found");

// Static assets
export const assetManifestInvalid = (why: string) => permanent(400, 10021, `asset manifest: ${why}`);
export const assetTokenInvalid = () =>
  permanent(403, 10000, "the token of the asset upload is not valid, or older than one hour: begin anew");
export const assetUploadIncomplete = (missing: number) =>
  permanent(400, 10021, `the asset upload is not complete: ${missing} files are missing`);
export const assetNotExpected = (hash: string) =>
  permanent(400, 10021, `no file with the hash '${hash}' is expected in this upload`);
export const assetSizeWrong = (hash: string, got: number, expected: number) =>
  permanent(400, 10021, `the file with the hash '${hash}' has ${got} bytes; its manifest says ${expected}`);
