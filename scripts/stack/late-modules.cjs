// Loaded by Node before the Pulumi program (NODE_OPTIONS, see environment.ts). The Pulumi SDK loads the TypeScript
// compiler, npm's dependency solver, its automation API and a tracing toolkit at its start: 700 of its 1,000 modules and
// two thirds of its time, for features that most programs never use. Here they are loaded when they are first used.
// Plain JavaScript, so that any Node takes it.
"use strict";
const Module = require("node:module");

/** Taken as a whole: `const ts = require("typescript")`. */
const WHOLE = /^(typescript|(\.\.?\/)+typescript-shim|@npmcli\/arborist|\.\/automation)$/;
/** Taken apart at once, `const { ZipkinExporter } = require(…)`, and called or constructed later: when a run is traced. */
const IN_PARTS =
  /^@opentelemetry\/(resources|sdk-trace-base|sdk-trace-node|exporter-zipkin|instrumentation|instrumentation-grpc)$/;
/**
 * Gives the SDK's own frames of a stack trace their lines in its TypeScript sources, which it does not ship. It parses
 * megabytes of maps whenever a trace is taken, and the SDK takes one for each resource. The program needs no map: Node
 * strips its types in place.
 */
const MAPPED_TRACES = "source-map-support/register";
/** Only what the SDK itself loads: a program that wants one of these gets it as ever. */
const SDK = /[\\/]node_modules[\\/]@pulumi[\\/]pulumi[\\/](?!.*[\\/]node_modules[\\/])/;
const TRACING = /[\\/]@pulumi[\\/]pulumi[\\/]cmd[\\/]run[\\/]tracing\.js$/;

/** Stands for a module until somebody looks at one of its members. */
function late(load) {
  let loaded;
  const real = () => {
    loaded ??= load();
    return loaded;
  };
  return new Proxy(
    {},
    {
      // What compiled `import * as` asks first; with "yes" it takes the module as it is and copies no members.
      get: (_, name) => (name === "__esModule" ? true : real()[name]),
      set: (_, name, value) => Reflect.set(real(), name, value),
      has: (_, name) => name in real(),
      ownKeys: () => Reflect.ownKeys(real()),
      getOwnPropertyDescriptor(_, name) {
        const found = Reflect.getOwnPropertyDescriptor(real(), name);
        return found && { ...found, configurable: true };
      },
    },
  );
}

/** Stands for a module of which each member is a function or a class. */
function lateParts(load) {
  let loaded;
  const member = (name) => {
    loaded ??= load();
    return loaded[name];
  };
  const get = (_, name) =>
    new Proxy(function part() {}, {
      apply: (_function, self, args) => Reflect.apply(member(name), self, args),
      construct: (_class, args) => Reflect.construct(member(name), args),
    });
  return new Proxy({}, { get });
}

const load = Module._load;
if (typeof load === "function")
  Module._load = function lateLoad(request, parent, isMain) {
    const by = parent?.filename ?? "";
    const now = () => load.call(Module, request, parent, isMain);
    if (request === MAPPED_TRACES && SDK.test(by)) return {};
    if (WHOLE.test(request) && SDK.test(by)) return late(now);
    if (IN_PARTS.test(request) && TRACING.test(by)) return lateParts(now);
    return load.call(this, request, parent, isMain);
  };
