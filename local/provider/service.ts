import {
  type ServerUnaryCall,
  type sendUnaryData,
  status,
  type UntypedServiceImplementation,
} from "@grpc/grpc-js";
import plugin from "@pulumi/pulumi/proto/plugin_pb.js";
import wire from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { ApiClient, Clock } from "./api-client.ts";
import { configuration, configurationFailures, markedConfiguration } from "./configuration.ts";
import type { Connections } from "./connections.ts";
import { engineLog } from "./engine-log.ts";
import { ProviderError } from "./errors.ts";
import { providerFunction } from "./functions/catalogue.ts";
import * as provider from "./provider.ts";
import type { Files, ResourceKind } from "./resource-kind.ts";
import { resourceKind } from "./resources/catalogue.ts";
import { asProperties, type Properties, plainProperties, same } from "./values.ts";

/** The version of the official plugin whose behaviour this one repeats. */
export const PROVIDER_VERSION = "6.22.1";

export type ServiceOptions = { connections: Connections; clock: Clock; files: Files };

/** Who calls: the address of the connection, and a signal that it no longer waits. */
type Caller = { peer: string; gone: AbortSignal };

type Handler<Request, Response> = (request: Request, caller: Caller) => Response | Promise<Response>;

const logicalName = (urn: string): string => urn.split("::").at(-1) ?? "";

const properties = (message: struct.Struct | undefined): Properties =>
  message === undefined ? {} : plainProperties(asProperties(message.toJavaScript()));

const message = (value: Properties): struct.Struct =>
  // Struct takes plain JSON only: the round trip drops properties that are undefined.
  struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as Record<string, struct.JavaScriptValue>);

const checked = (inputs: Properties, reasons: readonly string[]): wire.CheckResponse => {
  const failures = reasons.map((reason) => new wire.CheckFailure().setReason(reason));
  return new wire.CheckResponse().setInputs(message(inputs)).setFailuresList(failures);
};

/** The gRPC service that the engine takes for the Cloudflare provider. */
export function providerService({ connections, clock, files }: ServiceOptions): UntypedServiceImplementation {
  const unary =
    <Request, Response>(handle: Handler<Request, Response>) =>
    (call: ServerUnaryCall<Request, Response>, reply: sendUnaryData<Response>): void => {
      const gone = new AbortController();
      // A killed engine must not have its retries go on without it: they could undo what the next run did.
      call.on("cancelled", () => gone.abort());
      Promise.resolve()
        .then(() => handle(call.request, { peer: call.getPeer(), gone: gone.signal }))
        .then(
          (response) => reply(null, response),
          (error: unknown) =>
            reply({ code: status.UNKNOWN, details: error instanceof Error ? error.message : String(error) }),
        );
    };

  /** Runs calls to the API for one resource; a failure is logged beside it, as the official provider does. */
  async function calling<Result>(
    { peer, gone }: Caller,
    urn: string,
    run: (api: ApiClient) => Promise<Result>,
  ): Promise<Result> {
    const { connection, configuration: known } = connections.configured(peer);
    try {
      return await run(connection.api(known, clock, gone));
    } catch (error) {
      if (error instanceof ProviderError) {
        await connection.log?.write("error", urn, `[ERROR] ${error.detail}: ${error.summary}`);
      }
      throw error;
    }
  }

  const warn = ({ peer }: Caller, urn: string, summary: string, detail: string) =>
    connections.get(peer).log?.write("warning", urn, `[WARNING] ${detail}: ${summary}`);

  const warnOfKind = (kind: ResourceKind, caller: Caller, urn: string) =>
    kind.warning && warn(caller, urn, kind.warning.summary, kind.warning.detail);

  return {
    handshake: unary((request: wire.ProviderHandshakeRequest, { peer }) => {
      connections.open(peer).log = engineLog(request.getEngineAddress());
      // Secrets are not accepted, as by the official provider: the engine then keeps `bindings` secret as a whole.
      return new wire.ProviderHandshakeResponse().setAcceptResources(true);
    }),

    /** Follows the handshake of an engine that attaches instead of starting the plugin itself. */
    attach: unary((request: plugin.PluginAttach, { peer }) => {
      const connection = connections.get(peer);
      connection.log ??= engineLog(request.getAddress());
      return new empty.Empty();
    }),

    getPluginInfo: unary(() => new plugin.PluginInfo().setVersion(PROVIDER_VERSION)),

    checkConfig: unary((request: wire.CheckRequest) => {
      const inputs = properties(request.getNews());
      const reasons = configurationFailures(inputs, logicalName(request.getUrn()));
      return checked(markedConfiguration(inputs), reasons);
    }),

    diffConfig: unary((request: wire.DiffRequest) => {
      const [before, after] = [properties(request.getOldInputs()), properties(request.getNews())];
      const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
      const diffs = names.filter((name) => !same(before[name], after[name]));
      return new wire.DiffResponse().setChanges(diffs.length === 0 ? 1 : 2).setDiffsList(diffs);
    }),

    configure: unary((request: wire.ConfigureRequest, { peer }) => {
      connections.get(peer).configuration = configuration(properties(request.getArgs()));
      return new wire.ConfigureResponse().setSupportspreview(true).setAcceptresources(true);
    }),

    invoke: unary(async (request: wire.InvokeRequest, caller) => {
      const call = providerFunction(request.getTok());
      const result = await calling(caller, "", (api) => call(api, properties(request.getArgs())));
      return new wire.InvokeResponse().setReturn(message(result));
    }),

    check: unary(async (request: wire.CheckRequest) => {
      const kind = resourceKind(request.getType());
      const name = logicalName(request.getUrn());
      const { inputs, failures } = await provider.check(kind, properties(request.getNews()), name, files);
      return checked(inputs, failures);
    }),

    diff: unary(async (request: wire.DiffRequest) => {
      const kind = resourceKind(request.getType());
      const news = properties(request.getNews());
      const { diffs, replaces } = await provider.diff(kind, news, properties(request.getOlds()), files);
      const response = new wire.DiffResponse().setDiffsList(diffs).setReplacesList(replaces);
      return response.setChanges(diffs.length === 0 ? 1 : 2);
    }),

    create: unary(async (request: wire.CreateRequest, caller) => {
      const kind = resourceKind(request.getType());
      const inputs = properties(request.getProperties());
      await warnOfKind(kind, caller, request.getUrn());
      if (request.getPreview()) {
        const planned = await provider.previewCreate(kind, inputs, files);
        return new wire.CreateResponse().setProperties(message(planned));
      }
      const { id, state } = await calling(caller, request.getUrn(), (api) =>
        provider.create(kind, api, inputs, files),
      );
      return new wire.CreateResponse().setId(id).setProperties(message(state));
    }),

    read: unary(async (request: wire.ReadRequest, caller) => {
      const kind = resourceKind(request.getType());
      const [id, urn, state] = [request.getId(), request.getUrn(), properties(request.getProperties())];
      const isImport = Object.keys(state).length === 0;
      const found = await calling(caller, urn, (api) =>
        isImport
          ? provider.importResource(kind, api, id)
          : provider.refresh(kind, api, id, state, properties(request.getInputs())),
      );
      if (found === undefined) {
        const detail = "The resource was not found on the server and will be removed from state.";
        await warn(caller, urn, "Resource not found", detail);
        return new wire.ReadResponse();
      }
      const response = new wire.ReadResponse().setId(found.id).setProperties(message(found.state));
      return response.setInputs(message(found.inputs));
    }),

    update: unary(async (request: wire.UpdateRequest, caller) => {
      const kind = resourceKind(request.getType());
      const [news, state] = [properties(request.getNews()), properties(request.getOlds())];
      const after = request.getPreview()
        ? await provider.previewUpdate(kind, news, state, files)
        : await calling(caller, request.getUrn(), (api) =>
            provider.update(kind, api, request.getId(), news, state, files),
          );
      return new wire.UpdateResponse().setProperties(message(after));
    }),

    delete: unary(async (request: wire.DeleteRequest, caller) => {
      const kind = resourceKind(request.getType());
      const state = properties(request.getProperties());
      await calling(caller, request.getUrn(), async (api) => kind.remove?.(api, request.getId(), state));
      return new empty.Empty();
    }),

    /** Ends the calls of the run that asks; others go on. */
    cancel: unary((_request: empty.Empty, { peer }) => {
      connections.get(peer).cancel();
      return new empty.Empty();
    }),
  };
}
