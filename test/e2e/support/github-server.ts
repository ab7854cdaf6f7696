import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import * as z from "zod";

const Body = z.looseObject({
  body: z.string().optional(),
  title: z.string().optional(),
  state: z.string().optional(),
});

/**
 * As much of GitHub's API as the pipeline calls, with its paths and status codes: comments, issues and deployments of one
 * repository, in memory. GitHub itself cannot run here.
 */
export class GitHubServer {
  readonly comments: { id: number; body: string; edits: number }[] = [];
  readonly issues: { number: number; title: string; body: string; state: string }[] = [];
  readonly deployments: { id: number; environment: string; states: string[] }[] = [];
  /** Requests without the token, or that nothing here answers. */
  readonly refused: string[] = [];
  readonly #server: Server;

  static readonly repository = "team/chat";
  static readonly token = "a-token-of-the-run";

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      const place = request.url ?? "";
      const allowed = request.headers.authorization === `Bearer ${GitHubServer.token}`;
      const answer = allowed ? this.#answer(request.method ?? "", place, text) : undefined;
      if (answer === undefined) this.refused.push(`${request.method} ${place}`);
      response.writeHead(answer === undefined ? 404 : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(answer ?? { message: "Not Found" }));
    });
  }

  static async start(): Promise<GitHubServer> {
    const github = new GitHubServer();
    await new Promise<void>((resolve) => github.#server.listen(0, "127.0.0.1", resolve));
    return github;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo; // a TCP server's address is one
    return `http://127.0.0.1:${port}`;
  }

  #answer(method: string, place: string, text: string): unknown {
    const [path = ""] = place.replace(`/repos/${GitHubServer.repository}`, "").split("?");
    const body = Body.parse(text === "" ? {} : JSON.parse(text));
    const call = `${method} ${path}`;
    if (/^GET \/issues\/\d+\/comments$/.test(call)) return place.includes("page=1") ? this.comments : [];
    if (/^POST \/issues\/\d+\/comments$/.test(call)) {
      const comment = { id: this.comments.length + 1, body: body.body ?? "", edits: 0 };
      this.comments.push(comment);
      return comment;
    }
    const comment = this.comments.find(({ id }) => call === `PATCH /issues/comments/${id}`);
    if (comment) return Object.assign(comment, { body: body.body ?? "", edits: comment.edits + 1 });
    if (call === "GET /issues") return this.issues.filter(({ state }) => state === "open");
    if (call === "POST /issues") {
      const issue = {
        number: this.issues.length + 1,
        title: body.title ?? "",
        body: body.body ?? "",
        state: "open",
      };
      this.issues.push(issue);
      return issue;
    }
    const issue = this.issues.find(({ number }) => call === `PATCH /issues/${number}`);
    if (issue) return Object.assign(issue, body);
    if (call === "GET /deployments") {
      const wanted = new URL(place, "http://github").searchParams.get("environment");
      return this.deployments.filter(({ environment }) => environment === wanted);
    }
    const deployment = this.deployments.find(({ id }) => call === `POST /deployments/${id}/statuses`);
    deployment?.states.push(body.state ?? "");
    return deployment;
  }

  stop(): void {
    this.#server.close();
  }
}
