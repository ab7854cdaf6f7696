/**
 * The account's own Workers, beside those of its owner. They run in the same workerd and reach Node through the
 * `SINK` binding. Their names cannot be deployed: a script name has no leading underscore.
 */
export const ANALYTICS_WORKER = "__ae";
export const ANALYTICS_ENTRYPOINT = "Dataset";
export const TAIL_WORKER = "__tail";
export const KV_WORKER = "__kv";

/** The runtime's own Analytics Engine binding drops every point; this entrypoint hands each one to the account. */
export const ANALYTICS_SOURCE = `import { WorkerEntrypoint } from "cloudflare:workers";
export class ${ANALYTICS_ENTRYPOINT} extends WorkerEntrypoint {
  async writeDataPoint(point) {
    await this.env.SINK.fetch("http://account/data-points/" + encodeURIComponent(this.ctx.props.dataset), {
      method: "POST", body: JSON.stringify(point ?? {}),
    });
  }
}
export default {};`;

/**
 * Every event of every Worker arrives here. Going out to Node for each would slow a busy room down, so the account is
 * asked at most once a second whether somebody listens, and events that nobody wants end here. Events of Durable
 * Objects do not name their script: the consumer's props do.
 */
export const TAIL_SOURCE = `import { WorkerEntrypoint } from "cloudflare:workers";
let listening = false, askedAt = 0;
export default class extends WorkerEntrypoint {
  async tail(events) {
    const { SINK } = this.env;
    if (Date.now() - askedAt > 1000) {
      listening = (await SINK.fetch("http://account/tail/listening")).status === 200;
      askedAt = Date.now();
    }
    const wanted = listening ? events : events.filter((event) => event.exceptions.length > 0);
    if (wanted.length === 0) return;
    const { script, version } = this.ctx.props;
    const url = "http://account/tail/" + encodeURIComponent(script) + "?version=" + version;
    await SINK.fetch(url, { method: "POST", body: JSON.stringify(wanted) });
  }
}`;

/** Every KV namespace of the account by its id. The name in `cf` is what the runtime's own entry would give. */
export const kvSource = (namespaceHeader: string): string => `export default {
  fetch(request, env) {
    const name = request.headers.get(${JSON.stringify(namespaceHeader)});
    if (name === null) return new Response(null, { status: 403 });
    return env.NAMESPACES.getByName(name).fetch(request, { cf: { miniflare: { name } } });
  },
};`;

/** Stands where a script was that others are still bound to: deleted with `?force=true`. */
export const GONE_WORKER = "__gone";
export const GONE_OBJECT = "Gone";
export const GONE_SOURCE = `import { DurableObject, WorkerEntrypoint } from "cloudflare:workers";
const gone = () => { throw new Error("the Worker that this binding pointed at has been deleted"); };
export class ${GONE_OBJECT} extends DurableObject { constructor(ctx, env) { super(ctx, env); gone(); } }
export default class extends WorkerEntrypoint { constructor(ctx, env) { super(ctx, env); gone(); } }`;
