import { readFileSync } from "node:fs";
import type { Properties } from "../../../local/provider/values.ts";

/** A part of a recorded upload: its text, JSON, or the hash of a text that the recording holds once. */
export type RecordedPart = {
  name: string;
  filename?: string;
  contentType?: string;
  size: number;
  text?: string;
  sha256?: string;
  json?: unknown;
};

/** One HTTP request of the official provider with the answer it got. */
export type RecordedHttp = {
  http: string;
  accept: string;
  retry: string;
  parts?: RecordedPart[];
  body?: unknown;
  status: number;
  responseHeaders?: Record<string, string>;
  response?: unknown;
  responseText?: string;
};

/** One call of the engine to the official provider with what it returned. */
export type RecordedCall = {
  call: "Check" | "Diff" | "Create" | "Read" | "Update" | "Delete" | "Invoke";
  request: Properties & { urn?: string; type?: string; id?: string; tok?: string };
  response?: Properties;
  errors?: string[];
};

export type Recording = { calls: RecordedCall[]; http: RecordedHttp[]; contents: Map<string, string> };

type Line = { recording: string } | { sha256: string; content: string } | RecordedCall | RecordedHttp;

/** Reads a recording of the official provider from the fixtures: one JSON object a line. */
export function recording(name: string): Recording {
  const text = readFileSync(new URL(`./fixtures/${name}.jsonl`, import.meta.url), "utf8");
  const result: Recording = { calls: [], http: [], contents: new Map() };
  for (const line of text.trimEnd().split("\n")) {
    const item = JSON.parse(line) as Line; // our own files, of the shapes above
    if ("content" in item) result.contents.set(item.sha256, item.content);
    else if ("call" in item) result.calls.push(item);
    else if ("http" in item) result.http.push(item);
  }
  return result;
}
