import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

interface Issue {
  readonly number: number;
  readonly html_url: string;
  readonly labels: readonly string[];
  title: string;
  body: string;
  state: string;
}

interface Content {
  readonly title?: string;
  readonly body?: string;
  readonly state?: string;
  readonly labels?: readonly string[];
  readonly ref?: string;
}

/** GitHub's API as far as the workflows' own commands call it: issues, comments below them, findings. */
export class GithubDouble {
  public readonly issues: Issue[] = [];
  /** Bodies of the comments by the number of their issue or pull request. */
  public readonly comments = new Map<number, string[]>();
  /** References whose findings were handed in, one an upload. */
  public readonly findings: string[] = [];
  private readonly server: Server = createServer((request, response) => {
    void this.answer(request, response);
  });

  /** @returns the API's address */
  public async start(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${port}`;
  }

  public async stop(): Promise<void> {
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { pathname } = new URL(request.url ?? "", "http://x");
    const text = Buffer.concat(chunks).toString();
    const content = (text === "" ? {} : JSON.parse(text)) as Content;
    const [, , , , , number, below] = pathname.split("/");
    if (number === "sarifs") this.findings.push(content.ref ?? "");
    const answer =
      below === "comments"
        ? this.comment(request.method ?? "", Number(number), content)
        : number === "sarifs"
          ? {}
          : this.issue(request.method ?? "", Number(number), content);
    response.end(JSON.stringify(answer));
  }

  private comment(method: string, number: number, { body = "" }: Content): unknown {
    const comments = this.comments.get(number) ?? [];
    this.comments.set(number, comments);
    const shown = (text: string, id: number): object => ({ id, html_url: `#${id}`, body: text });
    if (method === "GET") return comments.map(shown);
    comments.push(body);
    return shown(body, comments.length);
  }

  private issue(method: string, number: number, content: Content): unknown {
    if (method === "GET") return this.issues.filter(({ state }) => state === "open");
    if (method === "PATCH") {
      return Object.assign(this.issues.find((one) => one.number === number) ?? {}, content);
    }
    const { title = "", body = "", labels = [] } = content;
    const made = { number: this.issues.length + 1, html_url: "#", title, body, labels };
    this.issues.push({ ...made, state: "open" });
    return this.issues.at(-1);
  }
}
