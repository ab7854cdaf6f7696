// The first step of every command. Plain JavaScript without a dependency, so that any Node ≥ 18 can run it in a
// fresh clone: it brings node_modules up to package-lock.json, finds a Node that runs TypeScript by itself, and
// hands over to scripts/<name>.ts.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const tools = path.join(root, ".tools");
/** Node runs .ts files without a flag, and has node:sqlite and a global WebSocket, from this major version on. */
const NODE_MAJOR = 24;
const PROGRESS_EVERY_MS = 5_000;
const LOCK_POLL_MS = 300;

const readJson = (file) => {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
};

/**
 * What node_modules lacks to match package-lock.json, as package paths. npm writes node_modules/.package-lock.json
 * last, so an install that was killed half-way lacks it or names other versions.
 */
export function missingPackages(lock, installed, exists) {
  const missing = [];
  for (const [place, wanted] of Object.entries(lock?.packages ?? {})) {
    if (place === "") continue;
    const have = installed?.packages?.[place];
    if (have === undefined) {
      // An optional package for another platform is left out by npm.
      if (!(wanted.optional || wanted.devOptional || wanted.peer)) missing.push(place);
    } else if (have.version !== wanted.version || have.integrity !== wanted.integrity || !exists(place)) {
      missing.push(place);
    }
  }
  return missing;
}

/** The commands that scripts/ offers: one file each. */
export const commands = (directory = path.join(root, "scripts")) =>
  readdirSync(directory)
    .filter((file) => file.endsWith(".ts"))
    .map((file) => file.slice(0, -".ts".length))
    .sort();

const alive = (pid) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
};

/** Two commands started at once must not both rewrite node_modules: the second waits for the first. */
async function withInstallLock(work) {
  const lock = path.join(tools, "npm-install.lock");
  mkdirSync(tools, { recursive: true });
  let told = false;
  for (;;) {
    try {
      writeFileSync(lock, String(process.pid), { flag: "wx" });
      break;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
      const holder = Number(readFileSync(lock, { encoding: "utf8", flag: "a+" }));
      if (!holder || !alive(holder)) rmSync(lock, { force: true });
      else if (!told) {
        console.error(`  waiting for the npm install of process ${holder}`);
        told = true;
      }
      await new Promise((resolve) => setTimeout(resolve, LOCK_POLL_MS));
    }
  }
  try {
    return await work();
  } finally {
    rmSync(lock, { force: true });
  }
}

const packagesMissing = () =>
  missingPackages(
    readJson(path.join(root, "package-lock.json")),
    readJson(path.join(root, "node_modules/.package-lock.json")),
    (place) => existsSync(path.join(root, place, "package.json")),
  );

/** Runs `npm ci` (or `npm install` without a lock file) and says how far it is. */
async function installPackages() {
  const lock = readJson(path.join(root, "package-lock.json"));
  const verb = lock ? "ci" : "install";
  const total = Object.keys(lock?.packages ?? {}).length;
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  console.error(`  npm ${verb}: ${total} packages, about half a minute`);
  // The commands need the development packages too, whatever NODE_ENV says.
  const args = [verb, "--include=dev", "--loglevel=error", "--no-audit", "--no-fund", "--no-progress"];
  const npmScript = process.env.npm_execpath?.endsWith(".js") ? process.env.npm_execpath : undefined;
  const child = npmScript
    ? spawn(process.execPath, [npmScript, ...args], { cwd: root, stdio: ["ignore", "ignore", "inherit"] })
    : spawn("npm", args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  const progress = setInterval(() => {
    const there = Object.keys(lock?.packages ?? {}).filter(
      (place) => place && existsSync(path.join(root, place, "package.json")),
    );
    console.error(`  npm ${verb}: ${there.length} of ${total} packages, ${seconds()} s`);
  }, PROGRESS_EVERY_MS);
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  clearInterval(progress);
  if (code !== 0)
    throw new Error(
      `npm ${verb} failed (exit ${code}). The lines above say why; run the command again after.`,
    );
  console.error(`✓ npm packages (${seconds()} s)`);
}

/** A Node that runs TypeScript: the one that npm installed, else the one that runs this. */
function findNode() {
  const bundled = path.join(root, "node_modules/.bin", process.platform === "win32" ? "node.exe" : "node");
  if (existsSync(bundled) && spawnSync(bundled, ["--version"]).status === 0) return bundled;
  if (Number(process.versions.node.split(".")[0]) >= NODE_MAJOR) return process.execPath;
  throw new Error(
    `Node ${NODE_MAJOR} or newer is needed; this is ${process.version}, and npm has no Node to install for ` +
      `${process.platform} ${process.arch}. Install it from https://nodejs.org (or \`nvm install ${NODE_MAJOR}\`) and run the command again.`,
  );
}

async function main([name, ...args]) {
  const known = commands();
  if (!known.includes(name ?? "")) {
    if (name) console.error(`There is no command "${name}".`);
    console.error(`Commands: ${known.map((command) => `npm run ${command}`).join(", ")}`);
    return 2;
  }
  if (packagesMissing().length > 0) {
    await withInstallLock(async () => {
      if (packagesMissing().length > 0) await installPackages();
    });
  }
  const node = findNode();
  const env = {
    ...process.env,
    NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? path.join(tools, "node-cache"),
  };
  const bins = path.join(root, "node_modules/.bin");
  env.PATH = [bins, path.dirname(node), env.PATH ?? ""]
    .filter((part, at, all) => all.indexOf(part) === at)
    .join(path.delimiter);
  const child = spawn(node, [path.join(root, "scripts", `${name}.ts`), ...args], {
    cwd: root,
    env,
    stdio: "inherit",
  });
  // A terminal sends its Ctrl-C to the child as well; a signal sent to this process alone is passed on.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"])
    process.on(signal, () => {
      if (!(signal === "SIGINT" && process.stdin.isTTY)) child.kill(signal);
    });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code, signal) => resolve(code ?? 128 + (os.constants.signals[signal] ?? 0)));
  });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href)
  main(process.argv.slice(2)).then(
    (code) => process.exit(code),
    (error) => {
      console.error(error.message);
      process.exit(1);
    },
  );
