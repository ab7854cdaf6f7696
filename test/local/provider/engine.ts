import { credentials, type ServiceError } from "@grpc/grpc-js";
import providerClient from "@pulumi/pulumi/proto/provider_grpc_pb.js";
import wire from "@pulumi/pulumi/proto/provider_pb.js";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import type { Properties } from "../../../local/provider/values.ts";

type Callback<Response> = (error: ServiceError | null, response: Response) => void;

const call = <Response>(start: (reply: Callback<Response>) => unknown): Promise<Response> =>
  new Promise((resolve, reject) => {
    start((error, response) => (error ? reject(new Error(error.details)) : resolve(response)));
  });

const message = (value: Properties): struct.Struct =>
  struct.Struct.fromJavaScript(JSON.parse(JSON.stringify(value)) as Record<string, struct.JavaScriptValue>); // plain JSON

const properties = (value: struct.Struct | undefined): Properties =>
  (value?.toJavaScript() ?? {}) as Properties; // the two types hold the same values

const DIFF_SOME = 2;

/** The engine's side of the wire: a gRPC client that speaks to the provider on `port` as `pulumi` does. */
export function attachEngine(port: number, engineAddress = "127.0.0.1:1") {
  const client = new providerClient.ResourceProviderClient(
    `127.0.0.1:${port}`,
    credentials.createInsecure(),
    // Without this all clients of one test process share a connection, which no two engines do.
    { "grpc.use_local_subchannel_pool": 1, "grpc.max_receive_message_length": -1 },
  );
  return {
    handshake: () =>
      call<wire.ProviderHandshakeResponse>((reply) =>
        client.handshake(new wire.ProviderHandshakeRequest().setEngineAddress(engineAddress), reply),
      ),
    async checkConfig(inputs: Properties) {
      const urn = "urn:pulumi:dev::lab::pulumi:providers:cloudflare::cf";
      const request = new wire.CheckRequest().setUrn(urn).setNews(message(inputs));
      const response = await call<wire.CheckResponse>((reply) => client.checkConfig(request, reply));
      return {
        inputs: properties(response.getInputs()),
        reasons: response.getFailuresList().map((failure) => failure.getReason()),
      };
    },
    configure: (inputs: Properties) =>
      call<wire.ConfigureResponse>((reply) =>
        client.configure(new wire.ConfigureRequest().setArgs(message(inputs)), reply),
      ),
    async check(type: string, urn: string, news: Properties) {
      const request = new wire.CheckRequest().setType(type).setUrn(urn).setNews(message(news));
      const response = await call<wire.CheckResponse>((reply) => client.check(request, reply));
      return {
        inputs: properties(response.getInputs()),
        reasons: response.getFailuresList().map((failure) => failure.getReason()),
      };
    },
    async diff(type: string, urn: string, id: string, olds: Properties, news: Properties) {
      const request = new wire.DiffRequest().setType(type).setUrn(urn).setId(id);
      request.setOlds(message(olds)).setNews(message(news));
      const response = await call<wire.DiffResponse>((reply) => client.diff(request, reply));
      return {
        changes: response.getChanges() === DIFF_SOME,
        diffs: response.getDiffsList(),
        replaces: response.getReplacesList(),
      };
    },
    async create(type: string, urn: string, inputs: Properties, preview = false) {
      const request = new wire.CreateRequest().setType(type).setUrn(urn).setPreview(preview);
      request.setProperties(message(inputs));
      const response = await call<wire.CreateResponse>((reply) => client.create(request, reply));
      return { id: response.getId(), properties: properties(response.getProperties()) };
    },
    async read(type: string, urn: string, id: string, state: Properties = {}, inputs: Properties = {}) {
      const request = new wire.ReadRequest().setType(type).setUrn(urn).setId(id);
      request.setProperties(message(state)).setInputs(message(inputs));
      const response = await call<wire.ReadResponse>((reply) => client.read(request, reply));
      return {
        id: response.getId(),
        properties: properties(response.getProperties()),
        inputs: properties(response.getInputs()),
      };
    },
    async update(type: string, urn: string, id: string, olds: Properties, news: Properties, preview = false) {
      const request = new wire.UpdateRequest().setType(type).setUrn(urn).setId(id).setPreview(preview);
      request.setOlds(message(olds)).setNews(message(news));
      const response = await call<wire.UpdateResponse>((reply) => client.update(request, reply));
      return { properties: properties(response.getProperties()) };
    },
    delete(type: string, urn: string, id: string, state: Properties) {
      const request = new wire.DeleteRequest().setType(type).setUrn(urn).setId(id);
      request.setProperties(message(state));
      return call<empty.Empty>((reply) => client.delete(request, reply));
    },
    async invoke(token: string, args: Properties) {
      const request = new wire.InvokeRequest().setTok(token).setArgs(message(args));
      const response = await call<wire.InvokeResponse>((reply) => client.invoke(request, reply));
      return properties(response.getReturn());
    },
    /** A create that the engine does not live to see the end of. */
    createAndDie(type: string, urn: string, inputs: Properties) {
      const request = new wire.CreateRequest().setType(type).setUrn(urn).setProperties(message(inputs));
      const running = client.create(request, () => undefined);
      return { die: () => running.cancel() };
    },
    cancel: () => call<empty.Empty>((reply) => client.cancel(new empty.Empty(), reply)),
    close: () => client.close(),
  };
}

export type Engine = ReturnType<typeof attachEngine>;
